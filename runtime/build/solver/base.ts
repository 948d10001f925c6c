/** What a stage starts from. */

import { SystemError } from "../../../ffi/errno.ts";
import {
  emptyContainerConfig,
  hostArchitecture,
  type ImageConfig,
} from "../../../storage/image/config.ts";
import { completeConfig } from "../../../storage/image/complete_config.ts";
import { resolveImage } from "../../../storage/image/image_store.ts";
import { ConflictError, EngineError, NotFoundError } from "../../../storage/errors.ts";
import { chainIdsOf, layerExists, readLayer } from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import { DEFAULT_PATH } from "../../container/default_path.ts";
import { variablesOf } from "../expand.ts";
import { formatPlatform } from "../frontend/platform.ts";
import type { Platform } from "../frontend/types.ts";
import type { NamedContext } from "./request.ts";
import type { StageState } from "./state.ts";

/** Nothing at all. */
export function scratchState(platform: Platform): StageState {
  return {
    layer: undefined,
    diffIds: [],
    config: { ...emptyContainerConfig(), Env: [DEFAULT_PATH], WorkingDir: "/" },
    history: [],
    platform,
    arguments: new Map(),
    isCmdSet: false,
  };
}

/** The image of this name in the store, whose layers stay at least as long as the lease. */
export async function imageState(
  store: Store,
  lease: LayerLease,
  reference: string,
  platform?: Platform,
): Promise<StageState> {
  const { id, config } = resolveImage(store, reference);
  if (platform !== undefined) checkPlatform(reference, platformOf(config), platform);
  return { ...await stateOf(store, lease, config), imageId: id };
}

/** An image of an OCI layout in a directory, without the image itself getting into the store. */
export async function layoutState(
  store: Store,
  lease: LayerLease,
  { path, choice }: NamedContext & { readonly kind: "layout" },
  platform?: Platform,
): Promise<StageState> {
  let config: ImageConfig;
  try {
    const { loadLayers } = await import("../../../storage/archive/load_layers.ts");
    config = await loadLayers(store, lease, { directory: path }, choice);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new EngineError(`OCI layout ${path}: ${error.reason}`, { cause: error });
  }
  if (platform !== undefined) checkPlatform(path, platformOf(config), platform);
  return await stateOf(store, lease, config);
}

async function stateOf(store: Store, lease: LayerLease, config: ImageConfig): Promise<StageState> {
  const diffIds = [...config.rootfs.diff_ids ?? []];
  const top = (await chainIdsOf(diffIds)).at(-1);
  if (top !== undefined) holdLayer(store, lease, top);
  return {
    layer: top === undefined ? undefined : readLayer(store, top),
    diffIds,
    config: configOf(config),
    history: [...config.history ?? []],
    platform: platformOf(config),
    ...(config.author && { author: config.author }),
    arguments: new Map(),
    isCmdSet: false,
  };
}

/** Another variant of an architecture is for the image to say. */
function checkPlatform(reference: string, actual: Platform, wanted: Platform): void {
  if (actual.os === wanted.os && actual.architecture === wanted.architecture) return;
  throw new ConflictError(
    `image with reference ${reference} was found but does not match the specified platform: ` +
      `wanted ${formatPlatform(wanted)}, actual: ${formatPlatform(actual)}`,
  );
}

function holdLayer(store: Store, lease: LayerLease, chainId: string): void {
  using _ = store.lockImages("shared");
  if (!layerExists(store, chainId)) {
    throw new NotFoundError(`layer does not exist: ${chainId}`);
  }
  lease.hold(chainId);
}

function configOf(image: ImageConfig): StageState["config"] {
  const config = structuredClone(completeConfig(image.config ?? {}));
  const hasPath = variablesOf(config.Env ?? []).has("PATH");
  if (!hasPath) config.Env = [DEFAULT_PATH, ...config.Env ?? []];
  return config;
}

function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  return {
    os: os || "linux",
    architecture: architecture || hostArchitecture,
    ...(variant && { variant }),
  };
}
