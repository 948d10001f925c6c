/** Checks that a configuration from outside has the types that all who read it later rely on. */

import { isDigest } from "../digest.ts";
import { InvalidError } from "../errors.ts";
import type { ImageConfig } from "../image/config.ts";
import { shown } from "./image_archive.ts";

/** Names what is wrong with a value, or returns undefined. */
type Check = (value: unknown, path: string) => string | undefined;

const check = (kind: string, holds: (value: unknown) => boolean): Check => (value, path) =>
  holds(value) ? undefined : `${path} is not ${kind}`;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = check("a string", (value) => typeof value === "string");
const flag = check("a boolean", (value) => typeof value === "boolean");
const integer = check("an integer", Number.isSafeInteger);
const set = check("an object", isObject);
const listOf = (item: Check): Check => (value, path) =>
  Array.isArray(value)
    ? first(value.map((each, index) => item(each, `${path}[${index}]`)))
    : `${path} is not a list`;

const mapOf = (item: Check): Check => (value, path) =>
  isObject(value)
    ? first(
      Object.entries(value).map(([key, each]) => item(each, `${path}[${JSON.stringify(key)}]`)),
    )
    : `${path} is not an object`;

const object = (fields: Record<string, Check>): Check => (value, path) =>
  isObject(value)
    ? first(
      Object.entries(fields).map(([name, field]) =>
        optional(field)(value[name], path === "" ? name : `${path}.${name}`)
      ),
    )
    : `${path || "it"} is not an object`;

/** A field may be missing, and `null` is as good as that in Go. */
const optional = (inner: Check): Check => (value, path) =>
  value === undefined || value === null ? undefined : inner(value, path);

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

const containerConfig = object({
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: set,
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: listOf(text),
  Cmd: listOf(text),
  Healthcheck: object({
    Test: listOf(text),
    Interval: integer,
    Timeout: integer,
    StartPeriod: integer,
    StartInterval: integer,
    Retries: integer,
  }),
  ArgsEscaped: flag,
  Image: text,
  Volumes: set,
  WorkingDir: text,
  Entrypoint: listOf(text),
  OnBuild: listOf(text),
  Labels: mapOf(text),
  StopSignal: text,
  StopTimeout: integer,
  Shell: listOf(text),
});

const imageConfig = object({
  architecture: text,
  variant: text,
  author: text,
  comment: text,
  config: containerConfig,
  container: text,
  container_config: containerConfig,
  created: text,
  docker_version: text,
  history: listOf(object({
    created: text,
    author: text,
    created_by: text,
    comment: text,
    empty_layer: flag,
  })),
  os: text,
  rootfs: object({ type: text, diff_ids: listOf(check("a sha256 digest", isDigest)) }),
});

/**
 * A configuration that came from outside. Throws InvalidError if its fields are not what their names say, or if it is for
 * another system.
 */
export function checkImageConfig(value: unknown): ImageConfig {
  const problem = imageConfig(value, "");
  if (problem !== undefined) throw new InvalidError(`invalid image JSON: ${problem}`);
  const config = value as ImageConfig;
  if (!config.rootfs) throw new InvalidError("invalid image JSON, no RootFS key");
  // docker takes an image that does not say.
  if (config.os && config.os !== "linux") {
    throw new InvalidError(`cannot load ${shown(config.os)} image on linux`);
  }
  return config;
}
