/** What a Dockerfile says: its stages and instructions with types, before anything is executed (Dockerfile reference). */

import type { EscapeToken } from "../dockerfile.ts";
import type { LineRange } from "../dockerfile_error.ts";
import type { Heredoc } from "../heredoc.ts";
import type { ConfigInstruction } from "../instruction.ts";
import type { ArgumentWords } from "../line_arguments.ts";

export type { Heredoc, LineRange };

/** What every instruction has, for messages. */
export interface Written {
  /** As it stands in the file, its continuations joined by nothing; without heredocs' texts. */
  readonly original: string;
  readonly lines: LineRange;
}

/** `--mount` as it is written, its variables not replaced yet. */
export interface MountFlag {
  readonly text: string;
  /** What it mounts from, see Stage.sources. There are no variables in it. */
  readonly from?: string;
}

/** A mount of one RUN. What is undefined was not given. */
export type RunMount =
  & {
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
  /** With the texts of heredocs as far as the shell reads them. Variables in it are the shell's business. */
  readonly command: ArgumentWords;
  /** As they were written: the command has them already. */
  readonly heredocs: readonly Heredoc[];
  /** The heredoc that is to be an executable file in /dev/pipes for the command, which is its path. */
  readonly script?: Heredoc;
  readonly mounts: readonly MountFlag[];
  readonly network: RunNetwork;
  readonly security: RunSecurity;
}

export type RunNetwork = "default" | "none" | "host";
export type RunSecurity = "sandbox" | "insecure";

/** A RUN whose variables are replaced. */
export interface ExpandedRunInstruction extends Omit<RunInstruction, "mounts"> {
  readonly mounts: readonly RunMount[];
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

/** What expandInstruction() gives. */
export type ExpandedInstruction =
  | Exclude<BuildInstruction, RunInstruction>
  | ExpandedRunInstruction;

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
  /** ARG before the first FROM. Its values are in BuildPlan.globalArguments. */
  readonly globalArguments: readonly ArgInstruction[];
  readonly stages: readonly StageText[];
  /** From the `check` directive. */
  readonly check: {
    /** Rules that are not looked at, or all. */
    readonly skip: readonly string[] | "all";
    /** Rules that are looked at only if they are named. */
    readonly experimental: readonly string[] | "all";
    /** Whether a warning makes the build fail. */
    readonly isError: boolean;
  };
  /** Instructions with empty lines in their continuations, by the line where these end. */
  readonly emptyContinuations: readonly number[];
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
  /** What lint() finds in the stages the target needs without knowing the base images. */
  readonly warnings: readonly Warning[];
  /** What `ARG name` without a value means in a stage: global arguments and the platforms' (TARGETPLATFORM ...). See argumentValue(). */
  readonly globalArguments: ReadonlyMap<string, string>;
  /** Those of the platforms alone. */
  readonly platformArguments: ReadonlyMap<string, string>;
  /** Given build arguments that need no ARG (HTTP_PROXY ...): in the environment of RUN, never in its history or cache key. */
  readonly proxyArguments: ReadonlyMap<string, string>;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly namedContexts: ReadonlySet<string>;
  /** Build arguments that no ARG takes. */
  readonly unconsumedArguments: readonly string[];
}
