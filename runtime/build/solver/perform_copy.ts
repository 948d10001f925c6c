/** COPY and ADD carried out. */

import { close, type DirectoryFd } from "../../../ffi/file.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { copyInto } from "../context/copy_into.ts";
import type { CopyOptions, CopySource } from "../context/types.ts";
import type { BuildSession } from "./session.ts";

export interface PreparedCopy extends CopyOptions {
  readonly instruction: "COPY" | "ADD";
  /** What is in a tree of the build, and what was fetched or stands in the Dockerfile. */
  readonly local: readonly CopySource[];
  readonly remote: readonly CopySource[];
  /** ADD --unpack; of what is local, archives are unpacked if it does not say. */
  readonly unpack: boolean | undefined;
  readonly destination: string;
  readonly workingDirectory: string;
  /** What the layers below show. */
  readonly lower: DirectoryFd | undefined;
}

/** Returns the layer with the copies, unsynced; undefined if nothing came of it. */
export async function performCopy(
  { store, lease, request: { sourceDateEpoch } }: BuildSession,
  parent: Layer | undefined,
  prepared: PreparedCopy,
): Promise<Layer | undefined> {
  const { instruction, local, remote, unpack, lower, ...options } = prepared;
  using working = new WorkingLayer(store, parent);
  const copy = (sources: readonly CopySource[], extracts: boolean) =>
    copyInto({
      ...options,
      sources,
      whole: { instruction, sources: local.length + remote.length },
      upper: working.upper,
      ...(lower !== undefined && { lower }),
      ...(extracts && { extraction: { openMerged: () => openMerged(working) } }),
      ...(sourceDateEpoch !== undefined && {
        timestamp: { seconds: sourceDateEpoch, nanoseconds: 0 },
      }),
    });
  if (local.length > 0 || remote.length === 0) await copy(local, unpack ?? true);
  if (remote.length > 0) await copy(remote, unpack ?? false);
  return await working.publish(lease, sourceDateEpoch);
}

function openMerged(working: WorkingLayer) {
  const fd = working.openMerged();
  return { fd, [Symbol.dispose]: () => close(fd) };
}
