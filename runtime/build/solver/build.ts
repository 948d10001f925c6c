/** One build from its beginning to its end. */

import type { HostConfig } from "../../../storage/container/config.ts";
import { EngineError } from "../../../storage/errors.ts";
import { hostArchitecture } from "../../../storage/image/config.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import { LayerLease } from "../../../storage/layer/lease.ts";
import type { Store } from "../../../storage/store.ts";
import { formatTime } from "../../../storage/time.ts";
import { defaultHostConfig } from "../../container/host_config.ts";
import { DockerfileError } from "../dockerfile_error.ts";
import { parseBuildFile } from "../frontend/parse_build_file.ts";
import { planStages } from "../frontend/plan_stages.ts";
import type { BuildPlan, Stage, Warning } from "../frontend/types.ts";
import { BaseImages } from "./base_images.ts";
import { BuildCanceled, BuildError, type FailureImages } from "./errors.ts";
import { type BuildProgress, ProgressReporter } from "./progress.ts";
import { CacheImports } from "./cache_import.ts";
import { exportImage } from "./export_image.ts";
import { readDockerfile } from "./read_dockerfile.ts";
import type { BuildRequest, BuildResult } from "./request.ts";
import type { BuildSession } from "./session.ts";
import { Sources } from "./sources.ts";
import { StageSolver } from "./stage_solver.ts";
import { recordLayer, type StageState } from "./state.ts";
import { StepCache } from "./step_cache.ts";
import { writeImage } from "./write_image.ts";

export class Build {
  /** The Dockerfile, once it has been read. */
  text = "";
  private warnings: readonly Warning[] = [];
  readonly lease: LayerLease;
  readonly cache: StepCache;
  readonly cacheMounts = new Set<string>();
  private readonly imports: CacheImports;
  readonly reporter: ProgressReporter;
  readonly sources: Sources;
  private readonly abort = new AbortController();
  private readonly stages = new Map<Stage, Promise<StageState>>();

  constructor(
    readonly store: Store,
    readonly request: BuildRequest,
    progress: BuildProgress,
  ) {
    const { signal, sourceDateEpoch: epoch } = request;
    this.reporter = new ProgressReporter(progress);
    signal?.addEventListener("abort", () => this.abort.abort());
    if (signal?.aborted) this.abort.abort();
    this.lease = LayerLease.begin(store);
    const created = epoch === undefined ? undefined : formatTime(epoch, 0);
    const { context, namedContexts } = request;
    this.sources = new Sources(store, new Map([...namedContexts, ["", context]]));
    this.imports = new CacheImports(store, this.lease, this.reporter, request, this.abort.signal);
    this.cache = new StepCache(store, this.lease, this.abort.signal, created);
  }

  /** Ended by who asked for the build, or by the first step that fails. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Carries out all stages that are needed, each as soon as it can be. */
  async solve(): Promise<StageState> {
    const plan = this.plan(await this.dockerfile());
    this.warnings = plan.warnings;
    if (plan.file.check.isError && plan.warnings.length > 0) {
      const rules = [...new Set(plan.warnings.map(({ rule }) => rule))].sort().join(", ");
      throw new BuildError(`lint violation found for rules: ${rules}`, plan.warnings[0].lines);
    }
    const hostConfig = await this.checkSettings();
    await this.imports.open(this.request.cacheFrom);
    const session = this.session(plan, hostConfig);
    const outcomes = await Promise.allSettled(plan.stages.map((stage) => session.stateOf(stage)));
    const errors = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : []
    );
    // What failed first has canceled the others.
    const error = errors.find((each) => !(each instanceof BuildCanceled)) ?? errors[0];
    if (error instanceof BuildError) throw await this.withImages(error);
    if (error !== undefined) throw error;
    const state = await session.stateOf(plan.target);
    if (!this.request.squash) return state;
    const { squash } = await import("./squash.ts");
    return await squash(this, state);
  }

  async dockerfile(): Promise<string> {
    return this.text = await readDockerfile(this);
  }

  plan(text: string): BuildPlan {
    const { target, buildArguments, platform } = this.request;
    const vertex = this.reporter.begin("[internal] load build definition from Dockerfile");
    const host = { os: "linux", architecture: hostArchitecture };
    let plan: BuildPlan;
    try {
      plan = planStages(parseBuildFile(text), {
        target,
        buildArguments,
        buildPlatform: host,
        targetPlatform: platform,
        namedContexts: [...this.request.namedContexts.keys()],
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      vertex.failed(error.message);
      const lines = error instanceof DockerfileError ? error.lines : undefined;
      throw new BuildError(error.message, lines, undefined, { cause: error });
    }
    vertex.done();
    return plan;
  }

  /** Throws InvalidError in docker's words for limits and rights that make no sense. */
  private async checkSettings(): Promise<HostConfig> {
    const asked = { ...defaultHostConfig(), ...this.request.hostConfig };
    const { ShmSize = 1, ...others } = this.request.hostConfig;
    if (ShmSize > 0 && Object.keys(others).length === 0) return asked;
    const { checkLimits } = await import("../../container/check_limits.ts");
    const { verifySecurity } = await import("../../container/security.ts");
    const { hostConfig, warnings: ofLimits } = await checkLimits(asked);
    const warnings = [...ofLimits, ...await verifySecurity(asked)];
    if (warnings.length > 0) {
      const vertex = this.reporter.begin("[internal] check limits and security options");
      for (const warning of warnings) vertex.note(`WARNING: ${warning}`);
      vertex.done();
    }
    return hostConfig;
  }

  private session(plan: BuildPlan, hostConfig: HostConfig): BuildSession {
    const { store, lease, request, cache, imports, cacheMounts } = this;
    const { reporter, abort, stages, sources } = this;
    const session: BuildSession = {
      store,
      lease,
      plan,
      request,
      hostConfig,
      platform: request.platform ?? { os: "linux", architecture: hostArchitecture },
      cache,
      imports,
      cacheMounts,
      reporter,
      signal: abort.signal,
      sources,
      images: new BaseImages(store, request, abort.signal),
      stateOf(stage) {
        let state = stages.get(stage);
        if (state === undefined) {
          state = new StageSolver(session, stage).solve();
          state.catch(() => abort.abort());
          stages.set(stage, state);
        }
        return state;
      },
    };
    return session;
  }

  /** Makes the image visible, or writes what was asked for instead, and caches for builds elsewhere. */
  async export(
    state: StageState,
    references: readonly Reference[],
  ): Promise<BuildResult> {
    const { request: { output, cacheTo }, cache } = this;
    await cache.settle();
    if (this.abort.signal.aborted) throw new BuildCanceled();
    const caches = cacheTo.length > 0 ? await import("./cache_export.ts") : undefined;
    const isInline = cacheTo.some(({ kind }) => kind === "inline");
    const inlineCache = isInline ? await caches!.inlineCacheOf(state, cache.used) : undefined;
    let id: string | undefined;
    if (output === undefined) id = await exportImage(this, state, references, inlineCache);
    else {
      const { exportOutput } = await import("./export_output.ts");
      id = await exportOutput(this, state, output, references, inlineCache);
    }
    await caches?.exportCaches(this, state, cacheTo);
    return { id, warnings: this.warnings };
  }

  /** Makes images of how things stood when a step failed, so that somebody can look. */
  private async withImages(error: BuildError): Promise<BuildError> {
    if (error.step === undefined) return error;
    const { state, left } = error.step;
    const options = { references: [], labels: {}, sourceDateEpoch: this.request.sourceDateEpoch };
    const write = async (each: StageState) => (await writeImage(this.store, each, options)).id;
    await this.cache.settle();
    const images: { -readonly [Key in keyof FailureImages]: FailureImages[Key] } = {};
    if (state.imageId !== undefined) images.lastGood = state.imageId;
    else if (state.layer !== undefined) images.lastGood = await write(state);
    if (left !== undefined) {
      recordLayer(state, error.step.title, new Date().toISOString(), left);
      images.failed = await write(state);
    }
    return new BuildError(error.message, error.lines, error.step, { cause: error }, images);
  }

  async end(): Promise<void> {
    using _lease = this.lease;
    using sources = this.sources;
    using _imports = this.imports;
    await this.cache.settle();
    sources.saveTables();
  }
}
