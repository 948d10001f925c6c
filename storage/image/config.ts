/** An image's configuration: the JSON whose sha256 is the image's id. Field names are docker's and the OCI image spec's. */

import { goJson } from "../json.ts";

/** What a container of this image runs by default (docker's container.Config). */
export interface ContainerConfig {
  Hostname: string;
  Domainname: string;
  User: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  ExposedPorts?: Record<string, Record<string, never>>;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  Env: string[] | null;
  Cmd: string[] | null;
  Healthcheck?: Healthcheck;
  ArgsEscaped?: boolean;
  Image: string;
  Volumes: Record<string, Record<string, never>> | null;
  WorkingDir: string;
  Entrypoint: string[] | null;
  MacAddress?: string;
  OnBuild: string[] | null;
  Labels: Record<string, string> | null;
  StopSignal?: string;
  StopTimeout?: number;
  Shell?: string[];
}

/** The fields of docker's container.Config in the order in which docker writes them. */
export const containerConfigFields: readonly string[] = [
  "Hostname",
  "Domainname",
  "User",
  "AttachStdin",
  "AttachStdout",
  "AttachStderr",
  "ExposedPorts",
  "Tty",
  "OpenStdin",
  "StdinOnce",
  "Env",
  "Cmd",
  "Healthcheck",
  "ArgsEscaped",
  "Image",
  "Volumes",
  "WorkingDir",
  "Entrypoint",
  "NetworkDisabled",
  "MacAddress",
  "OnBuild",
  "Labels",
  "StopSignal",
  "StopTimeout",
  "Shell",
];

/** Durations in nanoseconds. */
export interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

export interface HistoryEntry {
  created?: string;
  author?: string;
  created_by?: string;
  comment?: string;
  empty_layer?: boolean;
}

export interface ImageConfig {
  architecture: string;
  variant?: string;
  author?: string;
  comment?: string;
  config?: ContainerConfig | null;
  container?: string;
  container_config?: ContainerConfig;
  created?: string;
  docker_version?: string;
  history?: HistoryEntry[];
  os: string;
  rootfs: { type: string; diff_ids: string[] | null };
  /** box build --cache-to type=inline; docker and the OCI allow fields they do not know. */
  "box.buildcache.v1"?: readonly InlineCacheRecord[];
}

/** A step of the build that made an image. */
export interface InlineCacheRecord {
  /** The sha256 of all that the step depends on. */
  readonly key: string;
  /** RFC 3339 */
  readonly created: string;
  /** Index of the layer that it made; missing if it changed nothing. */
  readonly layer?: number;
}

/** A configuration in which nothing is said. */
export function emptyContainerConfig(): ContainerConfig {
  return {
    Hostname: "",
    Domainname: "",
    User: "",
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: null,
    Image: "",
    Volumes: null,
    WorkingDir: "",
    Entrypoint: null,
    OnBuild: null,
    Labels: null,
  };
}

/** The machine's architecture in Go's words, as images name it. */
export const hostArchitecture = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** The bytes of a configuration as docker writes them: keys in order, HTML's special characters escaped as Go does. */
export function encodeImageConfig(config: ImageConfig): Uint8Array<ArrayBuffer> {
  const ordered = Object.fromEntries(Object.entries(config).sort(([a], [b]) => a < b ? -1 : 1));
  return new TextEncoder().encode(goJson(ordered));
}
