/** Ports as docker's users write them: `[[IP:]HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`, each port also a range `8000-8002`. */

import { parseAddress as parseIpAddress } from "../../ffi/ip_address.ts";
import { InvalidError } from "../../storage/errors.ts";

export interface PortMapping {
  /** Empty for every address. */
  readonly hostIp: string;
  /** A port, a range to choose from, or empty for any. */
  readonly hostPort: string;
  readonly containerPort: number;
  readonly protocol: Protocol;
}

const protocols = ["tcp", "udp", "sctp"] as const;
export type Protocol = typeof protocols[number];

interface PortRange {
  readonly first: number;
  readonly last: number;
}

const LARGEST_PORT = 65535;

/** Parses one specification; a range gives a mapping for each port. Throws InvalidError in docker's words. */
export function parsePortSpecification(text: string): PortMapping[] {
  const { ip, host, container } = splitParts(text);
  const [port, protocolName = ""] = splitAtFirst(container, "/");
  const hostIp = parseAddress(ip);
  if (port === "") throw new InvalidError(`No port specified: ${text}<empty>`);
  const containerRange = parseRange(port);
  if (containerRange === undefined) throw new InvalidError(`Invalid containerPort: ${port}`);
  const hostRange = host === "" ? undefined : parseRange(host);
  if (host !== "" && hostRange === undefined) throw new InvalidError(`Invalid hostPort: ${host}`);
  if (
    hostRange && sizeOf(hostRange) !== sizeOf(containerRange) && sizeOf(containerRange) !== 1
  ) {
    throw new InvalidError(
      `Invalid ranges specified for container and host Ports: ${port} and ${host}`,
    );
  }
  const protocol = protocols.find((name) => name === (protocolName.toLowerCase() || "tcp"));
  if (protocol === undefined) throw new InvalidError(`Invalid proto: ${protocolName}`);
  return Array.from({ length: sizeOf(containerRange) }, (_, index) => ({
    hostIp,
    hostPort: hostPortAt(index, hostRange, containerRange),
    containerPort: containerRange.first + index,
    protocol,
  }));
}

/** The `PORT/PROTOCOL` keys that a specification stands for; where it is published does not matter. */
export function exposedPortsOf(text: string): string[] {
  return parsePortSpecification(text)
    .map(({ containerPort, protocol }) => `${containerPort}/${protocol}`);
}

/** The last two colons count: an address may have colons of its own. */
function splitParts(text: string): { ip: string; host: string; container: string } {
  const parts = text.split(":"), container = parts.pop()!, host = parts.pop() ?? "";
  return { ip: parts.join(":"), host, container };
}

function splitAtFirst(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** An IPv6 address is written in brackets, which are dropped. */
function parseAddress(text: string): string {
  const address = /^\[(.*)\]$/.exec(text)?.[1];
  if (address === undefined && text.includes(":")) {
    throw new InvalidError(
      `Invalid ip address ${text}: address ${text}:: too many colons in address`,
    );
  }
  const bare = address ?? text;
  if (bare !== "" && parseIpAddress(bare) === undefined) {
    throw new InvalidError(`Invalid ip address: ${bare}`);
  }
  return bare;
}

function parseRange(text: string): PortRange | undefined {
  const [start, end = start] = splitAtFirst(text, "-");
  const first = parsePort(start), last = parsePort(end);
  if (first === undefined || last === undefined || last < first) return undefined;
  return { first, last };
}

function parsePort(text: string): number | undefined {
  return /^[0-9]+$/.test(text) && Number(text) <= LARGEST_PORT ? Number(text) : undefined;
}

function sizeOf({ first, last }: PortRange): number {
  return last - first + 1;
}

/** A single container port may be given a whole range of host ports to choose from. */
function hostPortAt(index: number, host: PortRange | undefined, container: PortRange): string {
  if (host === undefined) return "";
  return sizeOf(container) === 1 && sizeOf(host) > 1
    ? `${host.first}-${host.last}`
    : String(host.first + index);
}
