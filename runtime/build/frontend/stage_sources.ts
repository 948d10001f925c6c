/** What a name after FROM, `--from=` or `from=` stands for: a build context, a stage, or an image. */

import { InvalidError } from "../../../storage/errors.ts";
import { formatReference, parseReference } from "../../../storage/image/reference.ts";
import { locating } from "../dockerfile_error.ts";
import type { BuildInstruction, BuildSource, Stage } from "./types.ts";

export interface Names {
  readonly contexts: ReadonlySet<string>;
  /** By their names in lower case: of two with the same name, the later one so far. */
  readonly stages: ReadonlyMap<string, Stage>;
  /** By their indexes. */
  readonly all: readonly Stage[];
}

/** What cannot be another's name. */
const EMPTY_IMAGE = "scratch";

/** Resolves a name. Throws InvalidError for what cannot be an image's name. */
export function sourceFor(
  name: string,
  names: Names,
  canBeIndex: boolean,
): BuildSource {
  if (canBeIndex && /^[+-]?\d+$/.test(name)) {
    const stage = names.all[Number(name)];
    if (stage === undefined) throw new InvalidError(`invalid stage index ${Number(name)}`);
    return { kind: "stage", stage };
  }
  const stage = names.stages.get(name.toLowerCase());
  if (stage) return { kind: "stage", stage };
  if (name === EMPTY_IMAGE) return { kind: "scratch" };
  const context = contextName(name);
  if (names.contexts.has(context)) return { kind: "context", name: context };
  checkReference(name);
  return { kind: "image", reference: name };
}

/** As which name a context replaces an image: `docker.io/library/base:latest` is `base`. */
export function contextName(text: string): string {
  try {
    return formatReference(parseReference(text)).replace(/:latest$/, "");
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    return text;
  }
}

/** An image's id will do, though BuildKit has no use for one: the images are here. */
function checkReference(name: string): void {
  if (/^(?:sha256:)?[a-f0-9]{64}$/.test(name)) return;
  try {
    parseReference(name);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new InvalidError(`failed to parse stage name ${JSON.stringify(name)}: ${error.message}`);
  }
}

/** What the instructions of a stage take files from, by the names they use. Throws DockerfileError. */
export function sourcesOf(
  instructions: readonly BuildInstruction[],
  names: Names,
): Map<string, BuildSource> {
  const sources = new Map<string, BuildSource>();
  for (const instruction of instructions) {
    locating(instruction.lines, (message) => message, () => {
      for (const { from, canBeIndex } of namesIn(instruction)) {
        sources.set(from, sourceFor(from, names, canBeIndex));
      }
    });
  }
  return sources;
}

/** A number means a stage after COPY --from= only. */
function namesIn(instruction: BuildInstruction): { from: string; canBeIndex: boolean }[] {
  switch (instruction.name) {
    case "copy": {
      const { from } = instruction;
      if (from === undefined) return [];
      if (/\$./.test(from)) {
        throw new InvalidError(
          "variable expansion is not supported for --from, define a new stage with FROM using " +
            "ARG from global scope as a workaround",
        );
      }
      return [{ from, canBeIndex: true }];
    }
    case "run":
      return instruction.mounts.flatMap(({ from }) => from ? [{ from, canBeIndex: false }] : []);
    default:
      return [];
  }
}
