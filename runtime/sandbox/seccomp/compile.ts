/**
 * From policies to a filter. The numbers of an architecture are cut into ranges that are treated alike, and a balanced tree of
 * comparisons finds the range: twelve steps for docker's profile, where libseccomp's is a list of a thousand instructions.
 */

import { EngineError } from "../../../storage/errors.ts";
import { BPF, choose, DATA, type Instruction, instruction, MOST_INSTRUCTIONS } from "./bpf.ts";
import { compileDecision } from "./compile_decision.ts";
import { type Decision, type FilterArchitecture, type Policy, VERDICT } from "./policy.ts";
import { X32_BIT } from "./syscall_numbers.ts";

/** linux/audit.h: AUDIT_ARCH_*. x32 is told by a bit of the number. */
const AUDIT_ARCHITECTURE: Record<FilterArchitecture, number> = {
  X86_64: 0xc000003e,
  X32: 0xc000003e,
  X86: 0x40000003,
  AARCH64: 0xc00000b7,
};

/** What libseccomp does to programs of an architecture that the profile does not name. */
const OTHER_ARCHITECTURE: Decision = { cases: [], otherwise: VERDICT.KILL_THREAD };

/** Numbers from `start` up to the next range's. */
interface Range {
  readonly start: number;
  readonly decision: Decision;
}

export function compileFilter(policies: readonly Policy[]): Instruction[] {
  const byAudit = Map.groupBy(policies, ({ architecture }) => AUDIT_ARCHITECTURE[architecture]);
  let block = compileDecision(OTHER_ARCHITECTURE);
  for (const [audit, group] of [...byAudit].reverse()) {
    const tree = [instruction(BPF.LOAD, DATA.NUMBER), ...compileTree(rangesOf(group))];
    block = choose(BPF.JEQ, audit, tree, block);
  }
  const filter = [instruction(BPF.LOAD, DATA.ARCHITECTURE), ...block];
  if (filter.length <= MOST_INSTRUCTIONS) return filter;
  throw new EngineError(
    `the seccomp profile is too long: ${filter.length} instructions, and the kernel takes ${MOST_INSTRUCTIONS}`,
  );
}

/** All numbers of what the kernel takes for one architecture, from 0 on. */
function rangesOf(policies: readonly Policy[]): Range[] {
  const ranges: Range[] = [];
  const add = (start: number, decision: Decision) => {
    if (ranges.at(-1)?.start === start) ranges.pop();
    const last = ranges.at(-1);
    if (last === undefined || !isSame(last.decision, decision)) ranges.push({ start, decision });
  };
  const sorted = policies.toSorted((a, b) => startOf(a) - startOf(b));
  if (startOf(sorted[0]) > 0) add(0, OTHER_ARCHITECTURE);
  for (const policy of sorted) {
    const otherwise = { cases: [], otherwise: policy.otherwise };
    const numbers = [...policy.calls.keys()].sort((a, b) => a - b);
    add(startOf(policy), otherwise);
    for (const number of numbers) {
      add(number, policy.calls.get(number)!);
      add(number + 1, otherwise);
    }
    add(Math.max(policy.last + 1, startOf(policy)), { cases: [], otherwise: policy.newer });
  }
  const hasX32 = sorted.some(({ architecture }) => architecture === "X32");
  if (sorted[0].architecture === "X86_64" && !hasX32) add(X32_BIT, OTHER_ARCHITECTURE);
  return ranges;
}

function startOf({ architecture }: Policy): number {
  return architecture === "X32" ? X32_BIT : 0;
}

function isSame(a: Decision, b: Decision): boolean {
  return a === b ||
    (a.cases.length === 0 && b.cases.length === 0 && a.otherwise === b.otherwise);
}

function compileTree(ranges: readonly Range[]): Instruction[] {
  if (ranges.length === 1) return compileDecision(ranges[0].decision);
  const middle = ranges.length >> 1;
  const [below, above] = [ranges.slice(0, middle), ranges.slice(middle)].map(compileTree);
  return choose(BPF.JGE, ranges[middle].start, above, below);
}
