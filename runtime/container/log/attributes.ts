/** What of a container stands beside every line of its log, in `attrs`: labels, variables and a tag (`logs --details`). */

import type { ContainerFile } from "../../../storage/container/config.ts";
import { InvalidError } from "../../../storage/errors.ts";

type Options = Readonly<Record<string, string>>;
export type Attributes = Readonly<Record<string, string>>;

/** Throws InvalidError for options that no container can be given. */
export function checkAttributeOptions(options: Options): void {
  compile(options["labels-regex"]);
  compile(options["env-regex"]);
  expandTag(options["tag"] ?? "", () => "");
}

/** The attributes that log options ask for, in the order of their names as Go writes them. */
export function attributesOf(
  options: Options,
  container: ContainerFile,
  logPath: string,
): Attributes {
  const { Labels, Env } = container.Config;
  const attributes = new Map([
    ...chosen(new Map(Object.entries(Labels ?? {})), options["labels"], options["labels-regex"]),
    ...chosen(variables(Env ?? []), options["env"], options["env-regex"]),
  ]);
  const tag = expandTag(options["tag"] ?? "", (name) => tagFields[name](container, logPath));
  if (tag !== "") attributes.set("tag", tag);
  return Object.fromEntries([...attributes].sort(([a], [b]) => a < b ? -1 : 1));
}

function variables(environment: readonly string[]): Map<string, string> {
  return new Map(
    environment.filter((variable) => variable.includes("=")).map((variable) => {
      const equals = variable.indexOf("=");
      return [variable.slice(0, equals), variable.slice(equals + 1)];
    }),
  );
}

/** Those that are in a list of names with commas between them, or fit a pattern. */
function chosen(
  values: ReadonlyMap<string, string>,
  names = "",
  pattern?: string,
): [string, string][] {
  const listed = new Set(names.split(",")), expression = compile(pattern);
  return [...values].filter(([name]) => listed.has(name) || expression?.test(name));
}

function compile(pattern: string | undefined): RegExp | undefined {
  if (!pattern) return undefined;
  try {
    return new RegExp(pattern);
  } catch {
    throw new InvalidError(`error parsing regexp: \`${pattern}\``);
  }
}

/** What a tag can name: the fields and methods of docker's logger.Info that box has. */
const tagFields: Readonly<Record<string, (container: ContainerFile, logPath: string) => string>> = {
  ID: ({ ID }) => ID.slice(0, 12),
  FullID: ({ ID }) => ID,
  Name: ({ Name }) => Name.slice(1),
  ImageID: ({ Image }) => Image.slice(0, 12),
  ImageFullID: ({ Image }) => Image,
  ImageName: ({ Config }) => Config.Image,
  DaemonName: () => "box",
  Command: ({ Path, Args }) => [Path, ...Args].join(" "),
  Hostname: () => Deno.hostname(),
  ContainerID: ({ ID }) => ID,
  ContainerName: ({ Name }) => Name,
  ContainerEntrypoint: ({ Path }) => Path,
  ContainerImageID: ({ Image }) => Image,
  ContainerImageName: ({ Config }) => Config.Image,
  ContainerCreated: ({ Created }) => Created,
  LogPath: (_, logPath) => logPath,
};

/** A tag is a template, of which box has what tags are made of: text and fields. Throws InvalidError. */
function expandTag(tag: string, valueOf: (name: string) => string): string {
  return tag.replace(/\{\{(.*?)(\}\}|$)/gs, (_action, inside: string, end: string, at: number) => {
    if (end === "") throw new InvalidError("template: log-tag:1: unclosed action");
    const name = /^\s*\.([A-Za-z]+)\s*$/.exec(inside)?.[1];
    if (name === undefined) {
      throw new InvalidError(`a tag can have fields such as {{.Name}}, but not {{${inside}}}`);
    }
    if (!Object.hasOwn(tagFields, name)) {
      throw new InvalidError(
        `template: log-tag:1:${at + 2}: executing "log-tag" at <.${name}>: ` +
          `can't evaluate field ${name} in type *logger.Info`,
      );
    }
    return valueOf(name);
  });
}
