/**
 * What box is told about registries: /etc/box/config.json, or the user's own $XDG_CONFIG_HOME/box/config.json in its place.
 * Names and meaning are those of docker's daemon.json.
 */

import { InvalidError } from "../errors.ts";
import { parseJsonObject, readTextIfExists } from "../files.ts";

export interface RegistrySettings {
  /** URLs that are asked before docker.io. */
  readonly mirrors: readonly string[];
  /** Registries whose certificates are not verified, or that have none: `host[:port]` or a CIDR range. */
  readonly insecure: readonly string[];
  readonly maxDownloads: number;
  readonly maxUploads: number;
  /** How often a request or transfer is tried that gets no further. */
  readonly maxAttempts: number;
  /** How long a registry may stay silent. Milliseconds. */
  readonly timeout: number;
}

export const defaultSettings: RegistrySettings = {
  mirrors: [],
  insecure: [],
  maxDownloads: 3,
  maxUploads: 5,
  maxAttempts: 5,
  timeout: 60_000,
};

/** The file's own words. */
interface ConfigFile {
  "registry-mirrors"?: string[];
  "insecure-registries"?: string[];
  "max-concurrent-downloads"?: number;
  "max-concurrent-uploads"?: number;
  "max-download-attempts"?: number;
  /** Seconds; docker has none. */
  "registry-timeout"?: number;
}

const lists = ["registry-mirrors", "insecure-registries"];
const numbers = [
  "max-concurrent-downloads",
  "max-concurrent-uploads",
  "max-download-attempts",
  "registry-timeout",
];

/** Reads the configuration; the defaults where there is none. Throws EngineError for a file that is not understood. */
export function readSettings(): RegistrySettings {
  for (const directory of configDirectories()) {
    const path = `${directory}/config.json`, text = readTextIfExists(path);
    if (text !== undefined) return parseSettings(text, path);
  }
  return defaultSettings;
}

/** Where box's configuration may lie, the user's own directory first. */
export function configDirectories(): string[] {
  const home = Deno.env.get("HOME");
  const own = Deno.env.get("XDG_CONFIG_HOME") || (home && `${home}/.config`);
  return [...own ? [`${own}/box`] : [], "/etc/box"];
}

/** `path` is for errors. */
export function parseSettings(text: string, path: string): RegistrySettings {
  const file = parseJsonObject<ConfigFile>(text, path);
  const problem = Object.entries(file).map(problemWith).find(Boolean);
  if (problem !== undefined) {
    throw new InvalidError(`unable to configure box with file ${path}: ${problem}`);
  }
  const { mirrors, insecure, maxDownloads, maxUploads, maxAttempts, timeout } = defaultSettings;
  const seconds = file["registry-timeout"];
  return {
    mirrors: (file["registry-mirrors"] ?? mirrors).map((url) => url.replace(/\/+$/, "")),
    insecure: file["insecure-registries"] ?? insecure,
    maxDownloads: file["max-concurrent-downloads"] ?? maxDownloads,
    maxUploads: file["max-concurrent-uploads"] ?? maxUploads,
    maxAttempts: file["max-download-attempts"] ?? maxAttempts,
    timeout: seconds === undefined ? timeout : seconds * 1000,
  };
}

function problemWith([name, value]: [string, unknown]): string | undefined {
  if (numbers.includes(name)) {
    const isCount = Number.isInteger(value) && value as number > 0 && value as number < 10_000;
    return isCount ? undefined : `${name} is not a positive integer`;
  }
  if (!lists.includes(name)) {
    return `the following directives don't match any configuration option: ${name}`;
  }
  const isList = Array.isArray(value) && value.every((each) => typeof each === "string");
  if (!isList) return `${name} is not a list of strings`;
  return name === "registry-mirrors" ? value.map(problemWithMirror).find(Boolean) : undefined;
}

function problemWithMirror(mirror: string): string | undefined {
  const url = URL.parse(mirror);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return `invalid mirror: unsupported scheme in "${mirror}"`;
  }
  if (url.username || url.password) {
    return `invalid mirror: username/password not allowed in URI "${url.protocol}//xxxxx@${url.host}/"`;
  }
  return url.search || url.hash
    ? `invalid mirror: query or fragment at end of the URI "${mirror}"`
    : undefined;
}
