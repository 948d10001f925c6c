import assert from "node:assert/strict";
import { encode, MOST_INSTRUCTIONS } from "../../../../../runtime/sandbox/seccomp/bpf.ts";
import { compileFilter } from "../../../../../runtime/sandbox/seccomp/compile.ts";
import {
  type Condition,
  type Decision,
  type Policy,
  VERDICT,
} from "../../../../../runtime/sandbox/seccomp/policy.ts";
import { AUDIT, evaluate, interpret } from "./interpreter.ts";

/** The same numbers in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const operators = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"] as const;
const words = [0n, 1n, 7n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 0x100000001n]
  .concat([0x7e02000011n, 0xffffffff00000000n, 0xffffffffffffffffn]);

Deno.test("compiled filters decide as their policies do, whatever these are", () => {
  const random = generator(42);
  const word = () => words[random(words.length)];
  const verdict = () => Object.values(VERDICT)[random(7)] | (random(3) === 0 ? 5 : 0);
  const condition = (): Condition => ({
    index: random(6),
    operator: operators[random(operators.length)],
    value: word(),
    valueTwo: word(),
  });
  const decision = (): Decision => ({
    cases: Array.from({ length: random(3) }, () => ({
      conditions: Array.from({ length: 1 + random(3) }, condition),
      verdict: verdict(),
    })),
    otherwise: verdict(),
  });
  const policy = (architecture: Policy["architecture"]): Policy => {
    const base = architecture === "X32" ? 0x40000000 : 0;
    const numbers = Array.from({ length: random(40) }, () => base + random(random(2) ? 50 : 450));
    const calls = new Map(numbers.map((number) => [number, decision()]));
    const last = numbers.length === 0 ? -1 : Math.max(...numbers) + random(3);
    return { architecture, calls, otherwise: verdict(), last, newer: verdict() };
  };
  for (let round = 0; round < 150; round++) {
    const names = (["X86_64", "X32", "X86"] as const).filter(() => random(4) > 0);
    const policies = (names.length > 0 ? names : ["AARCH64"] as const).map(policy);
    const filter = encode(compileFilter(policies));
    const numbers = [0, 60, 500, 0x3fffffff, 0x40000000, 0x40000040, 0x7fffffff, 0xffffffff]
      .concat(policies.flatMap(({ calls, last }) => [...calls.keys(), last, last + 1]));
    for (const number of numbers.filter((each) => each >= 0)) {
      for (const audit of Object.values(AUDIT)) {
        for (let attempt = 0; attempt < 8; attempt++) {
          const call = { number, audit, arguments: Array.from({ length: 6 }, word) };
          assert.equal(
            interpret(filter, call),
            evaluate(policies, call) >>> 0,
            `round ${round}: ${JSON.stringify(call, (_, value) => `${value}`)}`,
          );
        }
      }
    }
  }
});

Deno.test("long ways through a filter take long jumps", () => {
  const policy = (length: number): Policy => ({
    architecture: "X86_64",
    calls: new Map(Array.from({ length }, (_, i) => [2 * i, {
      cases: [{
        conditions: [{ index: 5, operator: "GE", value: BigInt(i) << 31n, valueTwo: 0n }],
        verdict: VERDICT.ALLOW,
      }],
      otherwise: VERDICT.ERRNO | i,
    }])),
    otherwise: VERDICT.KILL_PROCESS,
    last: 2 * length,
    newer: VERDICT.TRAP,
  });
  const policies = [policy(300)], filter = compileFilter(policies);
  assert.ok(filter.length > 1000 && filter.length < MOST_INSTRUCTIONS);
  for (let number = 0; number < 620; number++) {
    for (const value of [0n, 60n << 31n, 0xffffffffffn]) {
      const call = { number, audit: AUDIT.X86_64, arguments: [0n, 0n, 0n, 0n, 0n, value] };
      assert.equal(interpret(encode(filter), call), evaluate(policies, call) >>> 0);
    }
  }
  assert.throws(
    () => compileFilter([policy(900)]),
    /seccomp profile is too long: \d+ instructions/,
  );
});
