/** The user's credentials, wherever docker's configuration says that they are kept. */

import { EngineError } from "../errors.ts";
import { eraseWithHelper, getFromHelper, storeWithHelper } from "./credential_helper.ts";
import type { Credentials } from "./credentials.ts";
import {
  type AuthEntry,
  type DockerConfig,
  dockerConfigPath,
  readDockerConfig,
  writeDockerConfig,
} from "./docker_config.ts";

/** What `box login` has kept for a server, if anything. */
export async function findCredentials(server: string): Promise<Credentials | undefined> {
  const config = readDockerConfig(), helper = helperFor(config, server);
  if (helper !== undefined) return await getFromHelper(helper, server);
  const key = keyOf(config, server);
  return key === undefined ? undefined : credentialsIn(config.auths![key], server);
}

/** Keeps credentials; returns the path of the file that now holds them unencrypted, if one does. */
export async function keepCredentials(
  server: string,
  credentials: Credentials,
): Promise<string | undefined> {
  const config = readDockerConfig(), helper = helperFor(config, server);
  if (helper !== undefined) {
    await storeWithHelper(helper, server, credentials);
    // Docker lists the server there without its secret.
    writeDockerConfig({ ...config, auths: { ...config.auths, [server]: {} } });
    return undefined;
  }
  const { username, password = "", identityToken } = credentials;
  const entry: AuthEntry = {
    auth: new TextEncoder().encode(`${username}:${password}`).toBase64(),
    ...(identityToken && { identitytoken: identityToken }),
  };
  writeDockerConfig({ ...config, auths: { ...config.auths, [server]: entry } });
  return dockerConfigPath();
}

/** Forgets credentials; whether there were any. */
export async function forgetCredentials(server: string): Promise<boolean> {
  const config = readDockerConfig(), key = keyOf(config, server);
  if (key === undefined) return false;
  const helper = helperFor(config, server);
  if (helper !== undefined) await eraseWithHelper(helper, server);
  const { [key]: _, ...auths } = config.auths!;
  writeDockerConfig({ ...config, auths });
  return true;
}

function helperFor({ credHelpers, credsStore }: DockerConfig, server: string): string | undefined {
  return own(credHelpers, server) || own(credHelpers, hostOf(server)) || credsStore || undefined;
}

/** Under which name the configuration has a server: older files have URLs. */
function keyOf({ auths = {} }: DockerConfig, server: string): string | undefined {
  if (Object.hasOwn(auths, server)) return server;
  return Object.keys(auths).find((key) => hostOf(key) === hostOf(server));
}

function own(table: Record<string, string> | undefined, name: string): string | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

function credentialsIn(entry: AuthEntry, server: string): Credentials | undefined {
  const { auth, identitytoken: identityToken } = entry;
  const text = auth ? decode(auth, server) : `${entry.username ?? ""}:${entry.password ?? ""}`;
  const colon = text.indexOf(":");
  if (colon < 0) throw unreadable(server);
  const username = text.slice(0, colon), password = text.slice(colon + 1).replace(/\0+$/, "");
  if (identityToken) return { username, identityToken };
  return username === "" ? undefined : { username, password };
}

function decode(auth: string, server: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(auth));
  } catch {
    throw unreadable(server);
  }
}

function unreadable(server: string): EngineError {
  return new EngineError(`Invalid auth configuration file: the entry for ${server}`);
}
