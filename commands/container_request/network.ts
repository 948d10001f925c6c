/** The network part of a container's request. */
import type { CreateRequest } from "../../runtime/container/create.ts";
import { InvalidError } from "../../storage/errors.ts";
import { parseAddress } from "../../ffi/ip_address.ts";
import { UsageError } from "../cli/errors.ts";
import type { OptionValues } from "../cli/options.ts";
import type { networkOptions } from "../container_options/network.ts";
import type { Lookup } from "./key_values.ts";

type NetworkOptions = OptionValues<typeof networkOptions>;

/** What of a request is about networks: parts of config and hostConfig, and what is asked of the first network. */
export function networkRequest(options: NetworkOptions, lookup: Lookup): {
  readonly config: Partial<CreateRequest["config"]>;
  readonly hostConfig: Partial<CreateRequest["hostConfig"]>;
  readonly networks?: CreateRequest["networks"];
} {
  const { ip, ip6, link, dns } = options;
  const mac = options["mac-address"], search = options["dns-search"];
  const NetworkMode = networkMode(options.network) ?? (lookup("BOX_NETWORK") || "default");
  const aliases = options["network-alias"];
  if (aliases.length > 0 && !isUserDefined(NetworkMode)) {
    throw new UsageError("network-scoped aliases are only supported for user-defined networks");
  }
  const asked = {
    ...((ip || ip6) && {
      IPAMConfig: {
        ...(ip && { IPv4Address: checkIp(ip, 4) }),
        ...(ip6 && { IPv6Address: checkIp(ip6, 6) }),
      },
    }),
    ...(aliases.length > 0 && { Aliases: [...aliases] }),
    ...(link.length > 0 && isUserDefined(NetworkMode) && { Links: link.map(withAlias) }),
  };
  return {
    config: mac ? { MacAddress: checkMacAddress(mac) } : {},
    hostConfig: {
      NetworkMode,
      Dns: [...dns],
      DnsOptions: [...options["dns-option"]],
      DnsSearch: [...search],
      ExtraHosts: options["add-host"].length > 0 ? options["add-host"].map(hostEntry) : null,
      Links: link.length > 0 ? link.map(withAlias) : null,
    },
    ...(Object.keys(asked).length > 0 && { networks: { [NetworkMode]: asked } }),
  };
}

/** What --network names. Throws a UsageError in Docker's words for what it cannot mean. */
function networkMode(networks: readonly string[]): string | undefined {
  for (const network of networks) {
    if (network === "") throw new UsageError("no name set for network");
    if (/^container:?$/.test(network)) {
      throw new InvalidError("Invalid network mode: invalid container format container:<name|id>");
    }
    if (network.includes("=")) {
      throw new UsageError(`--network ${network}: name=...,ip=... is not supported yet`);
    }
  }
  const wanted = new Set(networks);
  if (wanted.size > 1) {
    const names = [...wanted].sort().join(", ");
    throw new InvalidError(`Container cannot be connected to network endpoints: ${names}`);
  }
  return networks[0];
}

/** Docker's NetworkMode.IsUserDefined. */
function isUserDefined(mode: string): boolean {
  return !["default", "bridge", "none", "host"].includes(mode) && !mode.startsWith("container:");
}

function checkIp(text: string, version: 4 | 6): string {
  if (parseAddress(text)?.length === (version === 4 ? 4 : 16)) return text;
  throw new InvalidError(`invalid IPv${version} address: ${text}`);
}

const withAlias = (link: string) => {
  const [container, alias = container.replace(/^\//, "")] = link.split(":");
  return `${container}:${alias}`;
};

/** `NAME=ADDRESS` is another form of `NAME:ADDRESS`. */
function hostEntry(entry: string): string {
  return entry.includes(":") ? entry : entry.replace("=", ":");
}

/** Throws an Error for what --add-host cannot mean. */
export function validateAddHost(text: string): void {
  const [, name, address] = /^([^:]*):(.*)$/s.exec(hostEntry(text)) ?? [];
  if (!name) throw new Error(`bad format for add-host: "${text}"`);
  if (address !== "host-gateway" && !parseAddress(address.replace(/^\[(.*)\]$/, "$1"))) {
    throw new Error(`invalid IP address in add-host: "${address}"`);
  }
}

/** Throws an Error for what --dns cannot mean. */
export function validateDnsServer(text: string): void {
  if (!parseAddress(text.trim())) throw new Error(`IP address is not correctly formatted: ${text}`);
}

/** Throws an Error for what --dns-search cannot mean: RFC 1034 names, or a dot for none. */
export function validateSearchDomain(text: string): void {
  if (text.trim() === ".") return;
  const label = "[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9])?";
  if (!new RegExp(`^${label}(\\.${label})*\\.?$`).test(text.trim()) || text.length > 255) {
    throw new Error(`${text} is not a valid domain`);
  }
}

/** Throws an Error for what --link cannot mean. */
export function validateLink(text: string): void {
  const parts = text.split(":");
  if (text === "") throw new Error("empty string specified for links");
  if (parts.length > 2) throw new Error(`bad format for links: ${text}`);
}

/** Passes on the address of an Ethernet interface. Throws a UsageError for anything else. */
function checkMacAddress(text: string): string {
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return text.toLowerCase();
  throw new UsageError(`${text} is not a valid mac address`);
}
