import assert from "node:assert/strict";
import type { CommandTable } from "../../../commands/cli/registry.ts";
import { registry } from "../../../commands/registry.ts";

const tables: [parent: string, table: CommandTable][] = [
  ["box", registry.commands],
  ...Object.entries(registry.groups).map((
    [name, group],
  ): [string, CommandTable] => [`box ${name}`, group.commands]),
];

Deno.test("the registry says of every command what its module says", async () => {
  for (const [parent, table] of tables) {
    for (const [name, entry] of Object.entries(table)) {
      const { command } = await entry.load();
      assert.equal(entry.summary, command.summary, `${parent} ${name}`);
    }
  }
});

Deno.test("every name means one command", () => {
  for (const [parent, table] of tables) {
    const names = Object.entries(table).flatMap(([name, { aliases }]) => [name, ...aliases ?? []]);
    assert.equal(new Set(names).size, names.length, parent);
  }
  for (const group of Object.keys(registry.groups)) assert.ok(!(group in registry.commands));
});

Deno.test("nothing that box has is said to be missing", () => {
  for (const name of registry.missing) {
    assert.ok(!(name in registry.groups), name);
    for (const [, table] of tables) assert.ok(!(name in table), name);
  }
});
