/** A machine for seccomp filters, and a profile evaluated as it reads: what a filter is held against. */

import type {
  Condition,
  Decision,
  FilterArchitecture,
  Policy,
} from "../../../../../runtime/sandbox/seccomp/policy.ts";
import { VERDICT } from "../../../../../runtime/sandbox/seccomp/policy.ts";

export interface Call {
  readonly number: number;
  /** AUDIT_ARCH_* */
  readonly audit: number;
  readonly arguments: readonly bigint[];
}

export const AUDIT = { X86_64: 0xc000003e, X86: 0x40000003, AARCH64: 0xc00000b7, ARM: 0x40000028 };
const X32_BIT = 0x40000000;

/** Runs a filter as the kernel does, and fails where the kernel would refuse it. */
export function interpret(filter: Uint8Array<ArrayBuffer>, call: Call): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit, true);
  call.arguments.forEach((value, i) => data.setBigUint64(16 + 8 * i, value, true));
  const code = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  let accumulator = 0;
  for (let next = 0; 8 * next < filter.length;) {
    const at = 8 * next++, k = code.getUint32(at + 4, true);
    const branch = (taken: boolean) => next += code.getUint8(at + (taken ? 2 : 3));
    switch (code.getUint16(at, true)) {
      case 0x20:
        accumulator = data.getUint32(k, true);
        break;
      case 0x54:
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05:
        next += k;
        break;
      case 0x15:
        branch(accumulator === k);
        break;
      case 0x25:
        branch(accumulator > k);
        break;
      case 0x35:
        branch(accumulator >= k);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`the kernel knows no instruction ${code.getUint16(at, true)} at ${at / 8}`);
    }
  }
  throw new Error("the filter runs past its end");
}

/** What policies say of a call. */
export function evaluate(policies: readonly Policy[], call: Call): number {
  const policy = policies.find(({ architecture }) => architecture === architectureOf(call));
  if (policy === undefined) return VERDICT.KILL_THREAD;
  if (call.number > policy.last) return policy.newer;
  const decision = policy.calls.get(call.number);
  return decision === undefined ? policy.otherwise : decide(decision, call);
}

function architectureOf({ audit, number }: Call): FilterArchitecture | undefined {
  if (audit === AUDIT.X86_64) return number >= X32_BIT ? "X32" : "X86_64";
  return audit === AUDIT.X86 ? "X86" : audit === AUDIT.AARCH64 ? "AARCH64" : undefined;
}

function decide({ cases, otherwise }: Decision, { arguments: args }: Call): number {
  const found = cases.find(({ conditions }) => conditions.every((each) => holds(each, args)));
  return found?.verdict ?? otherwise;
}

function holds({ index, operator, value, valueTwo }: Condition, args: readonly bigint[]): boolean {
  const argument = args[index];
  switch (operator) {
    case "EQ":
      return argument === value;
    case "NE":
      return argument !== value;
    case "LT":
      return argument < value;
    case "LE":
      return argument <= value;
    case "GT":
      return argument > value;
    case "GE":
      return argument >= value;
    case "MASKED_EQ":
      return (argument & value) === (valueTwo & value);
  }
}
