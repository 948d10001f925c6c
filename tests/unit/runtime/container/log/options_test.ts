import { deepEqual, throws } from "node:assert/strict";
import { attributesOf } from "../../../../../runtime/container/log/attributes.ts";
import { checkLogOptions, jsonFileBounds } from "../../../../../runtime/container/log/options.ts";
import type { ContainerFile } from "../../../../../storage/container/config.ts";

const initialize = "failed to initialize logging driver: ";

/** As docker 20.10 answers. */
const refused: [type: string, config: Record<string, string>, message: string][] = [
  ["json-file", { x: "y" }, "unknown log opt 'x' for json-file log driver"],
  ["", { "": "" }, "unknown log opt '' for json-file log driver"],
  ["nope", {}, 'error looking up logging plugin nope: plugin "nope" not found'],
  ["none", { "max-size": "1k" }, "invalid logging opts for driver none"],
  ["json-file", { "max-size": "abc" }, `${initialize}invalid size: 'abc'`],
  ["json-file", { "max-size": "-1" }, `${initialize}invalid size: '-1'`],
  ["json-file", { "max-size": "" }, `${initialize}invalid size: ''`],
  ["json-file", { "max-size": "1kx" }, `${initialize}invalid size: '1kx'`],
  ["json-file", { "max-size": "0" }, `${initialize}max-size must be a positive number`],
  ["json-file", { "max-file": "0" }, `${initialize}max-file cannot be less than 1`],
  ["json-file", { "max-file": "-3" }, `${initialize}max-file cannot be less than 1`],
  ["json-file", { "max-file": "a" }, `${initialize}strconv.Atoi: parsing "a": invalid syntax`],
  [
    "json-file",
    { compress: "abc" },
    `${initialize}strconv.ParseBool: parsing "abc": invalid syntax`,
  ],
  [
    "json-file",
    { compress: "true" },
    `${initialize}compress cannot be true when max-file is less than 2 or max-size is not set`,
  ],
  [
    "json-file",
    { compress: "true", "max-size": "1k", "max-file": "2" },
    `${initialize}log opt 'compress' is not supported: rotated files stay as they are`,
  ],
  ["json-file", { mode: "foo" }, "logger: logging mode not supported: foo"],
  [
    "json-file",
    { "max-buffer-size": "1m" },
    "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
  ],
  ["json-file", { tag: "{{" }, `${initialize}template: log-tag:1: unclosed action`],
  [
    "json-file",
    { tag: "{{.Nope}}" },
    `${initialize}template: log-tag:1:2: executing "log-tag" at <.Nope>: ` +
    "can't evaluate field Nope in type *logger.Info",
  ],
  ["json-file", { "labels-regex": "(" }, `${initialize}error parsing regexp: \`(\``],
];

for (const [type, config, message] of refused) {
  Deno.test(`log driver "${type}" refuses ${JSON.stringify(config)}`, () => {
    throws(() => checkLogOptions(type, config), { name: "InvalidError", message });
  });
}

Deno.test("log options that docker takes are taken", () => {
  checkLogOptions("none", {});
  checkLogOptions("", {});
  checkLogOptions("json-file", {
    ...{ "max-size": "1.5k", "max-file": "3", compress: "false", mode: "blocking" },
    ...{
      labels: "a,b",
      "labels-regex": "^c",
      env: "D",
      "env-regex": "E",
      tag: "{{.Name}}/{{ .ID }}",
    },
  });
});

Deno.test("a log is bounded unless it is told otherwise, and a size alone means one file", () => {
  deepEqual(jsonFileBounds({}), { maxSize: 10_000_000, maxFiles: 3 });
  deepEqual(jsonFileBounds({ "max-size": "1.5k" }), { maxSize: 1500, maxFiles: 1 });
  deepEqual(jsonFileBounds({ "max-file": "5" }), { maxSize: 10_000_000, maxFiles: 5 });
  deepEqual(jsonFileBounds({ "max-size": "2MB", "max-file": "2" }), {
    maxSize: 2_000_000,
    maxFiles: 2,
  });
});

Deno.test("attributes are the labels, variables and tag that were asked for", () => {
  const container = {
    ID: "0123456789abcdef",
    Name: "/web",
    Image: "sha256:abcdefghi",
    Path: "sh",
    Args: ["-c", "true"],
    Config: {
      Image: "busybox",
      Labels: { "com.x": "1", b: "2", c: "<&>" },
      Env: ["FOO=bar", "BAZ=a=b", "EMPTY=", "NONE"],
    },
  } as unknown as ContainerFile;
  const attributes = (config: Record<string, string>) => attributesOf(config, container, "/log");
  deepEqual(attributes({}), {});
  deepEqual(attributes({ labels: "", env: "", tag: "" }), {});
  deepEqual(
    JSON.stringify(attributes({ labels: "com.x,nope,c", env: "FOO,NOPE,EMPTY,NONE" })),
    '{"EMPTY":"","FOO":"bar","c":"<&>","com.x":"1"}',
  );
  deepEqual(attributes({ "labels-regex": "^b", "env-regex": "^(FOO|BAZ)$", labels: "c" }), {
    ...{ b: "2", c: "<&>", FOO: "bar", BAZ: "a=b" },
  });
  deepEqual(attributes({ tag: "{{.Name}}|{{.ID}}|{{.ImageID}}|{{.ImageName}}|{{.Command}}" }), {
    tag: "web|0123456789ab|sha256:abcde|busybox|sh -c true",
  });
});
