/** Which devices a container may use: the rules of the devices cgroup, Documentation/admin-guide/cgroup-v1/devices.rst. */

import { InvalidError } from "../../../storage/errors.ts";

/** Allows access to some devices; what no rule allows is forbidden. */
export interface DeviceRule {
  /** `a`: both block and character devices. */
  readonly type: "a" | "b" | "c";
  /** Undefined for all. */
  readonly major?: number;
  readonly minor?: number;
  /** Of `r`, `w` and `m` (mknod) some. */
  readonly access: string;
}

const character = (major: number, minor?: number): DeviceRule => ({
  type: "c",
  major,
  minor,
  access: "rwm",
});

/** Docker's: any node can be made, but only these can be opened. */
export const defaultDeviceRules: readonly DeviceRule[] = [
  { type: "c", access: "m" },
  { type: "b", access: "m" },
  character(1, 3), // null
  character(1, 5), // zero
  character(1, 7), // full
  character(1, 8), // random
  character(1, 9), // urandom
  character(5, 0), // tty
  character(5, 1), // console
  character(5, 2), // ptmx
  character(136), // pts/*
];

const RULE = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/;

/** Reads a rule as --device-cgroup-rule has it: `c 13:* rwm`. */
export function parseDeviceRule(text: string): DeviceRule {
  const match = RULE.exec(text);
  if (match === null) throw new InvalidError(`invalid device cgroup rule format: '${text}'`);
  const number = (word: string) => word === "*" ? undefined : Number(word);
  const type = match[1] as DeviceRule["type"];
  return { type, major: number(match[2]), minor: number(match[3]), access: match[4] };
}

/** The rule in the words that devices.allow of cgroup v1 takes. */
export function formatDeviceRule({ type, major, minor, access }: DeviceRule): string {
  return `${type} ${major ?? "*"}:${minor ?? "*"} ${access}`;
}
