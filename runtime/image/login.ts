/** Logging in to a registry: trying credentials, and keeping those that are good. */

import { EngineError } from "../../storage/errors.ts";
import { sessionsOf } from "../../storage/registry/connect.ts";
import { keepCredentials } from "../../storage/registry/credential_store.ts";
import { type Credentials, credentialServer } from "../../storage/registry/credentials.ts";
import { ConnectionError, printable, RegistryError } from "../../storage/registry/error.ts";
import { DOCKER_HUB } from "../../storage/registry/repository.ts";

export interface LoginRequest {
  /** Host and port. */
  readonly registry: string;
  readonly credentials: Credentials;
  readonly verifyTls: boolean;
}

/** The registry that a user's word for a server means: URLs are taken, as docker's configuration has them. */
export function registryOf(server: string | undefined): string {
  const host = (server ?? DOCKER_HUB).replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host)
    ? DOCKER_HUB
    : host;
}

/**
 * Asks the registry whether it takes the credentials, then keeps them. Returns the path of the file that holds them
 * unencrypted, if one does. Throws EngineError if they are refused.
 */
export async function logIn(
  { registry, credentials, verifyTls }: LoginRequest,
): Promise<string | undefined> {
  if (!/^[\w.-]+(:[0-9]+)?$|^\[[0-9a-f:]+\](:[0-9]+)?$/i.test(registry)) {
    throw new EngineError(`${JSON.stringify(registry)} is not the name of a registry`);
  }
  await checkCredentials(registry, credentials, verifyTls);
  return await keepCredentials(credentialServer(registry), credentials);
}

async function checkCredentials(registry: string, credentials: Credentials, verifyTls: boolean) {
  const source = () => Promise.resolve(credentials);
  const sessions = await sessionsOf(registry, { credentials: source, verifyTls });
  let last: unknown;
  for (const session of sessions.filter(({ endpoint }) => !endpoint.isMirror)) {
    try {
      const response = await session.send({ method: "GET", url: "/v2/", scopes: [] });
      if (response.ok) return await response.body?.cancel();
      await response.body?.cancel();
      const status = printable(`${response.status} ${response.statusText}`.trim());
      throw new EngineError(
        `login attempt to ${session.endpoint.url}/v2/ failed with status: ${status}`,
      );
    } catch (error) {
      if (error instanceof RegistryError) {
        throw new EngineError(`Get "${session.endpoint.url}/v2/": ${error.message}`);
      }
      if (!(error instanceof ConnectionError)) throw error;
      last = error;
    }
  }
  throw last;
}
