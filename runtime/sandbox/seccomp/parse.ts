/** Reading a profile in docker's JSON. Docker is lenient: what it does not know is passed over, what is missing is empty. */

import { InvalidError } from "../../../storage/errors.ts";
import type { ArgumentRule, Circumstances, SeccompProfile, SyscallRule } from "./profile.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Throws InvalidError, in docker's words, for what is no profile. */
export function parseProfile(text: string): SeccompProfile {
  const fields = read(text, "", isFields, "seccomp.Seccomp");
  const profile = {
    defaultAction: string(fields, "defaultAction"),
    defaultErrnoRet: number(fields, "defaultErrnoRet"),
    architectures: strings(fields, "architectures"),
    archMap: list(fields, "archMap").map((each) => ({
      architecture: string(each, "architecture"),
      subArchitectures: strings(each, "subArchitectures"),
    })),
    syscalls: list(fields, "syscalls").map(parseRule),
  };
  if (profile.architectures.length > 0 && profile.archMap.length > 0) {
    throw new InvalidError(
      "'architectures' and 'archMap' were specified in the seccomp profile, use either 'architectures' or 'archMap'",
    );
  }
  return profile;
}

function parseRule(fields: Fields): SyscallRule {
  const name = string(fields, "name"), names = strings(fields, "names");
  if (name !== "" && names.length > 0) {
    throw new InvalidError(
      "'name' and 'names' were specified in the seccomp profile, use either 'name' or 'names'",
    );
  }
  return {
    names: name === "" ? names : [name],
    action: string(fields, "action"),
    errnoRet: number(fields, "errnoRet"),
    args: list(fields, "args").map(parseArgument),
    includes: parseCircumstances(fields, "includes"),
    excludes: parseCircumstances(fields, "excludes"),
  };
}

function parseArgument(fields: Fields): ArgumentRule {
  return {
    index: Number(word(fields, "index")),
    value: word(fields, "value"),
    valueTwo: word(fields, "valueTwo"),
    op: string(fields, "op"),
  };
}

function parseCircumstances(fields: Fields, name: string): Circumstances {
  const value = field(fields, name, isFields, {}, "seccomp.Filter");
  return {
    caps: strings(value, "caps"),
    arches: strings(value, "arches"),
    minKernel: string(value, "minKernel") || undefined,
  };
}

/** Numbers as big integers: the values of arguments have 64 bits. */
function decode(text: string): unknown {
  type Context = { source?: string };
  const revive = (_: string, value: unknown, context?: Context) =>
    typeof value === "number" && /^\d+$/.test(context?.source ?? "")
      ? BigInt(context!.source!)
      : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

function read<T>(text: string, name: string, is: (value: unknown) => value is T, type: string): T {
  let value: unknown;
  try {
    value = decode(text);
  } catch (error) {
    throw new InvalidError(`Decoding seccomp profile failed: ${(error as Error).message}`);
  }
  return expect(value, name, is, type);
}

function expect<T>(
  value: unknown,
  name: string,
  is: (value: unknown) => value is T,
  type: string,
): T {
  if (is(value)) return value;
  const place = name === "" ? `Go value of type` : `Go struct field Seccomp.${name} of type`;
  throw new InvalidError(
    `Decoding seccomp profile failed: json: cannot unmarshal ${
      kindOf(value)
    } into ${place} ${type}`,
  );
}

function field<T>(
  fields: Fields,
  name: string,
  is: (value: unknown) => value is T,
  absent: T,
  type: string,
): T {
  const value = fields[name];
  return value === undefined || value === null ? absent : expect(value, name, is, type);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isWord = (value: unknown): value is bigint => typeof value === "bigint" && value < 1n << 64n;
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

function string(fields: Fields, name: string): string {
  return field(fields, name, isString, "", "string");
}

function word(fields: Fields, name: string): bigint {
  return field(fields, name, isWord, 0n, "uint64");
}

function number(fields: Fields, name: string): number | undefined {
  return fields[name] === undefined || fields[name] === null
    ? undefined
    : Number(word(fields, name));
}

function strings(fields: Fields, name: string): string[] {
  return field(fields, name, isList, [], "[]string").map((each) =>
    expect(each, name, isString, "string")
  );
}

function list(fields: Fields, name: string): Fields[] {
  return field(fields, name, isList, [], "[]struct").filter((each) => each !== null)
    .map((each) => expect(each, name, isFields, "struct"));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return { string: "string", boolean: "bool", object: "object" }[typeof value as string] ??
    `number${typeof value === "number" ? ` ${value}` : ""}`;
}
