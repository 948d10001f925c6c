/** Carries out the instructions of one stage, one after the other. */

import { SystemError } from "../../../ffi/errno.ts";
import { EngineError } from "../../../storage/errors.ts";
import { applyExpanded } from "../apply_instruction.ts";
import { expandInstruction } from "../frontend/expand_instruction.ts";
import { parseTriggers } from "../frontend/parse_build_file.ts";
import { argumentValue } from "../frontend/build_arguments.ts";
import type { BuildInstruction, ExpandedInstruction, Stage } from "../frontend/types.ts";
import { imageState, scratchState } from "./base.ts";
import { prepareCopy } from "./copy_step.ts";
import { BuildCanceled, BuildError, CommandFailed, OutputTail } from "./errors.ts";
import { configText } from "./history_text.ts";
import { wantedPlatform } from "./platform.ts";
import type { LayerStep } from "./layer_step.ts";
import type { VertexReporter } from "./progress.ts";
import { prepareRun } from "./run_step.ts";
import type { BuildSession } from "./session.ts";
import { argText, variablesOfStage } from "./stage_variables.ts";
import { StepTitles } from "./step_titles.ts";
import { continueFrom, recordLayer, recordMetadata, type StageState } from "./state.ts";
import { stepKey, type StepOutcome } from "./step_cache.ts";
import { prepareWorkdir } from "./workdir_step.ts";

export class StageSolver {
  readonly #titles: StepTitles;

  constructor(private readonly session: BuildSession, private readonly stage: Stage) {
    this.#titles = new StepTitles(stage, session.plan.allStages.length > 1);
  }

  /** The state after the stage's last instruction. Throws BuildError, BuildCanceled. */
  async solve(): Promise<StageState> {
    const state = await this.#base();
    const { diffIds, history, imageId } = state;
    state.base = { diffIds: diffIds.length, history: history.length, imageId };
    const triggers = state.config.OnBuild ?? [];
    state.config.OnBuild = null;
    for (
      const instruction of [
        ...parseTriggers(triggers, this.stage.lines),
        ...this.stage.instructions,
      ]
    ) {
      if (this.session.signal.aborted) throw new BuildCanceled();
      try {
        await this.#execute(state, instruction);
      } catch (error) {
        if (error instanceof BuildError || error instanceof BuildCanceled) throw error;
        if (!(error instanceof EngineError || error instanceof SystemError)) throw error;
        throw new BuildError(error.message, instruction.lines, undefined, { cause: error });
      }
    }
    return state;
  }

  async #base(): Promise<StageState> {
    const { session, stage: { base } } = this;
    switch (base.kind) {
      case "scratch":
        return scratchState(session.platform);
      case "stage":
        return continueFrom(await session.stateOf(base.stage));
      case "context": {
        const title = `[context ${base.name}] load from client`;
        return await this.#load(title, async () => {
          const { contextState } = await import("./named_contexts.ts");
          return await contextState(session, base.name, base.platform);
        });
      }
      case "image": {
        const platform = wantedPlatform(session, base.platform), { reference } = base;
        return await this.#load(
          this.#titles.next(`FROM ${reference}`),
          async (note) => {
            await session.images.provide(reference, platform, note);
            return await imageState(session.store, session.lease, reference, platform);
          },
        );
      }
    }
  }

  async #load(
    title: string,
    load: (note: (text: string) => void) => Promise<StageState>,
  ): Promise<StageState> {
    const vertex = this.session.reporter.begin(title);
    try {
      const state = await load((text) => vertex.note(text));
      vertex.done();
      return state;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      vertex.failed(error.message);
      throw new BuildError(error.message, this.stage.lines, undefined, { cause: error });
    }
  }

  async #execute(state: StageState, written: BuildInstruction): Promise<void> {
    const { plan } = this.session;
    const instruction = expandInstruction(written, variablesOfStage(state), plan.file.escapeToken);
    switch (instruction.name) {
      case "arg":
        for (const { name, value } of instruction.arguments) {
          state.arguments.set(name, argumentValue(plan, name, value));
        }
        return recordMetadata(state, argText(state, instruction.arguments));
      case "shell":
        state.config.Shell = [...instruction.shell];
        return recordMetadata(state, `SHELL [${instruction.shell.join(" ")}]`);
      case "maintainer":
        state.author = instruction.maintainer;
        return recordMetadata(state, `MAINTAINER ${instruction.maintainer}`);
      case "run":
        await this.#sourcesAreReady(instruction.mounts);
        return await this.#layer(
          state,
          instruction,
          () => prepareRun(this.session, this.stage, state, instruction),
        );
      case "copy":
        await this.#sourcesAreReady([instruction]);
        return await this.#layer(
          state,
          instruction,
          () => prepareCopy(this.session, this.stage, state, instruction),
        );
      case "add":
        return await this.#layer(
          state,
          instruction,
          () => prepareCopy(this.session, this.stage, state, instruction),
        );
      case "workdir":
        applyExpanded(state, instruction);
        return await this.#layer(state, instruction, () => prepareWorkdir(this.session, state));
      default:
        applyExpanded(state, instruction);
        return recordMetadata(state, configText(instruction, state));
    }
  }

  /** Waits for the stages that something is taken from, so that a step is not said to have begun before it can. */
  async #sourcesAreReady(users: readonly object[]): Promise<void> {
    for (const user of users) {
      const from = "from" in user && typeof user.from === "string" ? user.from : undefined;
      const source = from === undefined ? undefined : this.stage.sources.get(from);
      if (source?.kind === "stage") await this.session.stateOf(source.stage);
    }
  }

  async #layer(
    state: StageState,
    instruction: ExpandedInstruction,
    prepare: () => LayerStep | Promise<LayerStep>,
  ): Promise<void> {
    const { session } = this;
    const title = this.#titles.next(instruction.original);
    const vertex = session.reporter.begin(title), tail = new OutputTail();
    let step: LayerStep | undefined;
    try {
      step = await prepare();
      const outcome = await this.#outcome(step, state, title, (bytes) => {
        tail.add(bytes);
        vertex.output(bytes);
      });
      recordLayer(state, step.historyText, outcome.created, outcome.layer);
      if (outcome.isCached) vertex.cached();
      else vertex.done();
    } catch (error) {
      throw this.#failure(error, vertex, instruction, tail, state);
    } finally {
      step?.[Symbol.dispose]?.();
    }
  }

  async #outcome(
    step: LayerStep,
    state: StageState,
    description: string,
    output: (bytes: Uint8Array<ArrayBuffer>) => void,
  ): Promise<StepOutcome> {
    const { cache, imports, request } = this.session;
    const surroundings = {
      parent: state.layer?.chainId ?? null,
      epoch: request.sourceDateEpoch ?? null,
    };
    const isCacheUsed = usesCache(request.noCache, this.stage);
    const shortcut = step.shortcut && await stepKey({ ...surroundings, ...step.shortcut });
    const known = shortcut && isCacheUsed ? cache.find(shortcut) : undefined;
    if (known !== undefined) return known;
    const key = await stepKey({ ...surroundings, ...await step.inputs() });
    const outcome = await cache.outcome({
      key,
      description,
      usesCache: isCacheUsed,
      restore: () => imports.restore({ key, state, step }),
      perform: () => step.perform(output),
    });
    if (shortcut) cache.remember(shortcut, outcome, { key, description });
    return outcome;
  }

  #failure(
    error: unknown,
    vertex: VertexReporter,
    instruction: ExpandedInstruction,
    tail: OutputTail,
    state: StageState,
  ): unknown {
    if (this.session.signal.aborted) {
      vertex.canceled();
      return new BuildCanceled();
    }
    if (!(error instanceof EngineError || error instanceof SystemError)) return error;
    vertex.failed(error.message);
    const LINES_SHOWN = 20;
    const step = {
      title: vertex.vertex.title,
      output: tail.lines(LINES_SHOWN),
      state,
      ...(error instanceof CommandFailed && { left: error.left }),
    };
    return new BuildError(error.message, instruction.lines, step, { cause: error });
  }
}

function usesCache(noCache: boolean | readonly string[], { name, index }: Stage): boolean {
  if (typeof noCache === "boolean") return !noCache;
  return !noCache.some((each) => each.toLowerCase() === name || each === String(index));
}
