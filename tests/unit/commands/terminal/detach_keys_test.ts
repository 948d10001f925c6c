import assert from "node:assert/strict";
import {
  DEFAULT_DETACH_KEYS,
  DetachKeyFilter,
  parseDetachKeys,
} from "../../../../commands/terminal/detach_keys.ts";

Deno.test("a sequence is keys with commas between them", () => {
  const cases: [sequence: string, codes: number[]][] = [
    ["ctrl-p,ctrl-q", [16, 17]],
    ["", [16, 17]],
    ["ctrl-@,ctrl-a,ctrl-z,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", [0, 1, 26, 27, 28, 29, 30, 31]],
    ["a", [97]],
    ["Z,1,@, ", [90, 49, 64, 32]],
    ["DEL,x", [127, 120]],
  ];
  for (const [sequence, codes] of cases) {
    assert.deepEqual([...parseDetachKeys(sequence)], codes, sequence);
  }
  assert.deepEqual([...DEFAULT_DETACH_KEYS], [16, 17]);
});

Deno.test("what is no key is refused in Docker's words", () => {
  for (const sequence of ["xx", "ctrl-", "ctrl-A", "ctrl-%", "ctrl-pq", "a,", ",", "del", "ä"]) {
    assert.throws(() => parseDetachKeys(sequence), {
      name: "InvalidError",
      message: `Invalid detach keys (${sequence}) provided`,
    });
  }
});

/** What comes through, chunk by chunk, and whether the last byte has detached. */
function type(keys: string, ...chunks: string[]): [passed: string[], isDetached: boolean] {
  const filter = new DetachKeyFilter(parseDetachKeys(keys));
  const passed = chunks.map((chunk) =>
    new TextDecoder().decode(filter.pass(new TextEncoder().encode(chunk)))
  );
  return [passed, filter.isDetached];
}

Deno.test("the sequence detaches, wherever chunks begin and end", () => {
  assert.deepEqual(type("", "ls\n", "\x10\x11"), [["ls\n", ""], true]);
  assert.deepEqual(type("", "ls\x10", "\x11"), [["ls", ""], true]);
  assert.deepEqual(type("", "\x10", "", "\x11"), [["", "", ""], true]);
  assert.deepEqual(type("", "ls\x10\x11more", "more"), [["ls", ""], true]);
  assert.deepEqual(type("a,b,c", "xa", "b", "cy"), [["x", "", ""], true]);
  assert.deepEqual(type("ctrl-a", "x\x01y"), [["x"], true]);
});

Deno.test("what only begins like the sequence is held back, and passed on when it ends otherwise", () => {
  assert.deepEqual(type("", "\x10", "x"), [["", "\x10x"], false]);
  assert.deepEqual(type("", "\x11\x10"), [["\x11"], false]);
  assert.deepEqual(type("a,b,c", "ab", "d"), [["", "abd"], false]);
  assert.deepEqual(type("a,b,c", "abab", "x"), [["ab", "abx"], false]);
  assert.deepEqual(type("", "no keys", "ä\0\xff"), [["no keys", "ä\0\xff"], false]);
});

Deno.test("a key that breaks the sequence off may begin it anew", () => {
  assert.deepEqual(type("", "\x10\x10\x11"), [["\x10"], true]);
  assert.deepEqual(type("", "\x10", "\x10", "\x11"), [["", "\x10", ""], true]);
  assert.deepEqual(type("a,a,b", "aaa", "ab"), [["a", "a"], true]);
  assert.deepEqual(type("a,b,a,c", "abab", "ac"), [["ab", ""], true]);
});
