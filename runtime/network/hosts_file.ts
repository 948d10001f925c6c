/** /etc/hosts of a container, as docker writes it. */

const LOCALHOST = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "ff00::0\tip6-mcastprefix",
  "ff02::1\tip6-allnodes",
  "ff02::2\tip6-allrouters",
];

export interface HostsFile {
  /** What it begins with instead of the usual lines: the host's own, where its network is used. */
  readonly base?: string;
  /** Lines that were asked for. */
  readonly extra: readonly string[];
  /** Addresses of the container itself, for its name. */
  readonly own: readonly string[];
  readonly hostname: string;
  readonly domainname: string;
}

export function hostsFile({ base, extra, own, hostname, domainname }: HostsFile): string {
  const names = domainname ? `${hostname}.${domainname} ${hostname}` : hostname;
  const lines = [...extra, ...own.map((address) => `${address}\t${names}`)];
  return (base ?? joined(LOCALHOST)) + joined(lines);
}

const joined = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
