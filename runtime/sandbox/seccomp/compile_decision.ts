/** The part of a filter that looks at the arguments of one system call. */

import { BPF, DATA, type Instruction, instruction } from "./bpf.ts";
import type { Case, Condition, Decision } from "./policy.ts";

/** Where a comparison leads. */
type Target = "match" | "fail" | "next";

interface Test {
  readonly code: number;
  readonly k: number;
  readonly whenTrue: Target;
  readonly whenFalse: Target;
}

export function compileDecision({ cases, otherwise }: Decision): Instruction[] {
  return [...cases.flatMap(compileCase), instruction(BPF.RETURN, otherwise)];
}

/** Runs past its end if a condition is not met. */
function compileCase({ conditions, verdict }: Case): Instruction[] {
  return conditions.reduceRight<Instruction[]>(
    (rest, condition) => [...compileCondition(condition, rest.length), ...rest],
    [instruction(BPF.RETURN, verdict)],
  );
}

/** Skips the rest of the case if the condition is not met. */
function compileCondition(condition: Condition, restLength: number): Instruction[] {
  const tests = testsOf(condition);
  return tests.map(({ code, k, whenTrue, whenFalse }, i) => {
    const toEnd = tests.length - 1 - i;
    const distance = { next: 0, match: toEnd, fail: toEnd + restLength };
    return instruction(code, k, distance[whenTrue], distance[whenFalse]);
  });
}

/** Words are compared by halves, the upper one first. */
function testsOf({ index, operator, value, valueTwo }: Condition): Test[] {
  const halves = (word: bigint) => [Number(word >> 32n & 0xffffffffn), Number(word & 0xffffffffn)];
  const step = (code: number, k: number): Test => ({
    code,
    k,
    whenTrue: "next",
    whenFalse: "next",
  });
  const test = (code: number, k: number, whenTrue: Target, whenFalse: Target): Test => {
    return { code, k, whenTrue, whenFalse };
  };
  const [high, low] = halves(value);
  const loadHigh = step(BPF.LOAD, DATA.high(index)), loadLow = step(BPF.LOAD, DATA.low(index));
  /** Decides where the upper halves differ. */
  const order = (larger: Target, smaller: Target) => [
    loadHigh,
    test(BPF.JGT, high, larger, "next"),
    test(BPF.JEQ, high, "next", smaller),
    loadLow,
  ];
  switch (operator) {
    case "EQ":
      return [...order("fail", "fail").toSpliced(1, 1), test(BPF.JEQ, low, "match", "fail")];
    case "NE":
      return [...order("match", "match").toSpliced(1, 1), test(BPF.JEQ, low, "fail", "match")];
    case "GT":
      return [...order("match", "fail"), test(BPF.JGT, low, "match", "fail")];
    case "GE":
      return [...order("match", "fail"), test(BPF.JGE, low, "match", "fail")];
    case "LT":
      return [...order("fail", "match"), test(BPF.JGE, low, "fail", "match")];
    case "LE":
      return [...order("fail", "match"), test(BPF.JGT, low, "fail", "match")];
    case "MASKED_EQ": {
      const [highTwo, lowTwo] = halves(valueTwo & value);
      const upper = [
        loadHigh,
        step(BPF.AND, high),
        test(BPF.JEQ, highTwo, "next", "fail"),
      ];
      return [
        ...high === 0 ? [] : upper,
        loadLow,
        step(BPF.AND, low),
        test(BPF.JEQ, lowTwo, "match", "fail"),
      ];
    }
  }
}
