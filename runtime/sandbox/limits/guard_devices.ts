/** Closing the devices to a control group. */

import { isErrno } from "../../../ffi/errno.ts";
import { attachDeviceProgram, loadDeviceProgram } from "../../../ffi/bpf.ts";
import { withFd } from "../../../ffi/file.ts";
import type { CgroupHierarchy } from "../cgroup.ts";
import { deviceProgram, encodeProgram } from "./device_program.ts";
import type { DeviceRule } from "./device_rules.ts";

/** The errors of a kernel without these programs, and of one that does not let us. */
const UNAVAILABLE = ["EPERM", "EACCES", "EINVAL", "ENOSYS"] as const;

/**
 * Forbids the processes of a group all devices but those of the rules. `directory` is a descriptor of the group. False: it
 * cannot be done here, because the group is not of cgroup v2 or the kernel refuses the program.
 */
export function guardDevices(
  { version }: CgroupHierarchy,
  directory: number,
  rules: readonly DeviceRule[],
): boolean {
  return version === 2 &&
    withProgram(rules, (program) => attachDeviceProgram(program, directory));
}

/** Whether the kernel takes such programs from us. */
export function canLoadDevicePrograms(): boolean {
  return withProgram([], () => {});
}

/** False where there can be no program. */
function withProgram(rules: readonly DeviceRule[], use: (program: number) => void): boolean {
  try {
    withFd(loadDeviceProgram(encodeProgram(deviceProgram(rules))), use);
    return true;
  } catch (error) {
    if (isErrno(error, ...UNAVAILABLE)) return false;
    throw error;
  }
}
