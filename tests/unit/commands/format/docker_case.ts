/** Runs templates on a container as docker printed it, to compare with what docker made of them. */
import { deepEqual, equal } from "node:assert/strict";
import { formatInspect } from "../../../../commands/format/inspect.ts";
import container from "./container.json" with { type: "json" };

/** A template with docker's output, or with the place, node and message of docker's error. */
export type DockerCase =
  | readonly [template: string, output: string]
  | readonly [template: string, place: string, node: string, message: string, name?: string];

/** Compares with what `docker inspect --format TEMPLATE` wrote. */
export function checkDockerCases(cases: readonly DockerCase[]): void {
  for (const [template, ...expected] of cases) {
    const { output, errors } = formatInspect([{ kind: "container", data: container }], {
      format: template,
    });
    if (expected.length === 1) {
      deepEqual(errors, [], template);
      equal(output, expected[0] + "\n", template);
    } else {
      const [place, node, message, name = ""] = expected;
      deepEqual(errors, [
        `template parsing error: template: :${place}: executing "${name}" at <${node}>: ${message}`,
      ], template);
      equal(output, "\n", template);
    }
  }
}
