/** HEALTHCHECK: `NONE`, or options and a command. */

import { InvalidError } from "../../storage/errors.ts";
import type { Healthcheck } from "../../storage/image/config.ts";
import type { DockerfileLine } from "./dockerfile.ts";
import { parseDuration } from "./duration.ts";
import { type Flags, parseFlags } from "./flags.ts";

/** The shortest interval between checks, in nanoseconds. */
const MINIMUM_DURATION = 1_000_000;

export function parseHealthcheck(line: DockerfileLine): Healthcheck {
  const [kind, ...words] = line.words;
  const type = kind.toUpperCase();
  if (type === "NONE") {
    if (words.length > 0) throw new InvalidError("HEALTHCHECK NONE takes no arguments");
    return { Test: ["NONE"] };
  }
  const flags = parseFlags(line.flags, {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text",
  });
  if (type !== "CMD") {
    throw new InvalidError(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`);
  }
  if (words.length === 0) throw new InvalidError("Missing command after HEALTHCHECK CMD");
  const healthcheck: Healthcheck = { Test: [line.isJson ? "CMD" : "CMD-SHELL", ...words] };
  const interval = parseOptionalDuration("interval", flags);
  if (interval !== undefined) healthcheck.Interval = interval;
  const timeout = parseOptionalDuration("timeout", flags);
  if (timeout !== undefined) healthcheck.Timeout = timeout;
  const startPeriod = parseOptionalDuration("start-period", flags);
  if (startPeriod !== undefined) healthcheck.StartPeriod = startPeriod;
  const startInterval = parseOptionalDuration("start-interval", flags);
  if (startInterval !== undefined) healthcheck.StartInterval = startInterval;
  const retries = flags.text("retries");
  if (retries) healthcheck.Retries = parseRetries(retries);
  return healthcheck;
}

/** Nanoseconds; an empty value is none. */
function parseOptionalDuration(name: string, flags: Flags): number | undefined {
  const text = flags.text(name);
  if (!text) return undefined;
  const duration = parseDuration(text);
  if (duration < MINIMUM_DURATION) {
    throw new InvalidError(`Interval "${name}" cannot be less than 1ms`);
  }
  return duration;
}

const INT32_LIMIT = 2 ** 31;

function parseRetries(text: string): number {
  const refuse = (reason: string) =>
    new InvalidError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`);
  if (!/^[-+]?[0-9]+$/.test(text)) throw refuse("invalid syntax");
  const retries = Number(text);
  if (retries >= INT32_LIMIT || retries < -INT32_LIMIT) throw refuse("value out of range");
  if (retries < 1) throw new InvalidError(`--retries must be at least 1 (not ${retries})`);
  return retries;
}
