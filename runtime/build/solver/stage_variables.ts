/** Variables of a stage: ENV, and before that ARG. */

import { variablesOf } from "../expand.ts";
import type { StageState } from "./state.ts";

/** What variables in instructions stand for: what ENV says, and else what ARG does. */
export function environmentOf(state: StageState): Record<string, string> {
  const declared = [...state.arguments].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]]
  );
  return Object.fromEntries([...declared, ...variablesOf(state.config.Env ?? [])]);
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
