/** The network part of a container's request. */
import type { CreateRequest } from "../../runtime/container/create.ts";
import type { EndpointSettings } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import { parseAddress } from "../../ffi/ip_address.ts";
import { contains, parseSubnet } from "../../storage/network/subnet.ts";
import { UsageError } from "../cli/errors.ts";
import type { OptionValues } from "../cli/options.ts";
import type { networkOptions } from "../container_options/network.ts";
import type { Lookup } from "./key_values.ts";
import { type NetworkAttachment, parseNetworkAttachment } from "./network_attachment.ts";

type NetworkOptions = OptionValues<typeof networkOptions>;

/** What of a request is about networks: parts of config and hostConfig, and what is asked of each network. */
export function networkRequest(options: NetworkOptions, lookup: Lookup): {
  readonly config: Partial<CreateRequest["config"]>;
  readonly hostConfig: Partial<CreateRequest["hostConfig"]>;
  readonly networks?: CreateRequest["networks"];
} {
  const { link, dns } = options, mac = options["mac-address"], search = options["dns-search"];
  const attachments = attachmentsOf(options, lookup), [{ target: NetworkMode }] = attachments;
  const links = link.map(withAlias);
  const asked = attachments.map((attachment, i): [string, Partial<EndpointSettings>] => [
    attachment.target,
    { ...endpointOf(attachment), ...(i === 0 && hasLinks(attachment, links) && { Links: links }) },
  ]);
  const isPlain = asked.length === 1 && Object.keys(asked[0][1]).length === 0;
  return {
    config: mac ? { MacAddress: checkMacAddress(mac) } : {},
    hostConfig: {
      NetworkMode,
      Dns: [...dns],
      DnsOptions: [...options["dns-option"]],
      DnsSearch: [...search],
      ExtraHosts: options["add-host"].length > 0 ? options["add-host"].map(hostEntry) : null,
      Links: links.length > 0 ? links : null,
    },
    ...(!isPlain && { networks: Object.fromEntries(asked) }),
  };
}

/** The networks, the one that NetworkMode names first; --ip and the like are its. Throws in the words of Docker's client. */
function attachmentsOf(options: NetworkOptions, lookup: Lookup): readonly NetworkAttachment[] {
  const { network: networks, ip, ip6 } = options, aliases = options["network-alias"];
  const linkLocalIps = options["link-local-ip"], mac = options["mac-address"];
  for (const { target } of networks) {
    if (target === "") throw new UsageError("no name set for network");
    if (/^container:?$/.test(target)) {
      throw new InvalidError("Invalid network mode: invalid container format container:<name|id>");
    }
  }
  const [first, ...others] = networks.length > 0
    ? networks
    : [parseNetworkAttachment(lookup("BOX_NETWORK") || "default")];
  const twice = (what: string, isTwice: unknown) => {
    if (isTwice) throw new UsageError(`conflicting options: cannot specify both ${what}`);
  };
  twice("--network-alias and per-network alias", aliases.length && first.aliases.length);
  twice("--ip and per-network IPv4 address", ip && first.ip);
  twice("--ip6 and per-network IPv6 address", ip6 && first.ip6);
  twice("--mac-address and per-network MAC address", mac && first.macAddress);
  twice(
    "--link-local-ip and per-network link-local IP addresses",
    linkLocalIps.length && first.linkLocalIps.length,
  );
  const attachments: NetworkAttachment[] = [{
    ...first,
    aliases: [...first.aliases, ...aliases],
    linkLocalIps: [...first.linkLocalIps, ...linkLocalIps],
    ...(ip && { ip }),
    ...(ip6 && { ip6 }),
  }, ...others];
  checkTogether(attachments);
  return attachments;
}

function checkTogether(attachments: readonly NetworkAttachment[]): void {
  const targets = attachments.map(({ target }) => target);
  for (const { target, aliases } of attachments) {
    if (aliases.length > 0 && !isUserDefined(target)) {
      throw new UsageError("network-scoped aliases are only supported for user-defined networks");
    }
  }
  const twice = targets.find((target, i) => targets.indexOf(target) < i);
  if (twice !== undefined) {
    throw new UsageError(`network ${JSON.stringify(twice)} is specified multiple times`);
  }
  if (new Set(targets.map(isUserDefined)).size > 1) {
    throw new UsageError(
      "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
    );
  }
  if (targets.length > 1 && !isUserDefined(targets[0])) {
    const names = targets.toSorted().join(", ");
    throw new InvalidError(`Container cannot be connected to network endpoints: ${names}`);
  }
}

/** What an attachment asks for, as the engine is told it. */
function endpointOf(attachment: NetworkAttachment): Partial<EndpointSettings> {
  const { aliases, ip, ip6, macAddress, linkLocalIps } = attachment;
  const hasAddress = ip || ip6 || linkLocalIps.length > 0;
  return {
    ...(hasAddress && { IPAMConfig: addressesOf(ip, ip6, linkLocalIps) }),
    ...(aliases.length > 0 && { Aliases: [...aliases] }),
    ...(macAddress && { DesiredMacAddress: checkMacAddress(macAddress) }),
  };
}

/** Throws InvalidError for what are no addresses. */
export function addressesOf(
  ip: string | undefined,
  ip6: string | undefined,
  linkLocalIps: readonly string[],
): NonNullable<EndpointSettings["IPAMConfig"]> {
  return {
    ...(ip && { IPv4Address: checkIp(ip, 4) }),
    ...(ip6 && { IPv6Address: checkIp(ip6, 6) }),
    ...(linkLocalIps.length > 0 && { LinkLocalIPs: checkLinkLocal(linkLocalIps) }),
  };
}

function hasLinks({ target }: NetworkAttachment, links: readonly string[]): boolean {
  return links.length > 0 && isUserDefined(target);
}

/** Docker's NetworkMode.IsUserDefined. */
function isUserDefined(mode: string): boolean {
  return !["default", "bridge", "none", "host"].includes(mode) && !mode.startsWith("container:");
}

function checkIp(text: string, version: 4 | 6): string {
  if (parseAddress(text)?.length === (version === 4 ? 4 : 16)) return text;
  throw new InvalidError(`invalid IPv${version} address: ${text}`);
}

function checkLinkLocal(texts: readonly string[]): string[] {
  for (const text of texts) {
    const address = parseAddress(text);
    if (address === undefined) {
      throw new InvalidError(`Invalid link-local IP address: [${texts.join(" ")}]`);
    }
    const isLinkLocal = LINK_LOCAL.some((subnet) => contains(subnet, address));
    if (!isLinkLocal) throw new InvalidError(`invalid link local IP address: ${text}`);
  }
  return [...texts];
}

/** RFC 3927, RFC 4291. */
const LINK_LOCAL = ["169.254.0.0/16", "fe80::/10"].map((text) => parseSubnet(text)!);

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
