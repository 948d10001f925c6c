/** /etc/hostname, /etc/hosts and /etc/resolv.conf of a container: files of its own directory, mounted into it. */

import { readTextIfExists, writeNewFile } from "../../storage/files.ts";
import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { sha256 } from "../../storage/digest.ts";

const LOCALHOST = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "ff00::0\tip6-mcastprefix",
  "ff02::1\tip6-allnodes",
  "ff02::2\tip6-allrouters",
];

/** Writes the files anew, as docker does whenever a container starts. */
export async function writeNetworkFiles(
  directory: string,
  container: ContainerFile,
  hostConfig: HostConfig,
): Promise<void> {
  const { resolvers } = writeHostFiles(directory, {
    hostname: container.Config.Hostname,
    usesHostNetwork: hostConfig.NetworkMode === "host",
    extraHosts: [],
  });
  writeNewFile(`${directory}/resolv.conf.hash`, await sha256(resolvers), { mode: 0o644 });
}

/** The same three files for whatever is no container; `extraHosts` are further lines of hosts. */
export function writeHostFiles(
  directory: string,
  { hostname, usesHostNetwork, extraHosts }: {
    readonly hostname: string;
    readonly usesHostNetwork: boolean;
    readonly extraHosts: readonly string[];
  },
): { readonly resolvers: string } {
  const hosts = usesHostNetwork ? readTextIfExists("/etc/hosts") : undefined;
  const resolvers = readTextIfExists("/etc/resolv.conf") ?? "";
  const write = (name: string, text: string) =>
    writeNewFile(`${directory}/${name}`, text, { mode: 0o644 });
  write("hostname", hostname + "\n");
  write("hosts", (hosts ?? lines(LOCALHOST)) + lines(extraHosts));
  write("resolv.conf", resolvers);
  return { resolvers };
}

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("");
