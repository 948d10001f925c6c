import assert from "node:assert/strict";
import { parseSignal } from "../../../../runtime/container/signal.ts";

const signals: [text: string, number: number][] = [
  ["SIGTERM", 15],
  ["term", 15],
  ["SigKill", 9],
  ["9", 9],
  ["CLD", 17],
  ["POLL", 29],
  ["RTMIN", 34],
  ["SIGRTMIN+3", 37],
  ["RTMAX-14", 50],
  ["RTMAX", 64],
];

for (const [text, number] of signals) {
  Deno.test(`parseSignal() knows ${text}`, () => assert.equal(parseSignal(text), number));
}

for (const text of ["", "0", "SIG", "SIGFOO", "TERM1", "RTMAX+1", "RTMIN-1", "RTMIN+31", "1.5"]) {
  Deno.test(`parseSignal() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseSignal(text), {
      name: "InvalidError",
      message: `Invalid signal: ${text}`,
    });
  });
}
