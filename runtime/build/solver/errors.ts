/** How a build fails. */

import { EngineError } from "../../../storage/errors.ts";
import type { Layer } from "../../../storage/layer/layer_store.ts";
import type { LineRange } from "../frontend/types.ts";
import type { StageState } from "./state.ts";

/** A build that did not come to its end because of what its Dockerfile says, or what that led to. */
export class BuildError extends EngineError {
  override readonly name = "BuildError";
  /** The Dockerfile, as far as it was read. */
  dockerfile?: string;

  constructor(
    message: string,
    /** Where in the Dockerfile. */
    readonly lines: LineRange | undefined,
    readonly step?: FailedStep,
    options?: ErrorOptions,
    readonly images: FailureImages = {},
  ) {
    super(message, options);
  }
}

/** A step that was begun and failed. */
export interface FailedStep {
  /** As progress showed it. */
  readonly title: string;
  /** The last of what it wrote. */
  readonly output: string;
  /** The stage as it was before the step. */
  readonly state: StageState;
  /** What the step left, if that was to be kept. */
  readonly left?: Layer;
}

/** Images that show how things were before and after a step that failed. */
export interface FailureImages {
  readonly lastGood?: string;
  readonly failed?: string;
}

/** Somebody asked for the end of a build. */
export class BuildCanceled extends EngineError {
  override readonly name = "BuildCanceled";

  constructor() {
    super("context canceled");
  }
}

/** A command that ran and did not end with 0. */
export class CommandFailed extends EngineError {
  override readonly name = "CommandFailed";

  constructor(
    argv: readonly string[],
    readonly exitCode: number,
    /** What it has written, if that was to be kept. */
    readonly left: Layer | undefined,
  ) {
    super(
      `process ${
        JSON.stringify(argv.join(" "))
      } did not complete successfully: exit code: ${exitCode}`,
    );
  }
}

/** Keeps the end of what a step writes. */
export class OutputTail {
  #text = "";
  readonly #decoder = new TextDecoder();

  add(bytes: Uint8Array): void {
    const LIMIT = 16384;
    this.#text = (this.#text + this.#decoder.decode(bytes, { stream: true })).slice(-LIMIT);
  }

  /** The last lines. */
  lines(count: number): string {
    return this.#text.replace(/\n$/, "").split("\n").slice(-count).join("\n");
  }
}
