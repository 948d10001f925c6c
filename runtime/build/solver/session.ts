/** What all stages of one build share. */

import type { HostConfig } from "../../../storage/container/config.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import type { BuildPlan, Platform, Stage } from "../frontend/types.ts";
import type { CacheImports } from "./cache_import.ts";
import type { BaseImages } from "./base_images.ts";
import type { ProgressReporter } from "./progress.ts";
import type { BuildRequest } from "./request.ts";
import type { Sources } from "./sources.ts";
import type { StageState } from "./state.ts";
import type { StepCache } from "./step_cache.ts";

export interface BuildSession {
  readonly store: Store;
  readonly lease: LayerLease;
  readonly plan: BuildPlan;
  readonly request: BuildRequest;
  /** The settings of RUN's sandboxes, with what this host can keep of the limits that were asked for. */
  readonly hostConfig: HostConfig;
  /** What is built for. */
  readonly platform: Platform;
  readonly cache: StepCache;
  /** Where else steps are looked up: --cache-from. */
  readonly imports: CacheImports;
  /** Names of the directories of RUN --mount=type=cache that the build's steps have. */
  readonly cacheMounts: Set<string>;
  readonly reporter: ProgressReporter;
  /** Ended by who asked for the build, or by the first step that fails. */
  readonly signal: AbortSignal;
  readonly sources: Sources;
  readonly images: BaseImages;
  /** The end of a stage, which is solved once, whoever asks. */
  stateOf(stage: Stage): Promise<StageState>;
}
