/** The kinds of values that limits are given in, as Docker's command line reads them. Each reader throws an Error in its words. */
import type { ThrottleDevice, Ulimit, WeightDevice } from "../../storage/container/resources.ts";
import { resourceLimitNames } from "../../runtime/sandbox/limits/resource_limits.ts";
import { collected, type Option } from "../cli/options.ts";
import { parseInteger, quote } from "../cli/strconv.ts";
import { parseBinarySize } from "../format/units.ts";

/** A size such as `64m`, in bytes; 0 when it is not given. */
export function bytes(short: string | null, description: string): Option<number> {
  return { type: "bytes", short, description, initial: 0, parse: parseBinarySize };
}

/** The same, where -1 is unlimited. */
export function swapBytes(short: string | null, description: string): Option<number> {
  const parse = (text: string) => text === "-1" ? -1 : parseBinarySize(text);
  return { type: "bytes", short, description, initial: 0, parse };
}

/** A number of processors, in billionths; 0 when it is not given. */
export function processors(short: string | null, description: string): Option<number> {
  return { type: "decimal", short, description, initial: 0, parse: parseProcessors };
}

export function weight(
  short: string | null,
  description: string,
  shownDefault?: string,
): Option<number> {
  return { type: "uint16", short, description, initial: 0, shownDefault, parse: parseWeight };
}

/** A number that has a minimum and so on for the engine to check; undefined when it is not given. */
export function optionalInt(
  short: string | null,
  description: string,
  shownDefault: string,
): Option<number | undefined> {
  return { type: "int", short, description, initial: undefined, shownDefault, parse: parseInteger };
}

/** The same option, undefined when it is not given. */
export function ifGiven<Value>(option: Option<Value>): Option<Value | undefined> {
  const { parse, initial } = option;
  return {
    ...option,
    initial: undefined,
    parse: (text, current) => parse(text, current === undefined ? initial : current),
  };
}

/** Resource limits; the last of a name wins. */
export function ulimits(description: string): Option<readonly Ulimit[]> {
  return {
    type: "ulimit",
    short: null,
    description,
    initial: [],
    shownDefault: "[]",
    parse(text, current) {
      const ulimit = parseUlimit(text);
      return [...current.filter(({ Name }) => Name !== ulimit.Name), ulimit];
    },
  };
}

/** A list of devices with something for each. */
export function deviceList<Item>(
  description: string,
  parse: (text: string) => Item,
  shownDefault?: string,
): Option<readonly Item[]> {
  return collected("list", null, description, parse, { shownDefault });
}

/** big.Rat's decimal forms; `1/2` and `1e-1` are among them. */
const RATIONAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3}))?$/,
  FRACTION = /^(-?\d+)\/(\d+)$/;

function parseProcessors(text: string): number {
  const fraction = FRACTION.exec(text);
  const number = fraction ? Number(fraction[1]) / Number(fraction[2]) : Number(text);
  if (!Number.isFinite(number) || !(fraction || RATIONAL.test(text))) {
    throw new Error(`failed to parse ${text} as a rational number`);
  }
  const nano = number * 1e9;
  if (Math.abs(nano - Math.round(nano)) > 1e-5) throw new Error("value is too precise");
  return Math.round(nano);
}

function parseWeight(text: string): number {
  return unsigned(text, 0xffff, 0);
}

/** strconv.ParseUint */
function unsigned(text: string, largest: number, base: 0 | 10): number {
  const problem = (reason: string) =>
    new Error(`strconv.ParseUint: parsing ${quote(text)}: ${reason}`);
  if (
    !(base === 10 ? /^\d+$/ : /^(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/).test(text)
  ) {
    throw problem("invalid syntax");
  }
  const number = base === 10 ? Number(text) : Number(text.replace(/^0(?=[0-7])/, "0o"));
  if (number > largest) throw problem("value out of range");
  return number;
}

/** go-units' ParseUlimit. */
export function parseUlimit(text: string): Ulimit {
  const equals = text.indexOf("=");
  if (equals < 0) throw new Error(`invalid ulimit argument: ${text}`);
  const Name = text.slice(0, equals), values = text.slice(equals + 1);
  if (!resourceLimitNames.includes(Name)) throw new Error(`invalid ulimit type: ${Name}`);
  const words = values.split(":");
  if (words.length > 2) {
    throw new Error(
      `too many limit value arguments - ${values}, can only have up to two, \`soft[:hard]\``,
    );
  }
  const Hard = words[1] === undefined ? undefined : decimal(words[1]), Soft = decimal(words[0]);
  if (Hard !== undefined && Hard !== -1) {
    const problem = "ulimit soft limit must be less than or equal to hard limit: ";
    if (Soft === -1) throw new Error(`${problem}soft: -1 (unlimited), hard: ${Hard}`);
    if (Soft > Hard) throw new Error(`${problem}${Soft} > ${Hard}`);
  }
  return { Name, Hard: Hard ?? Soft, Soft };
}

function decimal(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new Error(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  }
  return Number(text);
}

/** `PATH:WEIGHT` */
export function parseWeightDevice(text: string): WeightDevice {
  const [Path, value] = splitDevice(text);
  const Weight = Number(value);
  if (!/^\d+$/.test(value) || (Weight > 0 && (Weight < 10 || Weight > 1000))) {
    throw new Error(`invalid weight for device: ${text}`);
  }
  return { Path, Weight };
}

/** `PATH:BYTES`, a second. */
export function parseByteRate(text: string): ThrottleDevice {
  const [Path, value] = splitDevice(text);
  try {
    return { Path, Rate: parseBinarySize(value) };
  } catch {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. ` +
        "Number must be a positive integer. Unit is optional and can be kb, mb, or gb",
    );
  }
}

/** `PATH:OPERATIONS`, a second. */
export function parseOperationRate(text: string): ThrottleDevice {
  const [Path, value] = splitDevice(text);
  if (!/^\d+$/.test(value)) {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>. ` +
        "Number must be a positive integer",
    );
  }
  return { Path, Rate: Number(value) };
}

function splitDevice(text: string): [path: string, value: string] {
  const colon = text.indexOf(":");
  if (colon < 0) throw new Error(`bad format: ${text}`);
  const path = text.slice(0, colon);
  if (!path.startsWith("/dev/")) throw new Error(`bad format for device path: ${text}`);
  return [path, text.slice(colon + 1)];
}

const SYSCTLS = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"]
    .map((name) => `kernel.${name}`),
);

/** Kernel parameters; the last of a name wins. */
export function sysctls(description: string): Option<Readonly<Record<string, string>>> {
  return {
    type: "map",
    short: null,
    description,
    initial: {},
    shownDefault: "map[]",
    parse(text, current) {
      const equals = text.indexOf("="), name = text.slice(0, equals);
      const isKnown = SYSCTLS.has(name) || name.startsWith("net.") || name.startsWith("fs.mqueue.");
      if (equals < 0 || !isKnown) throw new Error(`sysctl '${text}' is not whitelisted`);
      return { ...current, [name]: text.slice(equals + 1) };
    },
  };
}

/** A rule as devices.allow has it: `c 13:* rwm`. */
export function checkDeviceRule(text: string): string {
  if (!/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(text)) {
    throw new Error(`invalid device cgroup format '${text}'`);
  }
  return text;
}
