import assert from "node:assert/strict";
import { applyChanges } from "../../../../runtime/build/changes.ts";
import { InvalidError } from "../../../../storage/errors.ts";
import { type ContainerConfig, emptyContainerConfig } from "../../../../storage/image/config.ts";

const shell = (command: string) => ["/bin/sh", "-c", command];

/** Changes, and what docker 20.10 makes of an empty configuration with them. */
const accepted: [changes: string[], fields: Partial<ContainerConfig>][] = [
  [["CMD sh"], { Cmd: shell("sh") }],
  [["cmd echo  $HOME"], { Cmd: shell("echo  $HOME") }],
  [['CMD ["a", "b c"]'], { Cmd: ["a", "b c"] }],
  [['CMD ["a"] and what follows'], { Cmd: ["a"] }],
  [["CMD ['a']"], { Cmd: shell("['a']") }],
  [["CMD []"], { Cmd: [] }],
  [["CMD"], { Cmd: ["/bin/sh", "-c"] }],
  [["CMD -- a"], { Cmd: shell("a") }],
  [["ENTRYPOINT a b", 'CMD ["c"]'], { Entrypoint: shell("a b"), Cmd: ["c"] }],
  [["CMD a", 'ENTRYPOINT ["x"]'], { Entrypoint: ["x"], Cmd: shell("a") }],
  [["CMD []", 'ENTRYPOINT ["x"]'], { Entrypoint: ["x"], Cmd: null }],
  [["ENTRYPOINT []"], { Entrypoint: null }],

  [["ENV a=1 b=${a:-x}c"], { Env: ["a=1", "b=xc"] }],
  [["ENV a=1", "ENV b=$a c=\"x $a\" d='$a' e=\\$a"], {
    Env: ["a=1", "b=1", "c=x 1", "d=$a", "e=$a"],
  }],
  [["ENV a   b  c  "], { Env: ["a=b  c"] }],
  [["ENV a=1 b=2", "ENV a=3"], { Env: ["a=3", "b=2"] }],
  [["ENV a= b=\"\" c=''"], { Env: ["a=", "b=", "c="] }],
  [["ENV a=x\\ y"], { Env: ["a=x y"] }],
  [["ENV a=b \\", "c=d"], { Env: ["a=b", "c=d"] }],
  [["# escape=`", "ENV a=b`\nc\\d"], { Env: ["a=bc\\d"] }],

  [["EXPOSE 80/TCP 53/udp 8000-8001 1.2.3.4:90:91"], {
    ExposedPorts: { "53/udp": {}, "80/tcp": {}, "8000/tcp": {}, "8001/tcp": {}, "91/tcp": {} },
  }],
  [['ENV p="1 2"', "EXPOSE $p"], { Env: ["p=1 2"], ExposedPorts: { "1/tcp": {}, "2/tcp": {} } }],
  [["EXPOSE $nothing"], {}],

  [["HEALTHCHECK CMD a b"], { Healthcheck: { Test: ["CMD-SHELL", "a b"] } }],
  [['HEALTHCHECK --interval=1m1.5s --timeout=2h --start-period=3ms --retries=+2 cmd ["a"]'], {
    Healthcheck: {
      Test: ["CMD", "a"],
      Interval: 61_500_000_000,
      Timeout: 7_200_000_000_000,
      StartPeriod: 3_000_000,
      Retries: 2,
    },
  }],
  [["HEALTHCHECK --interval= CMD a"], { Healthcheck: { Test: ["CMD-SHELL", "a"] } }],
  [["HEALTHCHECK NONE"], { Healthcheck: { Test: ["NONE"] } }],

  [["LABEL b=\"x y\" a=$n\\ z c='$n'"], { Labels: { a: " z", b: "x y", c: "$n" } }],
  [["onbuild   run  x   y"], { OnBuild: ["run  x   y"] }],
  [["ONBUILD RUN --x", "ONBUILD VOLUME"], { OnBuild: ["RUN --x", "VOLUME"] }],
  [["STOPSIGNAL SIGUSR1"], { StopSignal: "SIGUSR1" }],
  [['USER "a b"'], { User: "a b" }],
  [["VOLUME /b /a"], { Volumes: { "/a": {}, "/b": {} } }],
  [['VOLUME [" /a ", "b c"]'], { Volumes: { "/a": {}, "b c": {} } }],
  [["WORKDIR a", "WORKDIR ../../x", 'WORKDIR "y z"'], { WorkingDir: "/x/y z" }],
  [["WORKDIR /a/../b/"], { WorkingDir: "/a/../b/" }],
];

for (const [changes, fields] of accepted) {
  Deno.test(`applyChanges() accepts ${JSON.stringify(changes)}`, () => {
    const config = applyChanges(emptyContainerConfig(), changes);
    assert.deepEqual(config, { ...emptyContainerConfig(), ...fields });
  });
}

const refused: [changes: string[], message: string][] = [
  [[""], "file with no instructions"],
  [["# only a comment"], "file with no instructions"],
  [["FROM x"], "from is not a valid change command"],
  [["USER x", "foo"], "foo is not a valid change command"],
  [["CMD [1]"], "when using JSON array syntax, arrays must be comprised of strings only"],
  [["CMD --x=1 a"], "Unknown flag: x"],
  [["ENV"], "ENV requires at least one argument"],
  [["ENV a"], "ENV must have two arguments"],
  [["ENV =x"], "ENV names can not be blank"],
  [[
    "LABEL a=1 b",
  ], 'Syntax error - can\'t find = in "b". Must be of the form: name=value'],
  [["ENV a=${b:x}"], 'failed to process "${b:x}": unsupported modifier (:x) in substitution'],
  [["EXPOSE"], "EXPOSE requires at least one argument"],
  [["EXPOSE 70000"], "Invalid containerPort: 70000"],
  [["HEALTHCHECK"], "HEALTHCHECK requires at least one argument"],
  [["HEALTHCHECK FOO"], 'Unknown type "FOO" in HEALTHCHECK (try CMD)'],
  [["HEALTHCHECK CMD []"], "Missing command after HEALTHCHECK CMD"],
  [["HEALTHCHECK NONE x"], "HEALTHCHECK NONE takes no arguments"],
  [["HEALTHCHECK --foo=1 CMD a"], "Unknown flag: foo"],
  [["HEALTHCHECK --interval CMD a"], "Missing a value on flag: interval"],
  [
    ["HEALTHCHECK --retries=1 --retries=2 CMD a"],
    "Duplicate flag specified: retries",
  ],
  [["HEALTHCHECK --interval=1us CMD a"], 'Interval "interval" cannot be less than 1ms'],
  [["HEALTHCHECK --retries=0 CMD a"], "--retries must be at least 1 (not 0)"],
  [["HEALTHCHECK --retries=x CMD a"], 'strconv.ParseInt: parsing "x": invalid syntax'],
  [
    ["HEALTHCHECK --retries=2147483648 CMD a"],
    'strconv.ParseInt: parsing "2147483648": value out of range',
  ],
  [["ONBUILD ONBUILD x"], "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  [["ONBUILD from x"], "FROM isn't allowed as an ONBUILD trigger"],
  [["ONBUILD ENV a"], "ENV must have two arguments"],
  [["STOPSIGNAL foo"], "Invalid signal: foo"],
  [["USER"], "USER requires exactly one argument"],
  [["VOLUME []"], "VOLUME requires at least one argument"],
  [['VOLUME [" "]'], "VOLUME specified can not be an empty string"],
  [["WORKDIR $nothing"], "cannot normalize nothing"],
];

for (const [changes, message] of refused) {
  Deno.test(`applyChanges() refuses ${JSON.stringify(changes)}`, () => {
    assert.throws(
      () => applyChanges(emptyContainerConfig(), changes),
      (error) => error instanceof InvalidError && error.message === message,
      message,
    );
  });
}

Deno.test("applyChanges() expands variables of the given configuration, and leaves it as it is", () => {
  const given: ContainerConfig = {
    ...emptyContainerConfig(),
    Env: ["A=1"],
    Labels: { l: "1" },
    WorkingDir: "/w",
  };
  const before = structuredClone(given);
  const config = applyChanges(given, ["ENV B=$A A=2", "LABEL m=$A", "WORKDIR ../$B"]);
  assert.deepEqual(config.Env, ["A=2", "B=1"]);
  assert.deepEqual(config.Labels, { l: "1", m: "2" });
  assert.equal(config.WorkingDir, "/1");
  assert.deepEqual(given, before);
});

Deno.test("applyChanges() with an entrypoint drops a command that was inherited", () => {
  const given = { ...emptyContainerConfig(), Cmd: ["c"], Entrypoint: ["e"] };
  assert.equal(applyChanges(given, ['ENTRYPOINT ["n"]']).Cmd, null);
  assert.deepEqual(applyChanges(given, ['CMD ["y"]', 'ENTRYPOINT ["n"]']).Cmd, ["y"]);
});

Deno.test("applyChanges() keeps the order in which docker writes the fields", () => {
  const config = applyChanges(emptyContainerConfig(), ["STOPSIGNAL 9", "EXPOSE 80", "CMD []"]);
  const names = Object.keys(config);
  assert.deepEqual(names.slice(5, 8), ["AttachStderr", "ExposedPorts", "Tty"]);
  assert.equal(names.at(-1), "StopSignal");
});

Deno.test("applyChanges() keeps fields that box does not know", () => {
  const given = { ...emptyContainerConfig(), MacAddress: "02:42:ac:11:00:02" };
  assert.deepEqual(applyChanges(given, ["USER x"]), { ...given, User: "x" });
});

Deno.test("applyChanges() takes every port there is, and names that mean something to JavaScript", () => {
  const config = applyChanges(emptyContainerConfig(), [
    "EXPOSE 0-65535/udp",
    "VOLUME __proto__",
    "LABEL __proto__=x",
  ]);
  assert.equal(Object.keys(config.ExposedPorts!).length, 65536);
  assert.deepEqual(Object.keys(config.Volumes!), ["__proto__"]);
  assert.deepEqual(Object.entries(config.Labels!), [["__proto__", "x"]]);
});
