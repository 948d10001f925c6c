/** `RUN --mount=type=cache,target=/var/cache`: its keys and what they mean (Dockerfile reference). */

import { InvalidError } from "../../../storage/errors.ts";
import { withSuggestion } from "../suggest.ts";
import { parseByteSize } from "./byte_size.ts";
import type { MountFlag, RunMount } from "./types.ts";

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
const SHARING = ["shared", "private", "locked"] as const;

type Type = typeof TYPES[number];

/** What was read so far; which keys fit the type is looked at in the end. */
interface Fields {
  type: Type;
  from?: string;
  source?: string;
  target?: string;
  isReadOnly?: boolean;
  isRequired?: boolean;
  id?: string;
  sharing?: typeof SHARING[number];
  env?: string;
  sizeInBytes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
}

/** Reads the flag as far as it can be before variables are known: all of it if it has none. Throws InvalidError. */
export function parseMountFlag(text: string): MountFlag {
  const from = splitFields(text).map(splitField).findLast(({ key }) => key === "from")?.value;
  if (from !== undefined && /\$./.test(from)) {
    throw new InvalidError(
      "'from' doesn't support variable expansion, define alias stage instead",
    );
  }
  if (!text.includes("$")) parseMount(text, (value) => value);
  return { text, ...(from && { from }) };
}

/** Reads a mount, each of its values through this function. Throws InvalidError in BuildKit's words. */
export function parseMount(text: string, expand: (value: string) => string): RunMount {
  const fields: Fields = { type: "bind" };
  for (const field of splitFields(text)) {
    const { key, value } = splitField(field);
    if (value === undefined) setFlag(fields, key, field);
    else setValue(fields, key, expand(value), field);
  }
  checkCombination(fields);
  return mountOf(fields);
}

/** A line of comma-separated values; a value in double quotes may have commas in it. */
function splitFields(text: string): string[] {
  const fields = text.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,"]*)(?=,|$)/g) ?? [];
  if (fields.join(",") !== text) {
    throw new InvalidError(`failed to parse csv mounts: bare or unclosed quote in ${text}`);
  }
  return fields.map((field) =>
    field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field
  );
}

function splitField(field: string): { key: string; value: string | undefined } {
  const equals = field.indexOf("=");
  if (equals < 0) return { key: field.toLowerCase(), value: undefined };
  return { key: field.slice(0, equals).toLowerCase(), value: field.slice(equals + 1) };
}

function setFlag(fields: Fields, key: string, field: string): void {
  if (key === "readonly" || key === "ro") fields.isReadOnly = true;
  else if (key === "readwrite" || key === "rw") fields.isReadOnly = false;
  else if (key === "required") setRequired(fields, key, true);
  else throw new InvalidError(`invalid field '${field}' must be a key=value pair`);
}

function setRequired(fields: Fields, key: string, isRequired: boolean): void {
  requireType(fields, key, ["secret", "ssh"]);
  fields.isRequired = isRequired;
}

function requireType({ type }: Fields, key: string, allowed: readonly Type[]): void {
  if (allowed.includes(type)) return;
  throw new InvalidError(`unexpected key '${key}' for mount type '${type}'`);
}

const KEYS: Readonly<Record<string, (fields: Fields, value: string, key: string) => void>> = {
  type(fields, value) {
    fields.type = oneOf(value, TYPES, `unsupported mount type ${JSON.stringify(value)}`);
  },
  from: (fields, value) => fields.from = value,
  source: (fields, value) => fields.source = value,
  target: (fields, value) => fields.target = value,
  readonly: (fields, value, key) => fields.isReadOnly = parseBoolean(key, value),
  readwrite: (fields, value, key) => fields.isReadOnly = !parseBoolean(key, value),
  required: (fields, value, key) => setRequired(fields, key, parseBoolean(key, value)),
  id: (fields, value) => fields.id = value,
  sharing(fields, value) {
    fields.sharing = oneOf(value, SHARING, `unsupported sharing value ${JSON.stringify(value)}`);
  },
  size(fields, value, key) {
    requireType(fields, key, ["tmpfs"]);
    fields.sizeInBytes = parseByteSize(value);
    if (fields.sizeInBytes === undefined) {
      throw new InvalidError(`invalid value for ${key}: ${value}`);
    }
  },
  mode: (fields, value, key) => fields.mode = parseNumber(key, value, 8),
  uid: (fields, value, key) => fields.uid = parseNumber(key, value, 10),
  gid: (fields, value, key) => fields.gid = parseNumber(key, value, 10),
  env: (fields, value) => fields.env = value,
};

const ALIASES: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
  ro: "readonly",
  rw: "readwrite",
};

function setValue(fields: Fields, key: string, value: string, field: string): void {
  const name = Object.hasOwn(ALIASES, key) ? ALIASES[key] : key;
  if (!Object.hasOwn(KEYS, name)) {
    const known = [...Object.keys(KEYS), ...Object.keys(ALIASES)];
    throw new InvalidError(withSuggestion(`unexpected key '${key}' in '${field}'`, key, known));
  }
  KEYS[name](fields, value, key);
}

function oneOf<Word extends string>(
  value: string,
  words: readonly Word[],
  complaint: string,
): Word {
  const word = words.find((word) => word === value.toLowerCase());
  if (word === undefined) throw new InvalidError(withSuggestion(complaint, value, words));
  return word;
}

/** What Go's strconv.ParseBool takes. */
function parseBoolean(key: string, value: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw new InvalidError(`invalid value for ${key}: ${value}`);
}

function parseNumber(key: string, value: string, base: 8 | 10): number {
  const number = (base === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(value) ? parseInt(value, base) : NaN;
  if (!(number < 2 ** 32)) throw new InvalidError(`invalid value ${value} for ${key}`);
  return number;
}

function checkCombination(fields: Fields): void {
  const { type } = fields;
  for (const key of ["mode", "uid", "gid"] as const) {
    if (fields[key] !== undefined && (type === "bind" || type === "tmpfs")) {
      throw new InvalidError(`${key} not allowed for ${JSON.stringify(type)} type mounts`);
    }
  }
  if (type === "secret") checkSecret(fields);
  if (fields.sharing !== undefined && type !== "cache") {
    throw new InvalidError(`invalid cache sharing set for ${type} mount`);
  }
}

function checkSecret({ from, sharing, source, target, id }: Fields): void {
  if (from) throw new InvalidError("secret mount should not have a from");
  if (sharing) throw new InvalidError("secret mount should not define sharing");
  if (!source && !target && !id) {
    throw new InvalidError("invalid secret mount. one of source, target required");
  }
  if (source && id) throw new InvalidError("both source and id can't be set");
}

function mountOf(fields: Fields): RunMount {
  const { type, from, source, target, id, sharing, env, sizeInBytes, mode, uid, gid } = fields;
  const owner = { mode, uid, gid }, isRequired = fields.isRequired ?? false;
  switch (type) {
    case "bind":
      return defined({ type, target, from, source, isReadOnly: fields.isReadOnly ?? true });
    case "cache": {
      const isReadOnly = fields.isReadOnly ?? false;
      return defined({
        ...{ type, target, id, from, source, isReadOnly, sharing: sharing ?? "shared" },
        ...owner,
      });
    }
    case "tmpfs":
      return defined({ type, target, sizeInBytes });
    case "secret":
      // `source` is another name for a secret's id.
      return defined({ type, target, id: id || source, env, isRequired, ...owner });
    case "ssh":
      return defined({ type, target, id: id || source, isRequired, ...owner });
  }
}

/** Without what is undefined. */
function defined<Mount extends RunMount>(mount: Mount): Mount {
  const entries = Object.entries(mount).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Mount;
}
