/** Ports as the filters `publish` and `expose` name them: `80`, `80/udp`, `8000-8010/tcp`. Docker's go-connections/nat. */

import { InvalidError } from "../../storage/errors.ts";

const LARGEST_PORT = 65535;

/** All of them, as `80/tcp`. Throws InvalidError in docker's words. */
export function portsOfFilter(name: string, value: string): string[] {
  if (value.includes(":")) {
    throw new InvalidError(`filter for '${name}' should not contain ':': ${value}`);
  }
  try {
    return portsIn(value);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`error while looking up for ${name} ${value}: ${error.message}`);
  }
}

function portsIn(value: string): string[] {
  const [range, protocol] = value.split("/");
  if (range === "") throw new InvalidError("empty string specified for ports.");
  const dash = range.indexOf("-");
  const start = portOf(dash < 0 ? range : range.slice(0, dash));
  const end = dash < 0 ? start : portOf(range.slice(dash + 1));
  if (end < start) throw new InvalidError(`Invalid range specified for the Port: ${range}`);
  // Whatever the protocol is: one that there is not is nobody's.
  return Array.from({ length: end - start + 1 }, (_, i) => `${start + i}/${protocol || "tcp"}`);
}

function portOf(text: string): number {
  const refuse = (why: string) =>
    new InvalidError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[0-9]+$/.test(text)) throw refuse("invalid syntax");
  if (Number(text) > LARGEST_PORT) throw refuse("value out of range");
  return Number(text);
}
