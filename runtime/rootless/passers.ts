/** Programs that pass on what comes from a network namespace: pasta(1), slirp4netns(1). Each is given the same addresses. */

import { AT, O, S } from "../../ffi/constants.ts";
import { isErrno, SystemError } from "../../ffi/errno.ts";
import { close, openAt } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { INTERFACE, NETWORK, OUTER_RESOLVER } from "./addresses.ts";

const TUN = "/dev/net/tun";
export const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Passer {
  readonly name: "pasta" | "slirp4netns";
  readonly goesToBackground: boolean;
  /** `ready` is the descriptor that is to be written to when all is set up. */
  args(given: { readonly namespace: string; readonly ready: number }): string[];
}

/** The faster one first. Neither lets the host's own 127.0.0.1 be reached, nor takes ports of the host. */
export const passers: readonly Passer[] = [{
  name: "pasta",
  goesToBackground: true,
  args: ({ namespace }) => [
    ...["--config-net", "--ipv4-only", "--no-dhcp", "--no-map-gw", "--quiet"],
    ...["--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none"],
    ...["--ns-ifname", INTERFACE, "--address", NETWORK.own, "--netmask", NETWORK.length],
    ...["--gateway", NETWORK.gateway, "--dns-forward", OUTER_RESOLVER],
    ...["--netns-only", "--netns", namespace],
  ],
}, {
  name: "slirp4netns",
  goesToBackground: false,
  args: ({ namespace, ready }) => [
    ...["--configure", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp"],
    ...[`--cidr=${NETWORK.subnet}/${NETWORK.length}`, "--mtu=65520", `--ready-fd=${ready}`],
    ...["--netns-type=path", namespace, INTERFACE],
  ],
}];

/** Why there can be no way out on this host; undefined if there can be one. */
export function whyNoWayOut(): string | undefined {
  if (installed().length === 0) {
    return "neither pasta (package passt) nor slirp4netns is installed";
  }
  try {
    close(openAt(AT.FDCWD, TUN, O.RDWR));
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return `${TUN}: ${error.reason} (${error.code})`;
    throw error;
  }
}

/** Those that the host has, and where. */
export function installed(): { readonly passer: Passer; readonly path: string }[] {
  const directories = [...(Deno.env.get("PATH") ?? "").split(":"), ...USUAL_PATH.split(":")]
    .filter((directory) => directory.startsWith("/"));
  return passers.flatMap((passer) => {
    const path = directories.map((directory) => `${directory}/${passer.name}`)
      .find(isProgram);
    return path === undefined ? [] : { passer, path };
  });
}

function isProgram(path: string): boolean {
  try {
    const stat = statIfExists(AT.FDCWD, path, true);
    return stat !== undefined && (stat.mode & S.IFMT) === S.IFREG && (stat.mode & 0o111) !== 0;
  } catch (error) {
    if (isErrno(error, "EACCES", "ELOOP")) return false; // a directory that is nothing to this user
    throw error;
  }
}
