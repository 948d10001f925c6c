/** What can go wrong between the command line and the engine, and how each of it is printed. */
import { isErrno } from "../../ffi/errno.ts";
import { EngineError } from "../../storage/errors.ts";
import type { Command } from "./command.ts";
import { OutputClosedError, printError } from "./output.ts";

/** Exit codes with a meaning of their own. */
export const EXIT = {
  failure: 1,
  /** box refused, as opposed to the container's program failing. */
  refusal: 125,
  /** What a shell reports of a program that ended by SIGPIPE (128 + 13). */
  brokenPipe: 141,
} as const;

/** A failure whose message is printed as it is. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(message: string, readonly exitCode: number = EXIT.failure) {
    super(message);
  }
}

/** Flags that cannot be read: printed as it is, with a hint at help. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

/** Flags that can be read but not met: printed after `box: `, with a hint at help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Where an error happened, as far as it was known by then. */
export interface Origin {
  /** The command's full name, such as `box container run`. */
  path: string;
  command?: Command;
  /** Print stack traces. */
  debug: boolean;
}

/** Prints an error for the user; returns the exit code. */
export function reportError(error: unknown, origin: Origin): number {
  if (error instanceof OutputClosedError) return EXIT.brokenPipe;
  const { text, exitCode } = describeError(error, origin);
  printError(text);
  if (origin.debug) printError(Deno.inspect(error));
  return exitCode;
}

/** What is printed for an error, and the exit code. */
export function describeError(
  thrown: unknown,
  { path, command }: Origin,
): { text: string; exitCode: number } {
  const error = originalError(thrown), message = messageOf(error);
  const hint = `See '${path} --help'.`;
  const refuses = command?.failure === "refusal";

  if (error instanceof CliError) return { text: message, exitCode: error.exitCode };
  if (error instanceof FlagError) {
    return { text: `${message}\n${hint}`, exitCode: EXIT.refusal };
  }
  if (error instanceof UsageError) {
    return { text: `box: ${sentence(message)}\n${hint}`, exitCode: EXIT.refusal };
  }
  if (error instanceof EngineError) {
    const response = `Error response from daemon: ${message}`;
    return refuses
      ? { text: `box: ${sentence(response)}\n${hint}`, exitCode: EXIT.refusal }
      : { text: response, exitCode: EXIT.failure };
  }
  return { text: `box: ${message}`, exitCode: refuses ? EXIT.refusal : EXIT.failure };
}

/** What went wrong first, where clearing up after it went wrong as well. */
export function originalError(error: unknown): unknown {
  while (error instanceof SuppressedError) error = error.suppressed;
  return error;
}

let refusal: Error | undefined;

/** Notes why there is no user namespace to work in. */
export function noteRefusal(error: Error): void {
  refusal = error;
}

/** An error's message, with what its reader may not think of. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isErrno(error, "EACCES", "EPERM") && refusal !== undefined
    ? `${error.message}; box has to be run by root here, ` +
      `for it cannot have a user namespace: ${refusal.message}`
    : error.message;
}

/** Ends a message with exactly one full stop. */
function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}
