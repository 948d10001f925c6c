/** Variables of a stage: ENV, and before that ARG. */

import { variableIn, type Variables } from "../expand.ts";
import type { StageState } from "./state.ts";

/**
 * What variables in instructions stand for: what ENV says, and else what ARG does. They are looked up in the state as it is then:
 * a Dockerfile of thousands of ENV has most of them used by none.
 */
export function variablesOfStage({ config, arguments: declared }: StageState): Variables {
  return { get: (name) => variableIn(config.Env ?? [], name) ?? declared.get(name) };
}

/** What history says of an ARG. */
export function argText(
  state: StageState,
  declared: readonly { readonly name: string }[],
): string {
  const words = declared.map(({ name }) => {
    const value = state.arguments.get(name);
    return value === undefined ? name : `${name}=${value}`;
  });
  return ["ARG", ...words].join(" ");
}
