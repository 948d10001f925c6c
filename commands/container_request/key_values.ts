/** `NAME=value` pairs: environment variables and labels, from the command line and from files. */
import { UsageError } from "../cli/errors.ts";

const BYTE_ORDER_MARK = "\ufeff";
const WHITESPACE = /[ \t]/;

/** Looks a name up where a line gives no value; undefined where it has none there either. */
export type Lookup = (name: string) => string | undefined;

/** Throws an Error unless a text can be an environment variable: `NAME=value` or `NAME`. */
export function validateVariable(text: string): void {
  if (nameOf(text) === "") throw new Error(`invalid environment variable: ${text}`);
}

/** Throws an Error unless a text can be a label: `key=value` or `key`. */
export function validateLabel(text: string): void {
  const key = nameOf(text);
  if (key === "") throw new Error(`invalid label '${text}': empty name`);
  if (WHITESPACE.test(key)) throw new Error(`label '${key}' contains whitespaces`);
}

/**
 * The environment that -e and --env-file ask for. A bare name takes its value from box's own
 * environment. Where that has none, a line of a file is dropped, and a bare -e is kept as it is:
 * it takes the variable away that the image sets.
 */
export function environmentOf(
  fromFiles: readonly string[],
  variables: readonly string[],
  lookup: Lookup,
): string[] {
  const given = new Map<string, string>();
  for (const variable of variables) {
    const name = nameOf(variable);
    const value = variable === name ? lookup(name) : undefined;
    given.set(name, value === undefined ? variable : `${name}=${value}`);
  }
  return [...fromFiles, ...given.values()];
}

/** The labels that --label-file and --label ask for; the last one of a key wins. */
export function labelsOf(
  fromFiles: readonly string[],
  labels: readonly string[],
): Record<string, string> {
  return Object.fromEntries([...fromFiles, ...labels].map((label) => {
    const key = nameOf(label);
    return [key, label.slice(key.length + 1)];
  }));
}

/**
 * The pairs in a file of `NAME=value` lines, comments and empty lines left out. Nothing is quoted
 * or expanded. Throws a UsageError in Docker's words; `path` is for the message only.
 */
export function parseKeyValueFile(
  path: string,
  content: Uint8Array,
  lookup: Lookup,
): string[] {
  const pairs: string[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const [index, bytes] of linesOf(content).entries()) {
    let line: string;
    try {
      line = decoder.decode(bytes);
    } catch {
      throw new UsageError(
        `env file ${path} contains invalid utf8 bytes at line ${index + 1}: [${bytes.join(" ")}]`,
      );
    }
    if (index === 0 && line.startsWith(BYTE_ORDER_MARK)) line = line.slice(1);
    const pair = parseLine(line.trimStart(), lookup);
    if (pair !== undefined) pairs.push(pair);
  }
  return pairs;
}

function parseLine(line: string, lookup: Lookup): string | undefined {
  if (line === "" || line.startsWith("#")) return undefined;
  const name = nameOf(line);
  if (WHITESPACE.test(name)) throw poorlyFormatted(`variable '${name}' contains whitespaces`);
  if (name === "") throw poorlyFormatted(`no variable name on line '${line}'`);
  if (name !== line) return line;
  const value = lookup(name);
  return value === undefined ? undefined : `${name}=${value}`;
}

function poorlyFormatted(reason: string): UsageError {
  return new UsageError(`poorly formatted environment: ${reason}`);
}

/** Lines end with a line feed, and perhaps a carriage return before it. */
function linesOf(content: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < content.length;) {
    const lineFeed = content.indexOf(0x0a, start);
    const end = lineFeed < 0 ? content.length : lineFeed;
    lines.push(content.subarray(start, content[end - 1] === 0x0d && end > start ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

function nameOf(pair: string): string {
  return pair.split("=", 1)[0];
}
