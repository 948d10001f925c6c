/** What of box's own process goes into what it asks for. */
import { isTerminal } from "../../ffi/terminal.ts";
import { UsageError } from "../cli/errors.ts";
import type { Lookup } from "./key_values.ts";

/** What of the process goes into a request. */
export interface RequestSurroundings {
  /** A variable of box's own environment. */
  lookup: Lookup;
  readFile(path: string): Uint8Array;
  /** Whether what box reads is typed at a terminal. */
  inputIsTerminal(): boolean;
  workingDirectory(): string;
}

/** The surroundings that box runs in. */
export const processSurroundings: RequestSurroundings = {
  lookup: (name) => Deno.env.get(name),
  readFile: (path) => Deno.readFileSync(path),
  inputIsTerminal: () => isTerminal(0),
  workingDirectory: () => Deno.cwd(),
};

/** Throws a UsageError for a file that cannot be read. */
export function readOrRefuse(
  path: string,
  readFile: RequestSurroundings["readFile"],
): Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    throw new UsageError(describeReadError(path, error));
  }
}

function describeReadError(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return `open ${path}: no such file or directory`;
  if (error instanceof Deno.errors.PermissionDenied) return `open ${path}: permission denied`;
  if (error instanceof Deno.errors.IsADirectory) return `read ${path}: is a directory`;
  return error instanceof Error ? error.message : String(error);
}
