/** What a build is asked to do. */

import type { RegistryAccess } from "../../../storage/registry/connect.ts";
import type { ContextOrigin } from "../context/build_context.ts";
import type { Platform, Warning } from "../frontend/types.ts";

export interface BuildRequest {
  readonly context: ContextRequest;
  /** Further contexts, by the names that FROM, --from and from= know them by. */
  readonly namedContexts: ReadonlyMap<string, ContextRequest>;
  /** The Dockerfile itself and what may stand beside it as .dockerignore of its own; or its path in the context. */
  readonly dockerfile:
    | { readonly text: string; readonly ignoreText?: string }
    | { readonly path: string };
  /** `REPOSITORY[:TAG]` */
  readonly tags: readonly string[];
  readonly target?: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  /** How images that the store does not have are fetched; they are missing without it. */
  readonly registry?: RegistryAccess;
  /** Images are fetched anew even if the store has them. */
  readonly pull?: boolean;
  readonly network: "none" | "host";
  /** Further lines of /etc/hosts. */
  readonly extraHosts: readonly string[];
  /** Bytes. */
  readonly shmSize: number;
  /** Whether no stage, or one of these, may find its steps in the cache. */
  readonly noCache: boolean | readonly string[];
  readonly secrets: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Paths of agents' sockets. */
  readonly sshAgents: ReadonlyMap<string, string>;
  /** Seconds since the epoch that nothing in the image may be younger than. */
  readonly sourceDateEpoch?: number;
  /** Where the files go that were built; an image is made of them if this is undefined. */
  readonly output?: BuildOutput;
  /** What a failing step leaves becomes an image. */
  readonly keepFailed: boolean;
  readonly signal?: AbortSignal;
}

export type ContextRequest = ContextOrigin | { readonly kind: "none" };

export type BuildOutput =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "tar"; write(bytes: Uint8Array<ArrayBuffer>): void };

export interface BuildResult {
  /** Undefined if no image was made. */
  readonly id: string | undefined;
  /** What is doubtful about the Dockerfile. */
  readonly warnings: readonly Warning[];
}
