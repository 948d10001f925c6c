/** /etc/hostname, /etc/hosts and /etc/resolv.conf of a container: files of its own directory, mounted into it. */

import { entered } from "../../ffi/entered.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { briefSha256 } from "../../storage/brief_digest.ts";
import { readTextIfExists, writeNewFile } from "../../storage/files.ts";
import type { Store } from "../../storage/store.ts";
import type { Endpoint } from "../network/endpoint.ts";
import { hostsFile } from "../network/hosts_file.ts";
import { OUTER_RESOLVER } from "../rootless/addresses.ts";
import { embeddedResolvConf, isolatedResolvConf } from "../network/resolv_conf.ts";
import type { ContainerNetwork } from "./network.ts";

/** Writes the files anew, as docker does whenever a container starts. */
export async function writeNetworkFiles(
  store: Store,
  directory: string,
  container: ContainerFile,
  hostConfig: HostConfig,
  { endpoints, filesOf }: Pick<ContainerNetwork, "endpoints" | "filesOf">,
): Promise<void> {
  if (filesOf !== undefined) return; // another container's are used
  const { Hostname: hostname, Domainname: domainname } = container.Config;
  const { NetworkMode, ExtraHosts, Links } = hostConfig;
  const { resolvers } = writeHostFiles(directory, {
    hostname,
    domainname,
    usesHostNetwork: NetworkMode === "host",
    extraHosts: ExtraHosts || Links ? await extraHostLines(store, hostConfig, endpoints) : [],
    endpoints,
    resolver: {
      servers: hostConfig.Dns,
      search: hostConfig.DnsSearch,
      options: hostConfig.DnsOptions,
    },
  });
  writeNewFile(`${directory}/resolv.conf.hash`, briefSha256(resolvers), { mode: 0o644 });
}

async function extraHostLines(
  store: Store,
  hostConfig: HostConfig,
  endpoints: readonly Endpoint[],
): Promise<string[]> {
  const { extraHosts } = await import("./extra_hosts.ts");
  return extraHosts(store, hostConfig, endpoints);
}

export interface HostFiles {
  readonly hostname: string;
  readonly domainname?: string;
  readonly usesHostNetwork: boolean;
  /** Further lines of hosts. */
  readonly extraHosts: readonly string[];
  readonly endpoints?: readonly Endpoint[];
  readonly resolver?: Parameters<typeof isolatedResolvConf>[1];
}

/** The same three files for whatever is no container. */
export function writeHostFiles(
  directory: string,
  files: HostFiles,
): { readonly resolvers: string } {
  const { hostname, domainname = "", usesHostNetwork, extraHosts, endpoints = [] } = files;
  const resolvers = resolvConf(files);
  const write = (name: string, text: string) =>
    writeNewFile(`${directory}/${name}`, text, { mode: 0o644 });
  write("hostname", hostname + "\n");
  const base = usesHostNetwork ? readTextIfExists("/etc/hosts") : undefined;
  const own = endpoints.flatMap((
    { ipAddress, ipv6 },
  ) => [ipAddress, ...ipv6 ? [ipv6.address] : []]);
  write("hosts", hostsFile({ base, extra: extraHosts, own, hostname, domainname }));
  write("resolv.conf", resolvers);
  return { resolvers };
}

function resolvConf({ usesHostNetwork, endpoints = [], resolver = noSettings }: HostFiles): string {
  const host = readTextIfExists("/etc/resolv.conf") ?? "";
  const { servers, search, options } = resolver;
  if (usesHostNetwork && servers.length + search.length + options.length === 0) return host;
  const isNamed = endpoints.some(({ isDefault }) => !isDefault);
  if (isNamed) return embeddedResolvConf(host, resolver);
  const hasIpv6 = endpoints.some(({ ipv6 }) => ipv6 !== undefined);
  // What an ordinary user's networks lead through asks the host's resolver wherever that listens.
  const instead = entered() && endpoints.length > 0 ? [OUTER_RESOLVER] : undefined;
  return isolatedResolvConf(host, resolver, hasIpv6, instead);
}

const noSettings = { servers: [], search: [], options: [] };
