/** The servers that may answer for a registry, in the order in which they are asked. */

import { DOCKER_HUB } from "./repository.ts";
import type { RegistrySettings } from "./settings.ts";

export interface Endpoint {
  /** Scheme, host and port, without a slash at the end; a mirror may have a path. */
  readonly url: string;
  /** Whether its certificate must be good. */
  readonly verifyTls: boolean;
  readonly isMirror: boolean;
}

/**
 * docker.io is asked through its mirrors first. A registry that need not be secure is asked with TLS first, whatever its
 * certificate, and then without.
 */
export function endpointsOf(
  registry: string,
  settings: RegistrySettings,
  verifyTls = true,
): Endpoint[] {
  const mirrors = registry === DOCKER_HUB ? settings.mirrors : [];
  const isInsecure = !verifyTls || isInsecureRegistry(registry, settings.insecure);
  const host = registry === DOCKER_HUB ? "registry-1.docker.io" : registry;
  const secure = { url: `https://${host}`, verifyTls: !isInsecure, isMirror: false };
  return [
    ...mirrors.map((url) => ({
      url,
      verifyTls: !isInsecureRegistry(new URL(url).host, settings.insecure),
      isMirror: true,
    })),
    secure,
    ...isInsecure ? [{ url: `http://${host}`, verifyTls: false, isMirror: false }] : [],
  ];
}

/** This machine's own registries are, as for docker. */
export function isInsecureRegistry(registry: string, insecure: readonly string[]): boolean {
  const host = hostOf(registry);
  return isOwnRegistry(registry) ||
    insecure.some((entry) => entry === registry || entry === host || inRange(host, entry));
}

/** Whether a registry is this machine's: 127.0.0.0/8, ::1 and localhost. */
export function isOwnRegistry(registry: string): boolean {
  const host = hostOf(registry);
  return host === "localhost" || host === "::1" || inRange(host, "127.0.0.0/8");
}

const hostOf = (registry: string) => registry.replace(/:[0-9]+$/, "").replace(/^\[|\]$/g, "");

/** Whether an IPv4 address lies in a CIDR range. */
export function inRange(host: string, range: string): boolean {
  const [network, bits] = range.split("/");
  const address = addressOf(host), base = addressOf(network);
  if (address === undefined || base === undefined || !/^[0-9]{1,2}$/.test(bits ?? "")) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(base / size);
}

function addressOf(text: string): number | undefined {
  if (!/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text)) return undefined;
  return text.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
