/** Reading a command line against a table of options, in pflag's way: what Docker's users know. */
import { FlagError, UsageError } from "./errors.ts";
import {
  bool,
  isUnsupported,
  type Option,
  type OptionTable,
  type OptionValues,
  type UnsupportedOption,
} from "./options.ts";
import { parseBool, quote } from "./strconv.ts";

export interface ParsedCommandLine<Values> {
  readonly options: Values;
  readonly args: readonly string[];
  /** Help was asked for. */
  readonly help: boolean;
  /** Help was asked for as -h, which Docker deprecates. */
  readonly shortHelp: boolean;
  /** The first option that box has to refuse; help goes before it. */
  readonly refusal?: UsageError;
}

type AnyOption = Option<unknown> | UnsupportedOption;

/**
 * Reads options and arguments. Throws a FlagError in pflag's words for an unknown option and for a
 * value that cannot be read. Unless `interspersed`, the first argument ends the options.
 */
export function parseCommandLine<Table extends OptionTable>(
  table: Table,
  argv: readonly string[],
  interspersed = true,
): ParsedCommandLine<OptionValues<Table>> {
  const parsed: ParsedCommandLine<unknown> = new CommandLine(table, argv).parse(interspersed);
  return parsed as ParsedCommandLine<OptionValues<Table>>;
}

class CommandLine {
  readonly #options: OptionTable;
  readonly #rest: string[];
  readonly #args: string[] = [];
  readonly #values: Record<string, unknown> = {};
  #shortHelp = false;
  #refusal: UsageError | undefined;

  constructor(table: OptionTable, argv: readonly string[]) {
    const shortHelp = Object.values(table).some(({ short }) => short === "h") ? null : "h";
    this.#options = { help: bool(shortHelp, "Print usage"), ...table };
    this.#rest = [...argv];
    for (const [name, option] of Object.entries(this.#options)) {
      if (!isUnsupported(option)) this.#values[name] = option.initial;
    }
  }

  parse(interspersed: boolean): ParsedCommandLine<unknown> {
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === "--") {
        this.#args.push(...this.#rest.splice(0));
      } else if (word.startsWith("--")) {
        this.#parseLong(word);
      } else if (word.startsWith("-") && word.length > 1) {
        this.#parseShorts(word.slice(1));
      } else {
        this.#args.push(word);
        if (!interspersed) this.#args.push(...this.#rest.splice(0));
      }
    }
    return {
      options: this.#values,
      args: this.#args,
      help: this.#values.help === true,
      shortHelp: this.#shortHelp,
      refusal: this.#refusal,
    };
  }

  /** Reads `--name`, `--name=value` or `--name value`. */
  #parseLong(word: string): void {
    const equals = word.indexOf("=");
    const given = equals < 0 ? word.slice(2) : word.slice(2, equals);
    if (given === "" || given.startsWith("-")) throw new FlagError(`bad flag syntax: ${word}`);
    const [name, option] =
      this.#find((name, { aliases }) => name === given || aliases?.includes(given)) ??
        raise(`unknown flag: --${given}`);
    const value = equals < 0 ? bareValue(option) ?? this.#rest.shift() : word.slice(equals + 1);
    this.#set(name, option, value ?? raise(`flag needs an argument: ${word}`));
  }

  /** Reads what follows a single dash: any number of switches, then perhaps an option's value. */
  #parseShorts(letters: string): void {
    let rest = letters;
    while (rest !== "") {
      const letter = String.fromCodePoint(rest.codePointAt(0)!);
      const [name, option] = this.#find((_, { short }) => short === letter) ??
        raise(`unknown shorthand flag: '${letter}' in -${rest}`);
      this.#shortHelp ||= name === "help";

      const tail = rest.slice(letter.length);
      const bare = bareValue(option);
      if (tail.length > 1 && tail.startsWith("=")) {
        return this.#set(name, option, tail.slice(1));
      }
      if (bare === undefined) {
        const value = tail === "" ? this.#rest.shift() : tail;
        const missing = `flag needs an argument: '${letter}' in -${rest}`;
        return this.#set(name, option, value ?? raise(missing));
      }
      this.#set(name, option, bare);
      rest = tail;
    }
  }

  #set(name: string, option: AnyOption, text: string): void {
    try {
      if (!isUnsupported(option)) {
        this.#values[name] = option.parse(text, this.#values[name]);
      } else if (!isDockerDefault(option, text)) {
        throw refusal(name, option);
      }
    } catch (error) {
      if (error instanceof UsageError) {
        this.#refusal ??= error;
        return;
      }
      const { short } = option;
      // Docker deprecates -h, and so does not name it.
      const flag = short === null || name === "help" ? `--${name}` : `-${short}, --${name}`;
      const reason = error instanceof Error ? error.message : String(error);
      raise(`invalid argument ${quote(text)} for ${quote(flag)} flag: ${reason}`);
    }
  }

  #find(
    matches: (name: string, option: AnyOption) => boolean | undefined,
  ): [name: string, option: AnyOption] | undefined {
    return Object.entries(this.#options).find(([name, option]) => matches(name, option));
  }
}

/** What an option's bare name stands for: a switch needs no value. */
function bareValue(option: AnyOption): string | undefined {
  return option.type === "bool" ? "true" : undefined;
}

function isDockerDefault({ type, unsupported }: UnsupportedOption, text: string): boolean {
  return unsupported.dockerDefault === (type === "bool" ? String(parseBool(text)) : text);
}

function refusal(name: string, { short, unsupported: { reason } }: UnsupportedOption): UsageError {
  const flag = short === null ? `--${name}` : `--${name} (-${short})`;
  return new UsageError(`${flag} is not supported${reason === undefined ? " yet" : `: ${reason}`}`);
}

function raise(message: string): never {
  throw new FlagError(message);
}
