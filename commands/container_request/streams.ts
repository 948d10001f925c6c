/** -a, -d, -i and -t: which of a container's streams are attached, and what they are. */
import type { ContainerConfig } from "../../storage/image/config.ts";
import { CliError } from "../cli/errors.ts";

export type Stream = "stdin" | "stdout" | "stderr";

/** Reads the name of a stream. Throws an Error for any other. */
export function parseStream(text: string): Stream {
  const name = text.toLowerCase();
  if (name === "stdin" || name === "stdout" || name === "stderr") return name;
  throw new Error("valid streams are STDIN, STDOUT and STDERR");
}

export interface StreamOptions {
  readonly attach: readonly Stream[];
  /** Only `run` has it. */
  readonly detach?: boolean;
  readonly interactive: boolean;
  readonly tty: boolean;
}

/** What a container's configuration says of its streams. Throws a CliError for -a with -d. */
export function streamsOf({ attach, detach, interactive, tty }: StreamOptions): Pick<
  ContainerConfig,
  "AttachStdin" | "AttachStdout" | "AttachStderr" | "Tty" | "OpenStdin" | "StdinOnce"
> {
  if (detach && attach.length > 0) throw new CliError("Conflicting options: -a and -d");
  const isAttached = (stream: Stream) => !detach && attach.includes(stream);
  const isAttachedByDefault = !detach && attach.length === 0;
  const AttachStdin = isAttached("stdin") || (interactive && !detach);
  return {
    AttachStdin,
    AttachStdout: isAttached("stdout") || isAttachedByDefault,
    AttachStderr: isAttached("stderr") || isAttachedByDefault,
    Tty: tty,
    OpenStdin: interactive,
    StdinOnce: interactive && AttachStdin,
  };
}

/**
 * Throws a CliError if a terminal of a container is to be attached to an input that is none: what is typed there could not be
 * passed on key by key.
 */
export function checkInputDevice(
  { AttachStdin, Tty }: Pick<ContainerConfig, "AttachStdin" | "Tty">,
  isTerminal: () => boolean,
): void {
  if (AttachStdin && Tty && !isTerminal()) throw new CliError("the input device is not a TTY");
}
