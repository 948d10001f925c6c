/**
 * The kinds of options a command can have. One table of them drives parsing, help and the
 * reference, so that none of the three can say something else than the others.
 */
import { parseDuration } from "../../runtime/build/duration.ts";
import { parseBool, parseInteger, quote } from "./strconv.ts";

/** What every option says about itself, whether box supports it or only knows it. */
interface OptionFacts {
  /** The kind of value in help's words ("string", "list", "bytes"); "bool" is a switch. */
  readonly type: string;
  /** The letter of the short form, or null. */
  readonly short: string | null;
  readonly description: string;
  /** Other long names that mean the same and that help does not list. */
  readonly aliases?: readonly string[];
}

/** An option that box supports. */
export interface Option<Value> extends OptionFacts {
  /** The value when the option is not given. */
  readonly initial: Value;
  /** The default as help prints it in parentheses; absent where it is the empty value. */
  readonly shownDefault?: string;
  /** Reads one occurrence, given the value so far. Throws an Error that says what is wrong. */
  parse(text: string, current: Value): Value;
}

/** An option that Docker has and box refuses. */
export interface UnsupportedOption extends OptionFacts {
  readonly unsupported: {
    /** Docker's default: asking for what happens anyway is not refused. */
    readonly dockerDefault?: string;
    /** Why box will not have it; absent where it is only missing so far. */
    readonly reason?: string;
  };
}

/** The options of one command by their long names. */
export type OptionTable = { readonly [name: string]: Option<unknown> | UnsupportedOption };

/** The values a command reads: one for each option of its table that box supports. */
export type OptionValues<Table extends OptionTable> = {
  readonly [
    Name in keyof Table as Table[Name] extends UnsupportedOption ? never : Name
  ]: Table[Name] extends Option<infer Value> ? Value : never;
};

interface Settings {
  readonly aliases?: readonly string[];
  /** The default where whoever reads the value applies it. */
  readonly shownDefault?: string;
}

interface TextSettings extends Settings {
  /** Throws an Error that says what is wrong with a text. */
  validate?(text: string): void;
}

interface StringSettings extends TextSettings {
  /** The name of the value in help; "string" unless given. */
  readonly placeholder?: string;
}

/** A switch: `--force`, `-f`, `--force=false`. */
export function bool(short: string | null, description: string, initial = false): Option<boolean> {
  const shownDefault = initial ? "true" : undefined;
  return { type: "bool", short, description, initial, shownDefault, parse: parseBool };
}

/** A text; undefined when it is not given and has no default. */
export function string(
  short: string | null,
  description: string,
  settings: StringSettings & { readonly default: string },
): Option<string>;
export function string(
  short: string | null,
  description: string,
  settings?: StringSettings,
): Option<string | undefined>;
export function string(
  short: string | null,
  description: string,
  settings: StringSettings & { readonly default?: string } = {},
): Option<string | undefined> {
  const { placeholder: type = "string", default: initial, aliases } = settings;
  const shown = settings.shownDefault ?? initial;
  const shownDefault = shown === undefined ? undefined : quote(shown);
  return { type, short, description, aliases, initial, shownDefault, parse: checked(settings) };
}

/** A whole number; undefined when it is not given and has no default. */
export function int(
  short: string | null,
  description: string,
  settings: { readonly default: number },
): Option<number>;
export function int(short: string | null, description: string): Option<number | undefined>;
export function int(
  short: string | null,
  description: string,
  settings: { readonly default?: number } = {},
): Option<number | undefined> {
  const initial = settings.default;
  const shownDefault = initial === undefined ? undefined : String(initial);
  return { type: "int", short, description, initial, shownDefault, parse: parseInteger };
}

/** A length of time as Go writes it (`1m30s`), in nanoseconds; 0 when it is not given. */
export function duration(short: string | null, description: string): Option<number> {
  const parse = (text: string) => parseDuration(text);
  return { type: "duration", short, description, initial: 0, shownDefault: "0s", parse };
}

/** A text that may be given any number of times. */
export function list(
  short: string | null,
  description: string,
  settings: TextSettings = {},
): Option<readonly string[]> {
  return collected("list", short, description, checked(settings), settings);
}

/** One condition of --filter. */
export interface Filter {
  readonly name: string;
  readonly value: string;
}

/** Conditions on what is listed: `--filter name=value`, any number of times. */
export function filter(short: string | null, description: string): Option<readonly Filter[]> {
  return collected("filter", short, description, (text) => {
    const equals = text.indexOf("=");
    if (equals < 0) throw new Error("bad format of filter (expected name=value)");
    return {
      name: text.slice(0, equals).trim().toLowerCase(),
      value: text.slice(equals + 1).trim(),
    };
  });
}

/** A value of a kind of its own that may be given any number of times. */
export function collected<Item>(
  type: string,
  short: string | null,
  description: string,
  parse: (text: string) => Item,
  settings: Settings = {},
): Option<readonly Item[]> {
  const { aliases, shownDefault } = settings;
  const add = (text: string, current: readonly Item[]) => [...current, parse(text)];
  return { type, short, description, aliases, initial: [], shownDefault, parse: add };
}

function checked({ validate }: TextSettings): (text: string) => string {
  return (text) => {
    validate?.(text);
    return text;
  };
}

/**
 * An option that Docker has and box does not: it is left out of help, and using it is refused,
 * because an option that is silently ignored is worse than none.
 */
export function unsupported(
  type: string,
  short: string | null,
  description: string,
  settings: {
    readonly aliases?: readonly string[];
    readonly default?: string;
    readonly reason?: string;
  } = {},
): UnsupportedOption {
  const dockerDefault = settings.default ?? (type === "bool" ? "false" : undefined);
  const { aliases, reason } = settings;
  return { type, short, description, aliases, unsupported: { dockerDefault, reason } };
}

/** Tells the options apart that box only knows. */
export function isUnsupported(
  option: Option<unknown> | UnsupportedOption,
): option is UnsupportedOption {
  return "unsupported" in option;
}
