/** /etc/resolv.conf of a container, by docker's rules: resolv.conf(5). */

import { parseAddress } from "../../ffi/ip_address.ts";

/** Google's, which docker takes where the host's own servers cannot be reached from inside. */
const DEFAULT_SERVERS = ["8.8.8.8", "8.8.4.4"];
/** Where names are answered on networks of the user's own. */
export const EMBEDDED_SERVER = "127.0.0.11";

export interface ResolverSettings {
  readonly servers: readonly string[];
  /** `.`: none. */
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/**
 * For a container with a network of its own, whose loopback is not the host's. `instead` are the servers that it asks where all of
 * the host's are behind that.
 */
export function isolatedResolvConf(
  host: string,
  asked: ResolverSettings,
  ipv6: boolean,
  instead: readonly string[] = DEFAULT_SERVERS,
): string {
  const isAsked = asked.servers.length + asked.search.length + asked.options.length > 0;
  return isAsked ? withSettings(host, asked, instead) : reachable(host, ipv6, instead);
}

/** For a container on networks of the user's own: its names are answered by box. */
export function embeddedResolvConf(host: string, asked: ResolverSettings): string {
  const options = valuesOf(host, "options", asked.options);
  const ndots = options.some((option) => option.startsWith("ndots:")) ? [] : ["ndots:0"];
  return write({
    servers: [EMBEDDED_SERVER],
    search: searchOf(host, asked),
    options: [...options, ...ndots],
  });
}

/** The servers that a container's questions go to in the end. */
export function upstreamServers(host: string, asked: ResolverSettings): string[] {
  if (asked.servers.length > 0) return [...asked.servers];
  const servers = serversOf(host).filter((server) => !isLoopback(server));
  return servers.length > 0 ? servers : DEFAULT_SERVERS;
}

function withSettings(
  host: string,
  asked: ResolverSettings,
  instead: readonly string[],
): string {
  const own = serversOf(host).filter((server) => !isLoopback(server));
  const servers = asked.servers.length > 0 ? asked.servers : own.length > 0 ? own : instead;
  return write({
    servers,
    search: searchOf(host, asked),
    options: valuesOf(host, "options", asked.options),
  });
}

/** The host's file without servers that cannot be reached from inside. */
function reachable(host: string, ipv6: boolean, instead: readonly string[]): string {
  const isReachable = (server: string) =>
    !isLoopback(server) && (ipv6 || !parseAddress(server.split("%")[0]) || !server.includes(":"));
  const servers = serversOf(host);
  if (servers.length > 0 && servers.every(isReachable)) return host;
  const others = host.split("\n").filter((line) => !/^\s*nameserver\s/.test(line));
  const left = servers.filter(isReachable);
  const lines = (left.length > 0 ? left : instead).map((server) => `nameserver ${server}`);
  return [...others.join("\n").trimEnd().split("\n").filter(Boolean), ...lines, ""].join("\n");
}

function searchOf(host: string, { search }: ResolverSettings): string[] {
  const wanted = valuesOf(host, "search", search);
  return wanted.length === 1 && wanted[0] === "." ? [] : [...wanted];
}

function write({ servers, search, options }: ResolverSettings): string {
  return [
    ...search.length > 0 ? [`search ${search.join(" ")}`] : [],
    ...servers.map((server) => `nameserver ${server}`),
    ...options.length > 0 ? [`options ${options.join(" ")}`] : [],
  ].map((line) => `${line}\n`).join("");
}

function serversOf(host: string): string[] {
  return [...host.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server]) => server);
}

/** What was asked for, or the values of the host's last line with this keyword. */
function valuesOf(host: string, keyword: string, asked: readonly string[]): readonly string[] {
  if (asked.length > 0) return asked;
  const line = [...host.matchAll(/^\s*(\w+)\s+(.+)$/gm)].findLast(([, name]) => name === keyword);
  return line?.[2].trim().split(/\s+/) ?? [];
}

function isLoopback(server: string): boolean {
  const address = parseAddress(server.split("%")[0]);
  if (address === undefined) return false;
  return address.length === 4 ? address[0] === 127 : address.toHex() === "1".padStart(32, "0");
}
