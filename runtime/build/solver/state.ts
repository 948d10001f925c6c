/** Where a stage of a build stands after some of its instructions. */

import { type ContainerConfig, type HistoryEntry } from "../../../storage/image/config.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import type { Platform } from "../frontend/types.ts";

export interface StageState {
  /** The topmost layer; undefined as long as there is none. */
  layer: Layer | undefined;
  /** Lowest first. */
  readonly diffIds: string[];
  config: ContainerConfig;
  /** Entries without `created` are of instructions without a layer; see datedHistory(). */
  readonly history: HistoryEntry[];
  readonly platform: Platform;
  author?: string;
  /** Of ARG instructions so far, in their order; undefined for one that has no value. */
  readonly arguments: Map<string, string | undefined>;
  /** Whether CMD was set since the base, see applyInstruction(). */
  isCmdSet: boolean;
  /** What the stage started from: how much of the layers and of the history is its base's. */
  base?: { readonly diffIds: number; readonly history: number; readonly imageId?: string };
  /** The image that this is, as long as nothing was changed. */
  imageId?: string;
}

/** A state to go on from, which leaves this one as it is. */
export function continueFrom(state: StageState): StageState {
  return {
    ...state,
    diffIds: [...state.diffIds],
    config: structuredClone(state.config),
    history: [...state.history],
    arguments: new Map(state.arguments),
    isCmdSet: false,
  };
}

export const HISTORY_COMMENT = "buildkit.dockerfile.v0";

/** Notes what an instruction without a layer did. */
export function recordMetadata(state: StageState, created_by: string): void {
  state.history.push({ created_by, comment: HISTORY_COMMENT, empty_layer: true });
  state.imageId = undefined;
}

/** Notes what an instruction with a layer did; undefined if it turned out to change nothing. */
export function recordLayer(
  state: StageState,
  created_by: string,
  created: string,
  layer: Layer | undefined,
): void {
  const entry = { created, created_by, comment: HISTORY_COMMENT };
  state.history.push(layer === undefined ? { ...entry, empty_layer: true } : entry);
  state.imageId = undefined;
  if (layer === undefined) return;
  state.layer = layer;
  state.diffIds.push(layer.diffId);
}

/**
 * The history with times for all: an instruction without a layer has that of the layer before it, or of the first one if there
 * is none before. So a build that finds everything in the cache makes the same image again.
 */
export function datedHistory(history: readonly HistoryEntry[], now: string): HistoryEntry[] {
  const firstOpen = history.findIndex(({ created }) => created === undefined);
  const firstNew = history.slice(Math.max(firstOpen, 0)).find(({ created }) => created);
  let time = firstNew?.created ??
    history.slice(0, Math.max(firstOpen, 0)).findLast(({ created }) => created)?.created ?? now;
  let isOpen = false;
  return history.map((entry) => {
    if (entry.created === undefined) {
      isOpen = true;
      return { created: time, ...entry };
    }
    if (isOpen) time = entry.created;
    return entry;
  });
}
