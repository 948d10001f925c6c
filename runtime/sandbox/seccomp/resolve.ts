/** From a profile to what it means for a container on a host: as docker and runc read it, and libseccomp after them. */

import { InvalidError } from "../../../storage/errors.ts";
import { capabilityNumber, isCapability } from "../capabilities.ts";
import {
  type Case,
  type Condition,
  type Decision,
  type FilterArchitecture,
  type Policy,
  VERDICT,
} from "./policy.ts";
import type { ArgumentRule, Circumstances, SeccompProfile, SyscallRule } from "./profile.ts";
import { syscallNumbers } from "./syscall_numbers.ts";

export interface Target {
  /** Bit mask of the container's capabilities. */
  readonly capabilities: bigint;
  readonly architecture: typeof Deno.build.arch;
  /** `5.10` */
  readonly kernelVersion: string;
}

/** The architectures of libseccomp, and what becomes of those that box has no numbers of: their programs are killed. */
const architectures: Record<string, FilterArchitecture | null> = {
  SCMP_ARCH_X86_64: "X86_64",
  SCMP_ARCH_X86: "X86",
  SCMP_ARCH_X32: "X32",
  SCMP_ARCH_AARCH64: "AARCH64",
  ...Object.fromEntries(
    `ARM MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X RISCV64`
      .split(" ").map((name) => [`SCMP_ARCH_${name}`, null]),
  ),
};

const EPERM = 1, ENOSYS = 38;
const MOST_ARGUMENTS = 6;

/** Throws InvalidError, in docker's and runc's words, for what makes no filter. */
export function resolveProfile(profile: SeccompProfile, target: Target): Policy[] {
  const otherwise = verdictOf(profile.defaultAction, profile.defaultErrnoRet);
  const rules = profile.syscalls.filter((rule) => isFor(rule, target));
  return architecturesOf(profile, target).map((architecture) => {
    const numbers = syscallNumbers(architecture);
    const calls = callsOf(rules, numbers, otherwise);
    // runc's: who knows nothing of a call is to be told that there is none, so that it can do without.
    const last = Math.max(
      ...rules.flatMap(({ names }) => names).map((name) => numbers.get(name) ?? -1),
    );
    const newer = isPermissive(otherwise) ? otherwise : VERDICT.ERRNO | ENOSYS;
    return { architecture, calls, otherwise, last, newer };
  });
}

function architecturesOf(profile: SeccompProfile, target: Target): FilterArchitecture[] {
  const native = target.architecture === "aarch64" ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
  const mapping = profile.archMap?.find(({ architecture }) => architecture === native);
  const names = mapping
    ? [mapping.architecture, ...mapping.subArchitectures]
    : profile.architectures ?? [];
  const unknown = names.find((name) => architectures[name] === undefined);
  if (unknown !== undefined) {
    throw new InvalidError(`string ${unknown} is not a valid arch for seccomp`);
  }
  // The host's own is in every filter.
  return [...new Set([native, ...names].map((name) => architectures[name]))]
    .filter((name) => name !== null)
    .filter((name) => (name === "AARCH64") === (target.architecture === "aarch64"));
}

function isFor({ includes, excludes }: SyscallRule, target: Target): boolean {
  const { caps = [], arches = [], minKernel } = includes ?? {};
  return caps.every((name) => has(target, name)) &&
    (arches.length === 0 || arches.includes(goArchitecture(target))) &&
    (minKernel === undefined || isAtLeast(target.kernelVersion, minKernel)) &&
    !isExcluded(excludes ?? {}, target);
}

function isExcluded({ caps = [], arches = [], minKernel }: Circumstances, target: Target): boolean {
  return caps.some((name) => has(target, name)) || arches.includes(goArchitecture(target)) ||
    (minKernel !== undefined && isAtLeast(target.kernelVersion, minKernel));
}

function has({ capabilities }: Target, name: string): boolean {
  const short = name.replace(/^CAP_/, "");
  if (!isCapability(short)) return false;
  return (capabilities & (1n << BigInt(capabilityNumber(short)))) !== 0n;
}

function goArchitecture({ architecture }: Target): string {
  return architecture === "aarch64" ? "arm64" : "amd64";
}

function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((each) => each.split(/[.-]/).map((word) => parseInt(word)));
  return a[0] > b[0] || (a[0] === b[0] && (a[1] || 0) >= (b[1] || 0));
}

/** Rules for the same call are tried in their order; one without conditions makes those with conditions meaningless. */
function callsOf(
  rules: readonly SyscallRule[],
  numbers: ReadonlyMap<string, number>,
  otherwise: number,
): Map<number, Decision> {
  const calls = new Map<number, Decision>();
  for (const { names, action, errnoRet, args } of rules) {
    const verdict = verdictOf(action, errnoRet);
    const cases = casesOf(names, args ?? [], verdict);
    if (verdict === otherwise) continue;
    for (const name of names) {
      const number = numbers.get(name);
      if (number !== undefined) {
        calls.set(number, merge(calls.get(number), cases, verdict, otherwise));
      }
    }
  }
  return calls;
}

function merge(
  before: Decision | undefined,
  cases: readonly Case[],
  verdict: number,
  otherwise: number,
): Decision {
  if (before !== undefined && before.cases.length === 0) return before;
  if (cases.length === 0) return { cases, otherwise: verdict };
  return { cases: [...before?.cases ?? [], ...cases], otherwise };
}

/** All conditions together make one case, unless two are about the same argument: then each is a case of its own, says runc. */
function casesOf(names: readonly string[], args: readonly ArgumentRule[], verdict: number): Case[] {
  const conditions = args.map((each) => conditionOf(each, names[0]));
  if (conditions.length === 0) return [];
  const indexes = new Set(conditions.map(({ index }) => index));
  const groups = indexes.size === conditions.length
    ? [conditions]
    : conditions.map((each) => [each]);
  return groups.map((group) => ({ conditions: group, verdict }));
}

const operators = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"] as const;

function conditionOf({ index, value, valueTwo, op }: ArgumentRule, name: string): Condition {
  const operator = operators.find((each) => op === `SCMP_CMP_${each}`);
  if (operator === undefined) {
    throw new InvalidError(`string ${op} is not a valid operator for seccomp`);
  }
  if (index >= MOST_ARGUMENTS) {
    throw new InvalidError(
      `unable to start container process: error creating seccomp syscall condition for syscall ${name}: ` +
        `syscalls only have up to 6 arguments (${index} given)`,
    );
  }
  return { index, operator, value, valueTwo };
}

function verdictOf(action: string, errno = EPERM): number {
  switch (action) {
    case "SCMP_ACT_KILL":
    case "SCMP_ACT_KILL_THREAD":
      return VERDICT.KILL_THREAD;
    case "SCMP_ACT_KILL_PROCESS":
      return VERDICT.KILL_PROCESS;
    case "SCMP_ACT_TRAP":
      return VERDICT.TRAP;
    case "SCMP_ACT_ERRNO":
      return VERDICT.ERRNO | (errno & 0xffff);
    case "SCMP_ACT_TRACE":
      return VERDICT.TRACE | (errno & 0xffff);
    case "SCMP_ACT_ALLOW":
      return VERDICT.ALLOW;
    case "SCMP_ACT_LOG":
      return VERDICT.LOG;
    default:
      throw new InvalidError(`string ${action} is not a valid action for seccomp`);
  }
}

/** Whether calls that nobody knows of are to be let through, or are said not to be there anyway. */
function isPermissive(verdict: number): boolean {
  return verdict === VERDICT.ALLOW || verdict === VERDICT.LOG ||
    (verdict & 0x7fff0000) === VERDICT.TRACE || verdict === (VERDICT.ERRNO | ENOSYS);
}
