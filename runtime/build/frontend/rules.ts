/** The rules of `docker build --check`, in BuildKit's words (Docker documentation, Build checks). */

import type { LineRange, Warning } from "./types.ts";

interface Rule {
  readonly description: string;
  /** Looked at only if the check directive names it. */
  readonly isExperimental?: boolean;
}

const RULES = {
  ConsistentInstructionCasing: {
    description:
      "All commands within the Dockerfile should use the same casing (either upper or lower)",
  },
  CopyIgnoredFile: {
    description: "Attempting to Copy file that is excluded by .dockerignore",
    isExperimental: true,
  },
  DuplicateStageName: { description: "Stage names should be unique" },
  ExposeInvalidFormat: {
    description: "IP address and host-port mapping should not be used in EXPOSE instruction. " +
      "This will become an error in a future release",
  },
  ExposeProtoCasing: { description: "Protocol in EXPOSE instruction should be lowercase" },
  FromAsCasing: {
    description: "The 'as' keyword should match the case of the 'from' keyword",
  },
  FromPlatformFlagConstDisallowed: {
    description: "FROM --platform flag should not use a constant value",
  },
  InvalidBaseImagePlatform: {
    description: "Base image platform does not match expected target platform",
  },
  InvalidDefaultArgInFrom: {
    description: "Default value for global ARG results in an empty or invalid base image name",
  },
  JSONArgsRecommended: {
    description: "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior " +
      "related to OS signals",
  },
  LegacyKeyValueFormat: {
    description: "Legacy key/value format with whitespace separator should not be used",
  },
  MaintainerDeprecated: {
    description:
      "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
  },
  MultipleInstructionsDisallowed: {
    description: "Multiple instructions of the same type should not be used in the same stage",
  },
  NoEmptyContinuation: {
    description: "Empty continuation lines will become errors in a future release",
  },
  RedundantTargetPlatform: {
    description: "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is " +
      "the default behavior",
  },
  ReservedStageName: { description: "Reserved words should not be used as stage names" },
  SecretsUsedInArgOrEnv: {
    description: "Sensitive data should not be used in the ARG or ENV commands",
  },
  StageNameCasing: { description: "Stage names should be lowercase" },
  UndefinedArgInFrom: { description: "FROM command must use declared ARGs" },
  UndefinedVar: { description: "Variables should be defined before their use" },
  WorkdirRelativePath: {
    description:
      "Relative workdir without an absolute workdir declared within the build can have " +
      "unexpected results if the base image changes",
  },
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/** A finding of a rule. */
export function warning(rule: RuleName, detail: string, lines: LineRange): Warning {
  const { description } = RULES[rule];
  return { rule, description, url: urlOf(rule), detail, lines };
}

/** `JSONArgsRecommended` is at `.../json-args-recommended/`. */
function urlOf(rule: RuleName): string {
  const words = rule.match(/[A-Z]+(?![a-z])|[A-Z][a-z]+/g)!;
  return `https://docs.docker.com/go/dockerfile/rule/${words.join("-").toLowerCase()}/`;
}

/** Whether the directive `# check=` wants to know. */
export function isWanted(
  rule: string,
  { skip, experimental }: {
    readonly skip: readonly string[] | "all";
    readonly experimental: readonly string[] | "all";
  },
): boolean {
  const about: Rule | undefined = Object.hasOwn(RULES, rule) ? RULES[rule as RuleName] : undefined;
  if (about?.isExperimental) return experimental === "all" || experimental.includes(rule);
  return skip !== "all" && !skip.includes(rule);
}

/** COPY and ADD of a file that .dockerignore excludes, which whoever knows the context finds. */
export function copyIgnoredFile(
  instruction: { readonly name: "copy" | "add"; readonly lines: LineRange },
  path: string,
): Warning {
  const verb = instruction.name === "copy" ? "Copy" : "Add";
  const detail = `Attempting to ${verb} file ${
    JSON.stringify(path)
  } that is excluded by .dockerignore`;
  return warning("CopyIgnoredFile", detail, instruction.lines);
}

/** A base image for another platform, which whoever has the image finds. */
export function invalidBaseImagePlatform(
  lines: LineRange,
  image: string,
  platforms: { readonly expected: string; readonly actual: string },
): Warning {
  const { expected, actual } = platforms;
  const detail = `Base image ${image} was pulled with platform ${JSON.stringify(actual)}, ` +
    `expected ${JSON.stringify(expected)} for current build`;
  return warning("InvalidBaseImagePlatform", detail, lines);
}
