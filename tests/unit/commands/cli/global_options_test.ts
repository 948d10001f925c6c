import assert from "node:assert/strict";
import {
  globalOptions,
  type RootSurroundings,
  storeRoot,
} from "../../../../commands/cli/global_options.ts";
import { parseCommandLine } from "../../../../commands/cli/parse.ts";

function surroundings(uid: number, environment: Record<string, string>): RootSurroundings {
  return { uid, workingDirectory: "/current/dir", environment: (name) => environment[name] };
}

Deno.test("storeRoot() asks --root, BOX_ROOT and the user's directories in this order", () => {
  const cases: [
    given: string | undefined,
    uid: number,
    environment: Record<string, string>,
    root: string,
  ][] = [
    [undefined, 0, {}, "/var/lib/box"],
    [undefined, 0, { HOME: "/root", XDG_DATA_HOME: "/data" }, "/var/lib/box"],
    [undefined, 0, { BOX_ROOT: "/store" }, "/store"],
    [undefined, 0, { BOX_ROOT: "" }, "/var/lib/box"],
    ["/given", 0, { BOX_ROOT: "/store" }, "/given"],
    ["given", 0, {}, "/current/dir/given"],
    ["../given/./x//", 0, {}, "/current/given/x"],
    [undefined, 1000, { BOX_ROOT: "store" }, "/current/dir/store"],
    [undefined, 1000, { HOME: "/home/me" }, "/home/me/.local/share/box"],
    [undefined, 1000, { HOME: "/home/me", XDG_DATA_HOME: "/data/" }, "/data/box"],
    [undefined, 1000, { HOME: "/home/me", XDG_DATA_HOME: "rel" }, "/home/me/.local/share/box"],
  ];
  for (const [given, uid, environment, root] of cases) {
    assert.equal(storeRoot(given, surroundings(uid, environment)), root);
  }
});

Deno.test("storeRoot() says when it cannot know", () => {
  assert.throws(() => storeRoot(undefined, surroundings(1000, {})), /name it with --root/);
  assert.throws(() => storeRoot("", surroundings(0, {})), /--root needs a directory/);
});

Deno.test("the options before the command that need a daemon are refused with the reason", () => {
  const cases: [argv: string[], refusal: string | undefined][] = [
    [
      ["-H", "tcp://x", "ps"],
      "--host (-H) is not supported: box has no daemon to connect to",
    ],
    [["--tls", "ps"], "--tls is not supported: box has no daemon to connect to"],
    [["--tls=false", "ps"], undefined],
    [["-l", "debug", "ps"], "--log-level (-l) is not supported yet"],
    [["-l", "info", "ps"], undefined],
  ];
  for (const [argv, refusal] of cases) {
    const parsed = parseCommandLine(globalOptions, argv, false);
    assert.equal(parsed.refusal?.message, refusal);
    assert.deepEqual(parsed.args, ["ps"]);
  }
});
