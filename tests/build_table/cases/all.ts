import type { CaseGroup } from "../types.ts";
import { command, environment, metadata } from "./config.ts";
import { add, copy } from "./copy.ts";
import { from } from "./from.ts";
import { run } from "./run.ts";
import { syntax } from "./syntax.ts";

export const groups: readonly CaseGroup[] = [
  from,
  run,
  command,
  environment,
  metadata,
  copy,
  add,
  syntax,
];
