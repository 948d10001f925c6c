import assert from "node:assert/strict";
import { configuredDetachKeys, detachKeysOf } from "../../../../commands/terminal/client_config.ts";

function configured(
  files: Record<string, string | Error>,
  variables: Record<string, string> = { HOME: "/home/me" },
): [keys: string | undefined, warnings: string[]] {
  const warnings: string[] = [];
  const keys = configuredDetachKeys({
    lookup: (name) => variables[name],
    readFile(path) {
      const content = files[path] ?? new Deno.errors.NotFound("No such file");
      if (content instanceof Error) throw content;
      return new TextEncoder().encode(content);
    },
  }, (warning) => void warnings.push(warning));
  return [keys, warnings];
}

const path = "/home/me/.docker/config.json";

Deno.test("detach keys come from Docker's configuration file", () => {
  const config = JSON.stringify({ auths: {}, detachKeys: "ctrl-e,e" });
  assert.deepEqual(configured({ [path]: config }), ["ctrl-e,e", []]);
  const elsewhere = { HOME: "/home/me", DOCKER_CONFIG: "/etc/docker" };
  assert.deepEqual(configured({ "/etc/docker/config.json": config }, elsewhere), ["ctrl-e,e", []]);
  assert.deepEqual(configured({ [path]: config }, elsewhere), [undefined, []]);
});

Deno.test("without a file, or without keys in it, there are none", () => {
  assert.deepEqual(configured({}), [undefined, []]);
  assert.deepEqual(configured({}, {}), [undefined, []]);
  assert.deepEqual(configured({ [path]: "{}" }), [undefined, []]);
  assert.deepEqual(configured({ [path]: '{"detachKeys":""}' }), [undefined, []]);
  assert.deepEqual(configured({ [path]: new Deno.errors.NotADirectory() }), [undefined, []]);
});

Deno.test("a file that cannot be read is warned of", () => {
  const broken: (string | Error)[] = [
    "{",
    "[",
    "null",
    '{"detachKeys":1}',
    new Deno.errors.PermissionDenied("Permission denied"),
  ];
  for (const content of broken) {
    const [keys, warnings] = configured({ [path]: content });
    assert.equal(keys, undefined);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^Error loading config file: \/home\/me\/.docker\/config.json: ./);
  }
});

Deno.test("the option comes before the configuration, and that before Docker's default", () => {
  const keysOf = (option: string | undefined, config?: string) => [...detachKeysOf(option, {
    lookup: (name) => name === "HOME" && config !== undefined ? "/home/me" : undefined,
    readFile: () => new TextEncoder().encode(config),
  })];
  const config = '{"detachKeys":"ctrl-e"}';
  assert.deepEqual(keysOf("a", config), [97]);
  assert.deepEqual(keysOf("a", "{"), [97]); // which is not even read
  assert.deepEqual(keysOf("", config), [5]);
  assert.deepEqual(keysOf(undefined, config), [5]);
  assert.deepEqual(keysOf(undefined), [16, 17]);
  assert.throws(() => keysOf(undefined, '{"detachKeys":"bogus"}'), {
    message: "Invalid detach keys (bogus) provided",
  });
});
