/** What a Dockerfile says: its stages and instructions with types, before anything is executed (Dockerfile reference). */

import type { EscapeToken } from "../dockerfile.ts";
import type { ConfigInstruction } from "../instruction.ts";
import type { ArgumentWords } from "../line_arguments.ts";

/** The first and the last line in the file, counted from 1. */
export type LineRange = readonly [first: number, last: number];

/** Text in the Dockerfile itself that stands for a file, or for a command's input: `<<EOF`. */
export interface Heredoc {
  /** The word that ends it, and the file's name where it is copied into a directory. */
  readonly name: string;
  readonly content: string;
  /** Whether variables in it are replaced: not if its word was quoted. */
  readonly expands: boolean;
}

/** What every instruction has, for messages. */
export interface Written {
  /** As it stands in the file, its continuations joined by nothing; without heredocs' texts. */
  readonly original: string;
  readonly lines: LineRange;
}

/** A mount of one RUN. Numbers are ids, octal modes as numbers, and bytes; what is undefined was not given. */
export type RunMount =
  & {
    /** The flag's value as written; expandInstruction() reads it again with variables replaced. */
    readonly flag: string;
    /** Resolved against the working directory by whoever mounts. */
    readonly target?: string;
  }
  & (
    | {
      readonly type: "bind";
      readonly from?: string;
      readonly source?: string;
      /** Writes are allowed and thrown away. */
      readonly isReadOnly: boolean;
    }
    | {
      readonly type: "cache";
      /** Defaults to the target. */
      readonly id?: string;
      readonly from?: string;
      readonly source?: string;
      readonly isReadOnly: boolean;
      readonly sharing: "shared" | "private" | "locked";
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
    | { readonly type: "tmpfs"; readonly sizeInBytes?: number }
    | {
      readonly type: "secret";
      /** Defaults to the last part of the target. */
      readonly id?: string;
      /** The environment variable that holds it, instead of (or, with a target, besides) a file. */
      readonly env?: string;
      readonly isRequired: boolean;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
    | {
      readonly type: "ssh";
      /** Defaults to `default`. */
      readonly id?: string;
      readonly isRequired: boolean;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
  );

export interface RunInstruction extends Written {
  readonly name: "run";
  /** Variables in it are the shell's business. */
  readonly command: ArgumentWords;
  readonly heredocs: readonly Heredoc[];
  readonly mounts: readonly RunMount[];
  readonly network: "default" | "none" | "host";
  readonly security: "sandbox" | "insecure";
}

/** What COPY and ADD share. */
export interface CopyRequest extends Written {
  readonly sources: readonly string[];
  /** Further sources, after the others. */
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  readonly chown?: string;
  readonly chmod?: string;
  readonly isLink: boolean;
  readonly exclude: readonly string[];
}

export interface CopyInstruction extends CopyRequest {
  readonly name: "copy";
  /** What to copy from, see Stage.sources; the build context if undefined. */
  readonly from?: string;
  readonly keepsParents: boolean;
}

export interface AddInstruction extends CopyRequest {
  readonly name: "add";
  /** `sha256:...`, of the one remote source. */
  readonly checksum?: string;
  readonly keepsGitDirectory: boolean;
  /** Whether archives are extracted: by default local ones are and remote ones are not. */
  readonly unpack?: boolean;
}

export interface ArgInstruction extends Written {
  readonly name: "arg";
  readonly arguments: readonly { readonly name: string; readonly value?: string }[];
}

export interface ShellInstruction extends Written {
  readonly name: "shell";
  readonly shell: readonly string[];
}

export interface MaintainerInstruction extends Written {
  readonly name: "maintainer";
  readonly maintainer: string;
}

/** An instruction of a stage. Words are as written until expandInstruction() replaces variables in them. */
export type BuildInstruction =
  | (ConfigInstruction & Written)
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | ArgInstruction
  | ShellInstruction
  | MaintainerInstruction;

/** A stage as it is written. */
export interface StageText extends Written {
  /** In lower case. */
  readonly name?: string;
  /** What stands after FROM, variables not replaced. */
  readonly base: string;
  readonly platform?: string;
  readonly instructions: readonly BuildInstruction[];
}

/** A Dockerfile that was read. */
export interface BuildFile {
  readonly escapeToken: EscapeToken;
  /** The image of the `syntax` directive, which box reads and does not use. */
  readonly syntax?: string;
  /** The lines of the file, for messages that show them. */
  readonly sourceLines: readonly string[];
  /** ARG before the first FROM. */
  readonly globalArguments: readonly ArgInstruction[];
  readonly stages: readonly StageText[];
  /** From the `check` directive. */
  readonly check: {
    /** Rules that are not looked at, or all. */
    readonly skip: readonly string[] | "all";
    /** Whether a warning makes the build fail. */
    readonly isError: boolean;
  };
  /** What reading it showed; lint() has these too. */
  readonly warnings: readonly Warning[];
}

/** A finding of `build --check`. */
export interface Warning {
  /** Such as `JSONArgsRecommended`. */
  readonly rule: string;
  readonly description: string;
  readonly url: string;
  /** The finding itself. */
  readonly detail: string;
  readonly lines: LineRange;
}

/** As in an image's configuration. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface PlanRequest {
  /** The name or the index of a stage; the last one if undefined. */
  readonly target?: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  /** The same as the build platform if undefined. */
  readonly targetPlatform?: Platform;
  /** The names of `--build-context`, which come before stages' and images'. */
  readonly namedContexts?: readonly string[];
}

/** Where files come from. */
export type BuildSource =
  | { readonly kind: "scratch" }
  | { readonly kind: "image"; readonly reference: string; readonly platform?: string }
  | { readonly kind: "stage"; readonly stage: Stage }
  /** A `--build-context`. */
  | { readonly kind: "context"; readonly name: string; readonly platform?: string };

export interface Stage {
  /** Counted from 0 over the whole file. */
  readonly index: number;
  readonly name?: string;
  readonly original: string;
  readonly lines: LineRange;
  readonly base: BuildSource;
  readonly instructions: readonly BuildInstruction[];
  /** What `COPY --from` and `RUN --mount from=` name, by the text written there. */
  readonly sources: ReadonlyMap<string, BuildSource>;
  /** Stages that must be there before: bases and sources, each once. */
  readonly dependsOn: readonly Stage[];
}

export interface BuildPlan {
  readonly file: BuildFile;
  /** The stages the target needs, dependencies first, the target last. */
  readonly stages: readonly Stage[];
  /** All of them, in the file's order: an ONBUILD trigger of a base image may need one more, see resolveSource(). */
  readonly allStages: readonly Stage[];
  readonly target: Stage;
  readonly warnings: readonly Warning[];
  /** What `ARG name` without a value means in a stage: global arguments and the platforms' (TARGETPLATFORM ...). See argumentValue(). */
  readonly globalArguments: ReadonlyMap<string, string>;
  /** Given build arguments that need no ARG (HTTP_PROXY ...): in the environment of RUN, never in its history or cache key. */
  readonly proxyArguments: ReadonlyMap<string, string>;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Build arguments that no ARG takes. */
  readonly unconsumedArguments: readonly string[];
}

/*
 * The functions, each in a module of its own in this directory:
 *
 *   parseBuildFile(text): BuildFile                                   parse_build_file.ts
 *   planStages(file, request): BuildPlan                              plan_stages.ts
 *   resolveSource(plan, stage, from): BuildSource                     plan_stages.ts
 *   argumentValue(plan, name, defaultValue?): string | undefined      plan_stages.ts
 *   expandInstruction(instruction, environment, escapeToken)          expand_instruction.ts
 *   parseTriggers(triggers): BuildInstruction[]                       parse_build_file.ts
 *   lint(file, request?): Warning[]                                   lint.ts
 *   parseIgnoreFile(text): (path, isDirectory) => boolean             ignore_file.ts
 */
