/** What an image's history says of an instruction, in BuildKit's words (dockerfile2llb's commitToHistory). */

import type { Healthcheck } from "../../../storage/image/config.ts";
import type { AddInstruction, CopyInstruction } from "../frontend/types.ts";
import { exposedPortsOf } from "../../network/port_specification.ts";
import type { ConfigInstruction } from "../instruction.ts";
import type { StageState } from "./state.ts";

/** Of an instruction that has been carried out; its variables are replaced. */
export function configText(instruction: ConfigInstruction, { config }: StageState): string {
  switch (instruction.name) {
    case "cmd":
      return `CMD ${quotedList(config.Cmd ?? [])}`;
    case "entrypoint":
      return `ENTRYPOINT ${quotedList(config.Entrypoint ?? [])}`;
    case "env":
    case "label":
      return [
        instruction.name.toUpperCase(),
        ...instruction.pairs.map(([name, value]) => `${name}=${value}`),
      ].join(" ");
    case "expose":
      return `EXPOSE ${set(instruction.ports.flatMap(exposedPortsOf))}`;
    case "healthcheck":
      return `HEALTHCHECK ${healthcheckText(instruction.healthcheck)}`;
    case "onbuild":
      return `ONBUILD ${instruction.trigger}`;
    case "stopsignal":
      return `STOPSIGNAL ${instruction.signal}`;
    case "user":
      return `USER ${instruction.user}`;
    case "volume":
      return `VOLUME ${list(instruction.paths)}`;
    case "workdir":
      return `WORKDIR ${config.WorkingDir}`;
  }
}

/** The command line after the build arguments that it sees: `RUN |1 A=b /bin/sh -c make # buildkit`. */
export function runText(argv: readonly string[], buildArguments: readonly string[]): string {
  const count = buildArguments.length > 0 ? [`|${buildArguments.length}`] : [];
  return ["RUN", ...count, ...buildArguments, ...argv, "# buildkit"].join(" ");
}

export function copyText(instruction: CopyInstruction | AddInstruction): string {
  const { name, sources, heredocs, destination, chown, chmod, isLink } = instruction;
  return [
    name.toUpperCase(),
    ...(name === "copy" && instruction.keepsParents ? ["--parents"] : []),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(isLink ? ["--link"] : []),
    ...sources,
    ...heredocs.map((heredoc) => `<<${heredoc.name}`),
    destination,
    "# buildkit",
  ].join(" ");
}

/** As Go prints a list of strings. */
const list = (words: readonly string[]) => `[${words.join(" ")}]`;

/** The same with %q. */
export const quotedList = (words: readonly string[]) =>
  list(words.map((word) => JSON.stringify(word)));

/** As Go prints a set, which it keeps as a map. */
const set = (words: readonly string[]) =>
  `map[${[...new Set(words)].sort().map((word) => `${word}:{}`).join(" ")}]`;

/** As Go prints a HealthConfig with %q. */
function healthcheckText(check: Healthcheck): string {
  const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, Retries = 0 } = check;
  const retries = Retries < 32
    ? `\\x${Retries.toString(16).padStart(2, "0")}`
    : String.fromCodePoint(Retries);
  const durations = [Interval, Timeout, StartPeriod].map((each) => `"${durationText(each)}"`);
  return `&{${[quotedList(Test), ...durations, `'${retries}'`].join(" ")}}`;
}

/** Nanoseconds as Go's Duration.String() writes whole seconds and more. */
function durationText(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  if (seconds !== 0 && seconds < 1) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return (hours ? `${hours}h` : "") + (hours || minutes ? `${minutes}m` : "") + `${seconds % 60}s`;
}
