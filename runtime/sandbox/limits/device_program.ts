/**
 * Device rules as a program for the kernel's BPF machine, which it runs whenever a process of the group opens or makes a device:
 * what the devices controller was in cgroup v1. In C:
 *
 *     int allow(struct bpf_cgroup_dev_ctx *context) {
 *       u32 type = context->access_type & 0xffff, access = context->access_type >> 16;
 *       u32 major = context->major, minor = context->minor;
 *       if (type == RULE.TYPE && !(access & ~RULE.ACCESS) && major == RULE.MAJOR && minor == RULE.MINOR) return 1;
 *       ...for each rule, without what it leaves open
 *       return 0;
 *     }
 *
 * Documentation/bpf/standardization/instruction-set.rst; include/uapi/linux/bpf.h.
 */

import type { DeviceRule } from "./device_rules.ts";

/** A line of the program; `offset` is a number of instructions to skip, or of bytes into memory. */
export interface Instruction {
  readonly code: number;
  readonly to?: number;
  readonly from?: number;
  readonly offset?: number;
  readonly value?: number;
}

/** Operation codes, 32 bits wide where the machine has both. */
const LOAD_WORD = 0x61, MOVE = 0xbc, MOVE_VALUE = 0xb4, AND_VALUE = 0x54, SHIFT_RIGHT = 0x74;
const SKIP_UNLESS_EQUAL = 0x56, EXIT = 0x95;

/** Registers: the result; the context, and later a copy of the access; what is asked for. */
const RESULT = 0, CONTEXT = 1, TYPE = 2, ACCESS = 3, MAJOR = 4, MINOR = 5;

/** BPF_DEVCG_DEV_*, BPF_DEVCG_ACC_* */
const types = { b: 1, c: 2 } as const;
const accesses = { m: 1, r: 2, w: 4 } as const;
const ALL_ACCESS = 7;

/** The program that allows what one of these rules allows. Every container has one: it is made with an eye to the time. */
export function deviceProgram(rules: readonly DeviceRule[]): Instruction[] {
  const program: Instruction[] = [
    { code: LOAD_WORD, to: TYPE, from: CONTEXT, offset: 0 },
    { code: MOVE, to: ACCESS, from: TYPE },
    { code: AND_VALUE, to: TYPE, value: 0xffff },
    { code: SHIFT_RIGHT, to: ACCESS, value: 16 },
    { code: LOAD_WORD, to: MAJOR, from: CONTEXT, offset: 4 },
    { code: LOAD_WORD, to: MINOR, from: CONTEXT, offset: 8 },
  ];
  for (const rule of merge(rules)) allow(program, rule);
  program.push({ code: MOVE_VALUE, to: RESULT, value: 0 }, { code: EXIT });
  return program;
}

/** One access can be for reading and writing, which two rules for the same device may allow one each. */
function merge(rules: readonly DeviceRule[]): DeviceRule[] {
  const merged: DeviceRule[] = [];
  for (const rule of rules) {
    const same = merged.findIndex(({ type, major, minor }) =>
      type === rule.type && major === rule.major && minor === rule.minor
    );
    if (same < 0) merged.push(rule);
    else merged[same] = { ...rule, access: rule.access + merged[same].access };
  }
  return merged;
}

/** Appends what a rule comes to. A test that fails skips what is left of it. */
function allow(program: Instruction[], { type, major, minor, access }: DeviceRule): void {
  const mask = accessMask(access), testsAccess = mask !== ALL_ACCESS;
  const length = (type === "a" ? 0 : 1) + (testsAccess ? 3 : 0) +
    (major === undefined ? 0 : 1) + (minor === undefined ? 0 : 1) + 2;
  const end = program.length + length;
  const test = (register: number, value: number) =>
    program.push({
      code: SKIP_UNLESS_EQUAL,
      to: register,
      value,
      offset: end - program.length - 1,
    });
  if (type !== "a") test(TYPE, types[type]);
  if (testsAccess) {
    program.push({ code: MOVE, to: CONTEXT, from: ACCESS });
    program.push({ code: AND_VALUE, to: CONTEXT, value: ALL_ACCESS & ~mask });
    test(CONTEXT, 0);
  }
  if (major !== undefined) test(MAJOR, major);
  if (minor !== undefined) test(MINOR, minor);
  program.push({ code: MOVE_VALUE, to: RESULT, value: 1 }, { code: EXIT });
}

function accessMask(access: string): number {
  let mask = 0;
  for (const letter of access) mask |= accesses[letter as keyof typeof accesses];
  return mask;
}

/** The program as the kernel takes it: struct bpf_insn, eight bytes each. */
export function encodeProgram(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8 * program.length));
  program.forEach(({ code, to = 0, from = 0, offset = 0, value = 0 }, index) => {
    view.setUint8(8 * index, code);
    view.setUint8(8 * index + 1, from << 4 | to);
    view.setInt16(8 * index + 2, offset, true);
    view.setInt32(8 * index + 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
