/** Finding the server that answers for a registry. */

import { EngineError } from "../errors.ts";
import { RegistryClient } from "./client.ts";
import { type Credentials, credentialServer, type CredentialSource } from "./credentials.ts";
import { type Endpoint, endpointsOf, isOwnRegistry } from "./endpoint.ts";
import { ConnectionError } from "./error.ts";
import { locateRepository } from "./repository.ts";
import { Session } from "./session.ts";
import { readSettings, type RegistrySettings } from "./settings.ts";
import { answersWithHttp } from "./tls_probe.ts";

/** How a registry is to be reached. */
export interface RegistryAccess {
  readonly credentials: CredentialSource;
  /** Unless it is false, as the configuration says. */
  readonly verifyTls?: boolean;
  readonly settings?: RegistrySettings;
  readonly signal?: AbortSignal;
}

/** The servers of a registry in the order in which they are to be asked; mirrors get no credentials. */
export async function sessionsOf(
  registry: string,
  { credentials, verifyTls, settings = readSettings() }: RegistryAccess,
): Promise<Session[]> {
  let known: Promise<Credentials | undefined> | undefined;
  const sessions: Session[] = [];
  const endpoints = endpointsOf(registry, settings, verifyTls);
  for (const endpoint of await withoutVainAttempts(registry, endpoints)) {
    const own = endpoint.isMirror
      ? undefined
      : await (known ??= credentials(credentialServer(registry)));
    sessions.push(new Session(endpoint, own, settings));
  }
  return sessions;
}

/** This machine's own registries mostly speak plain HTTP, and then need not be asked with TLS. */
async function withoutVainAttempts(registry: string, endpoints: Endpoint[]): Promise<Endpoint[]> {
  if (!isOwnRegistry(registry) || !await answersWithHttp(registry)) return endpoints;
  return endpoints.filter(({ url }) => url.startsWith("http:"));
}

/**
 * Calls `use` with a client for a repository: the first whose server can be reached, and a mirror only if it has what is
 * wanted. Once something has come of a server, `commit` says that it is the one, and its errors are final.
 */
export async function withRegistry<T>(
  repository: string,
  actions: "pull" | "pull,push",
  access: RegistryAccess,
  use: (client: RegistryClient, commit: () => void) => Promise<T>,
): Promise<T> {
  const { registry, path } = locateRepository(repository);
  let last: unknown;
  for (const session of await sessionsOf(registry, access)) {
    if (session.endpoint.isMirror && actions !== "pull") continue;
    let isCommitted = false;
    try {
      const client = new RegistryClient(session, path, actions, access.signal);
      return await use(client, () => isCommitted = true);
    } catch (error) {
      access.signal?.throwIfAborted();
      const mayAskNext = error instanceof ConnectionError ||
        (session.endpoint.isMirror && error instanceof EngineError);
      if (isCommitted || !mayAskNext) throw error;
      last = error;
    }
  }
  throw last;
}
