/**
 * Docker's images before version 1.10, when each layer was an image of its own with a parent. Archives still describe their
 * layers that way, too, and these ids are the names of the layers' directories.
 */

import { hexOf, sha256 } from "../digest.ts";
import { type ContainerConfig, emptyContainerConfig, type ImageConfig } from "../image/config.ts";
import { goJson } from "../json.ts";
import { ZERO_TIME } from "../time.ts";

export interface LegacyImage {
  /** 64 digits. */
  readonly id: string;
  /** The content of its file `json`. */
  readonly json: string;
}

const EPOCH = "1970-01-01T00:00:00Z";

/**
 * One legacy image for each layer, lowest first. Only the last one has the image's configuration. The ids are docker's
 * own: the same image gets the same ones here and there.
 */
export async function legacyImagesOf(
  config: ImageConfig,
  chainIds: readonly string[],
): Promise<LegacyImage[]> {
  const images: LegacyImage[] = [];
  for (const [index, chainId] of chainIds.entries()) {
    const parent = images.at(-1)?.id;
    const fields = index === chainIds.length - 1
      ? fieldsOf(config)
      : { created: EPOCH, container_config: normalize(undefined) };
    const identity = {
      ...fields,
      layer_id: chainId,
      ...(parent && { parent: `sha256:${parent}` }),
    };
    const id = hexOf(await sha256(goJson(sortKeys(identity))));
    const json = goJson({
      id,
      ...(parent && { parent }),
      ...fields,
      ...(config.os && { os: config.os }),
    });
    images.push({ id, json });
  }
  return images;
}

/** What a legacy image has of a configuration, in docker's order, with what is empty left out. */
function fieldsOf(config: ImageConfig): Record<string, unknown> {
  return withoutEmpty({
    comment: config.comment,
    created: config.created ?? ZERO_TIME,
    container: config.container,
    container_config: normalize(config.container_config),
    docker_version: config.docker_version,
    author: config.author,
    config: config.config && normalize(config.config),
    architecture: config.architecture,
    variant: config.variant,
    os: config.os,
  });
}

/** Fields of a container's configuration that Go leaves out if they are empty. */
const optional = new Set([
  "ExposedPorts",
  "Healthcheck",
  "ArgsEscaped",
  "NetworkDisabled",
  "MacAddress",
  "StopSignal",
  "StopTimeout",
  "Shell",
]);

/** The order of docker's container.Config. */
const order = [
  ...["Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr"],
  ...["ExposedPorts", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped"],
  ...["Image", "Volumes", "WorkingDir", "Entrypoint", "NetworkDisabled", "MacAddress", "OnBuild"],
  ...["Labels", "StopSignal", "StopTimeout", "Shell"],
];

/** A container's configuration as docker writes it again after reading it: other builders leave fields out. */
function normalize(config: ContainerConfig | undefined): Record<string, unknown> {
  const given = { ...emptyContainerConfig(), ...config } as unknown as Record<string, unknown>;
  const ordered: Record<string, unknown> = {};
  for (const name of order) {
    const value = given[name];
    if (optional.has(name) && isEmpty(value)) continue;
    ordered[name] = isPlainObject(value) && name !== "Healthcheck" ? sortKeys(value) : value;
  }
  return ordered;
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** What `omitempty` means in Go. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isPlainObject(value) && Object.keys(value).length === 0);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1));
}
