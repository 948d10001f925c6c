/** bpf(2), as far as control groups need it: a program that decides on the use of devices. */

import { check, errnoName } from "./errno.ts";
import { cstring } from "./cstring.ts";
import { kernel } from "./kernel.ts";

const BPF_PROG_LOAD = 5, BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15, BPF_CGROUP_DEVICE = 6;
/** Programs of groups below are asked as well, and all must allow it. */
const BPF_F_ALLOW_MULTI = 2;

/** The kernel gives up with EAGAIN when a signal comes while it checks the program; libbpf tries as often. */
const LOAD_TRIES = 5;

/** Loads a program of that type; returns its descriptor, which is close-on-exec. Needs CAP_BPF or CAP_SYS_ADMIN. */
export function loadDeviceProgram(instructions: Uint8Array<ArrayBuffer>): number {
  const license = cstring("MIT");
  const attributes = new DataView(new ArrayBuffer(48));
  attributes.setUint32(0, BPF_PROG_TYPE_CGROUP_DEVICE, true);
  attributes.setUint32(4, instructions.length / 8, true);
  attributes.setBigUint64(8, addressOf(instructions), true);
  attributes.setBigUint64(16, addressOf(license), true);
  const bytes = new Uint8Array(attributes.buffer);
  for (let tries = 1;; tries++) {
    const result = kernel.bpf(BPF_PROG_LOAD, bytes, bytes.length);
    if (errnoName(-result) === "EAGAIN" && tries < LOAD_TRIES) continue;
    return check(result, "load a device program");
  }
}

/** Attaches a program to a group of cgroup v2, which `directory` is open on; it goes with the group. */
export function attachDeviceProgram(program: number, directory: number): void {
  const attributes = new Uint32Array([directory, program, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI]);
  const bytes = new Uint8Array(attributes.buffer);
  check(kernel.bpf(BPF_PROG_ATTACH, bytes, bytes.length), "attach a device program");
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}
