/** `import --change` and `commit --change`: Dockerfile instructions that change the new image's configuration. */

import { InvalidError } from "../../storage/errors.ts";
import { type ContainerConfig, containerConfigFields } from "../../storage/image/config.ts";
import { applyInstruction, type ConfigInProgress } from "./apply_instruction.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { isConfigInstruction, parseConfigInstruction } from "./parse_instruction.ts";

/**
 * The configuration with the changes applied, which are read as the lines of one Dockerfile. The given one is left as it
 * is. Throws InvalidError in docker's words; nothing is done by halves.
 */
export function applyChanges(
  config: ContainerConfig,
  changes: readonly string[],
): ContainerConfig {
  if (changes.length === 0) return config;
  const { lines, escapeToken } = parseDockerfile(changes.join("\n"));
  const knownLines = lines.map((line) => {
    const { name } = line;
    if (isConfigInstruction(name)) return { ...line, name };
    throw new InvalidError(`${name} is not a valid change command`);
  });
  const instructions = knownLines.map((line) => parseConfigInstruction(line, escapeToken));
  const inProgress: ConfigInProgress = { config: structuredClone(config), isCmdSet: false };
  for (const instruction of instructions) applyInstruction(inProgress, instruction, escapeToken);
  return inDockersOrder(inProgress.config);
}

/** In docker's order, and what Go keeps in maps in the order of the keys. Fields that box does not know, of a configuration that another program wrote, come last. */
export function inDockersOrder(config: ContainerConfig): ContainerConfig {
  const sorted: ContainerConfig = {
    ...config,
    Volumes: config.Volumes && sortedByKey(config.Volumes),
    Labels: config.Labels && sortedByKey(config.Labels),
  };
  if (config.ExposedPorts) sorted.ExposedPorts = sortedByKey(config.ExposedPorts);
  const given = new Map<string, unknown>(Object.entries(sorted));
  const ordered = containerConfigFields.filter((field) => given.get(field) !== undefined)
    .map((field) => [field, given.get(field)]);
  return { ...Object.fromEntries(ordered), ...sorted };
}

function sortedByKey<Value>(table: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => a < b ? -1 : 1));
}
