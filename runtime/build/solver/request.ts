/** What a build is asked to do. */

import type { LayoutChoice } from "../../../storage/archive/oci_layout.ts";
import type { ArchiveFormat, ArchiveTarget } from "../../../storage/archive/save.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import type { RegistryAccess } from "../../../storage/registry/connect.ts";
import type { ContextOrigin } from "../context/build_context.ts";
import type { Platform, Warning } from "../frontend/types.ts";

export interface BuildRequest {
  readonly context: ContextRequest;
  /** Further contexts, by the names that FROM, --from and from= know them by. */
  readonly namedContexts: ReadonlyMap<string, NamedContext>;
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
  /** Of RUN: `default`, `none`, `host`, `container:ID` or the name of a network. */
  readonly network: string;
  /** Further lines of /etc/hosts. */
  readonly extraHosts: readonly string[];
  /** Limits, /dev/shm and rights of RUN, as those of a container. */
  readonly hostConfig: Partial<HostConfig>;
  /** Whether no stage, or one of these, may find its steps in the cache. */
  readonly noCache: boolean | readonly string[];
  /** Where steps are looked up besides the store. */
  readonly cacheFrom: readonly CacheOrigin[];
  /** Where it is kept what steps led to, besides the store. */
  readonly cacheTo: readonly CacheTarget[];
  readonly secrets: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Paths of agents' sockets. */
  readonly sshAgents: ReadonlyMap<string, string>;
  /** Seconds since the epoch that nothing in the image may be younger than. */
  readonly sourceDateEpoch?: number;
  /** Where what was built goes; an image in the store is made of it if this is undefined. */
  readonly output?: BuildOutput;
  /** The layers on top of the base become one. */
  readonly squash: boolean;
  /** What a failing step leaves becomes an image. */
  readonly keepFailed: boolean;
  readonly signal?: AbortSignal;
}

export type ContextRequest = ContextOrigin | { readonly kind: "none" };

export type NamedContext =
  | ContextRequest
  /** An image of the store. */
  | { readonly kind: "image"; readonly reference: string }
  /** One of an OCI layout in a directory. */
  | { readonly kind: "layout"; readonly path: string; readonly choice: LayoutChoice };

export type CacheOrigin =
  /** An image of the store: what it says of itself, and its history; one that the store does not have may be in a registry. */
  | { readonly kind: "image"; readonly reference: string }
  /** In a registry: what a build has put there, or an image that says of itself what steps it came from. */
  | { readonly kind: "registry"; readonly reference: string }
  /** What a build has written to a directory. */
  | { readonly kind: "local"; readonly path: string };

export type CacheTarget =
  /** The image that is made says of itself what steps its layers came from. */
  | { readonly kind: "inline" }
  /** `isAll`: also of steps whose layers the image does not consist of. */
  | { readonly kind: "local"; readonly path: string; readonly isAll: boolean }
  | { readonly kind: "registry"; readonly reference: string; readonly isAll: boolean };

export type BuildOutput =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "tar"; write(bytes: Uint8Array<ArrayBuffer>): void }
  /** An image that the store does not get. */
  | {
    readonly kind: "archive";
    readonly format: ArchiveFormat;
    readonly target: ArchiveTarget;
    /** Names besides the request's. */
    readonly names: readonly string[];
  };

export interface BuildResult {
  /** Undefined if no image was made, neither in the store nor elsewhere. */
  readonly id: string | undefined;
  /** What is doubtful about the Dockerfile. */
  readonly warnings: readonly Warning[];
}
