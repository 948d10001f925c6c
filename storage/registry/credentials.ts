/** Who the user is at a registry. */

import { DOCKER_HUB } from "./repository.ts";

export interface Credentials {
  readonly username: string;
  /** Not with an identity token. */
  readonly password?: string;
  /** A refresh token, in the place of a password. */
  readonly identityToken?: string;
}

/** Looks up credentials by the name under which docker's configuration keeps them. */
export type CredentialSource = (server: string) => Promise<Credentials | undefined>;

export const noCredentials: CredentialSource = () => Promise.resolve(undefined);

/** Docker's name for docker.io from its beginnings. */
export const HUB_SERVER = "https://index.docker.io/v1/";

/** The name under which docker's configuration keeps the credentials for a registry. */
export function credentialServer(registry: string): string {
  return registry === DOCKER_HUB ? HUB_SERVER : registry;
}
