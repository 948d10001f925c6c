/** What an instruction does to an image's configuration. */

import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { parseSignal } from "../container/signal.ts";
import { exposedPortsOf } from "../network/port_specification.ts";
import type { EscapeToken } from "./dockerfile.ts";
import { variablesOf } from "./expand.ts";
import { expandConfigInstruction } from "./expand_config_instruction.ts";
import type { ConfigInstruction } from "./instruction.ts";
import type { ArgumentWords } from "./line_arguments.ts";
import { requirePaths } from "./parse_instruction.ts";

const DEFAULT_SHELL = ["/bin/sh", "-c"];

/** A configuration while instructions work on it, one after the other. */
export interface ConfigInProgress {
  readonly config: ContainerConfig;
  /** Whether the command is one of these instructions', and not what the image below said. */
  isCmdSet: boolean;
}

/**
 * Carries out one instruction as it is written. Variables are the configuration's own as they were before it. Throws
 * InvalidError in docker's words.
 */
export function applyInstruction(
  inProgress: ConfigInProgress,
  instruction: ConfigInstruction,
  escapeToken: EscapeToken,
): void {
  const variables = variablesOf(inProgress.config.Env ?? []);
  applyExpanded(inProgress, expandConfigInstruction(instruction, variables, escapeToken));
}

/** Carries out one instruction in which variables are replaced already. Throws InvalidError in docker's words. */
export function applyExpanded(
  inProgress: ConfigInProgress,
  instruction: ConfigInstruction,
): void {
  const { config } = inProgress;
  switch (instruction.name) {
    case "cmd":
      config.Cmd = commandOf(instruction.command, config);
      inProgress.isCmdSet = instruction.command.words.length > 0;
      break;
    case "entrypoint":
      config.Entrypoint = instruction.command.words.length > 0
        ? commandOf(instruction.command, config)
        : null;
      // A command that came with the image below was meant for its entrypoint.
      if (!inProgress.isCmdSet) config.Cmd = null;
      break;
    case "env":
      for (const [name, value] of instruction.pairs) setVariable(config, name, value);
      break;
    case "expose": {
      const ports = instruction.ports.flatMap(exposedPortsOf);
      if (ports.length > 0) config.ExposedPorts = withKeys(config.ExposedPorts, ports);
      break;
    }
    case "healthcheck":
      config.Healthcheck = instruction.healthcheck;
      break;
    case "label":
      config.Labels = {
        ...config.Labels,
        ...Object.fromEntries(instruction.pairs),
      };
      break;
    case "onbuild":
      config.OnBuild = [...config.OnBuild ?? [], instruction.trigger];
      break;
    case "stopsignal":
      parseSignal(instruction.signal);
      config.StopSignal = instruction.signal;
      break;
    case "user":
      config.User = instruction.user;
      break;
    case "volume":
      requirePaths(instruction.paths);
      config.Volumes = withKeys(config.Volumes, instruction.paths);
      break;
    case "workdir":
      config.WorkingDir = resolveWorkingDirectory(config.WorkingDir, instruction.path);
      break;
  }
}

/** The words to execute: in the shell form, the shell's come first. */
function commandOf({ words, isJson }: ArgumentWords, config: ContainerConfig): string[] {
  return isJson ? [...words] : [...config.Shell ?? DEFAULT_SHELL, ...words];
}

/** A variable that exists keeps its place. */
function setVariable(config: ContainerConfig, name: string, value: string): void {
  const environment = config.Env ??= [], start = `${name}=`;
  const known = environment.findIndex((variable) =>
    variable.startsWith(start) || variable === name
  );
  environment[known < 0 ? environment.length : known] = `${name}=${value}`;
}

/** What Go keeps as a set: an object whose values say nothing. */
type Keys = Record<string, Record<string, never>>;

function withKeys(keys: Keys | null | undefined, added: readonly string[]): Keys {
  return { ...keys, ...Object.fromEntries(added.map((key) => [key, {}])) };
}

/** A relative path starts from the directory set before. docker leaves an absolute one as it is written. */
function resolveWorkingDirectory(current: string, path: string): string {
  if (path === "") throw new InvalidError("cannot normalize nothing");
  if (path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of `${current}/${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
