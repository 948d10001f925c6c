/** `box build`: from a Dockerfile and its context to an image. */

import { parseNewReference } from "../../../storage/image/reference.ts";
import type { Store } from "../../../storage/store.ts";
import { prepareForContainers } from "../../container/repair.ts";
import type { Warning } from "../frontend/types.ts";
import { Build } from "./build.ts";
import { BuildError } from "./errors.ts";
import { type BuildProgress, silentProgress } from "./progress.ts";
import type { BuildRequest, BuildResult } from "./request.ts";

/**
 * Builds an image. Throws BuildError for what is wrong with the Dockerfile or came of it, BuildCanceled if the request's signal
 * ended it. What was built until then stays in the cache.
 */
export async function buildImage(
  store: Store,
  request: BuildRequest,
  progress: BuildProgress,
): Promise<BuildResult> {
  const references = request.tags.map(parseNewReference);
  await prepareForContainers(store);
  const build = new Build(store, request, progress);
  try {
    const state = await build.solve();
    return await build.export(state, references);
  } catch (error) {
    if (error instanceof BuildError) error.dockerfile = build.text;
    throw error;
  } finally {
    await build.end();
  }
}

/** Reads a Dockerfile and plans its build, which says what is doubtful about it; nothing is built. */
export async function checkBuild(
  store: Store,
  request: BuildRequest,
): Promise<{ readonly warnings: readonly Warning[]; readonly dockerfile: string }> {
  await prepareForContainers(store);
  const build = new Build(store, request, silentProgress);
  try {
    const { warnings } = build.plan(await build.dockerfile());
    return { warnings, dockerfile: build.text };
  } catch (error) {
    if (error instanceof BuildError) error.dockerfile = build.text;
    throw error;
  } finally {
    await build.end();
  }
}
