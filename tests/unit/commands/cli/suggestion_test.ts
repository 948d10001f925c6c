import assert from "node:assert/strict";
import { closest, editDistance } from "../../../../commands/cli/suggestion.ts";

Deno.test("editDistance() counts insertions, deletions, replacements and swaps", () => {
  const table: [string, string, number][] = [
    ["", "", 0],
    ["", "run", 3],
    ["run", "run", 0],
    ["rn", "run", 1],
    ["rum", "run", 1],
    ["rnu", "run", 1],
    ["start", "stats", 2],
    ["ca", "abc", 3],
  ];
  for (const [from, to, distance] of table) {
    assert.equal(editDistance(from, to), distance, `${from} ${to}`);
    assert.equal(editDistance(to, from), distance, `${to} ${from}`);
  }
});

Deno.test("closest() names what a misspelt word can mean, and nothing for a strange one", () => {
  const names = ["container", "image", "images", "import", "ps", "rm", "rmi", "run"];
  const table: [string, string[]][] = [
    ["imgaes", ["images"]],
    ["imagee", ["image", "images"]],
    ["contianer", ["container"]],
    ["rnu", ["run"]],
    ["pss", ["ps"]],
    ["rum", ["rm", "run"]],
    ["bogus", []],
    ["p", []],
    ["xy", []],
    ["", []],
  ];
  for (const [word, expected] of table) assert.deepEqual(closest(word, names), expected, word);
});
