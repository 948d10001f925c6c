/** Docker's client configuration, as far as it is about registries: $DOCKER_CONFIG/config.json or ~/.docker/config.json. */

import { AT } from "../../ffi/constants.ts";
import { rename } from "../../ffi/file.ts";
import { statIfExists } from "../../ffi/stat.ts";
import { EngineError } from "../errors.ts";
import { ensureDirectory, readTextIfExists, writeNewFile } from "../files.ts";
import { randomId } from "../id.ts";

/** What is kept for one server, as docker writes it. */
export interface AuthEntry {
  /** Base64 of `user:password`. */
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
}

export interface DockerConfig {
  auths?: Record<string, AuthEntry>;
  /** Suffix of the program that keeps the credentials of all servers. */
  credsStore?: string;
  /** The same for single servers. */
  credHelpers?: Record<string, string>;
  [field: string]: unknown;
}

/** Where docker's client keeps what is the user's own, whether or not it exists. */
export function dockerConfigDirectory(): string {
  return Deno.env.get("DOCKER_CONFIG") || `${Deno.env.get("HOME") || "/root"}/.docker`;
}

/** Where the configuration is, whether or not it exists. */
export function dockerConfigPath(): string {
  return `${dockerConfigDirectory()}/config.json`;
}

/** Throws EngineError for what cannot be read. */
export function readDockerConfig(path = dockerConfigPath()): DockerConfig {
  const text = readTextIfExists(path);
  if (text === undefined || text.trim() === "") return {};
  const config = parse(text, path);
  const tables = [config.auths, config.credHelpers].map((table) => table ?? {});
  if (tables.some((table) => typeof table !== "object" || Array.isArray(table))) {
    throw new EngineError(`Error loading config file: ${path}: auths or credHelpers is no object`);
  }
  return config;
}

function parse(text: string, path: string): DockerConfig {
  try {
    const config = JSON.parse(text);
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return config;
  } catch {
    // A parser's message could show a piece of the file, and so a secret.
  }
  throw new EngineError(`Error loading config file: ${path}: it is no JSON object`);
}

/** Replaces the file, where it really is, by one that only its owner may read. */
export function writeDockerConfig(config: DockerConfig, path = dockerConfigPath()): void {
  makeDirectories(path.slice(0, path.lastIndexOf("/")));
  const target = realPath(path), temporary = `${target}${randomId().slice(0, 12)}`;
  writeNewFile(temporary, JSON.stringify(config, null, "\t"), { mode: 0o600, durable: true });
  rename(AT.FDCWD, temporary, AT.FDCWD, target);
}

function makeDirectories(path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent !== "" && !exists(parent)) makeDirectories(parent);
  ensureDirectory(path, 0o700);
}

function exists(path: string): boolean {
  return statIfExists(AT.FDCWD, path, true) !== undefined;
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}
