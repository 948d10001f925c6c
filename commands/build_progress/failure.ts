/** What is printed last of a build that failed: where, what it ran, and what that said (BuildKit's form). */
import { excerptOf } from "../../runtime/build/frontend/excerpt.ts";
import type { BuildError } from "../../runtime/build/solver/errors.ts";

/** `name` is what the Dockerfile is called. */
export function describeFailure(error: BuildError, name: string): string {
  const { message, lines, step, images } = error;
  const sourceLines = (error.dockerfile ?? "").split(/\r?\n/);
  const excerpt = lines && excerptOf(sourceLines, lines, name);
  return [
    ...(step ? ["------", ` > ${step.title}:`, ...outputOf(step.output), "------"] : []),
    ...(excerpt === undefined ? [] : [excerpt]),
    `ERROR: failed to solve: ${message}`,
    ...(images.lastGood
      ? [
        `The image before this step: ${short(images.lastGood)} (box run -it --rm ${
          short(images.lastGood)
        } sh)`,
      ]
      : []),
    ...(images.failed ? [`What the step left: ${short(images.failed)}`] : []),
  ].join("\n");
}

const outputOf = (text: string) => text === "" ? [] : text.split("\n");

const short = (id: string) => id.replace(/^sha256:/, "").slice(0, 12);
