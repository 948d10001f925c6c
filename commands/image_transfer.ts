/** What pull and push have in common: whose name they are given, and how they tell of their work. */

import type { ReportTransfer } from "../runtime/image/transfer/progress.ts";
import { InvalidError } from "../storage/errors.ts";
import {
  canonicalName,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from "../storage/image/reference.ts";
import { CliError } from "./cli/errors.ts";
import { bool } from "./cli/options.ts";
import { print } from "./cli/output.ts";
import { tlsVerify } from "./registry_access.ts";
import { showTransfer } from "./transfer_display.ts";
import { streamed } from "./transfer_errors.ts";

export const transferOptions = {
  quiet: bool("q", "Suppress verbose output"),
  "tls-verify": tlsVerify,
};

export interface TransferChoice {
  readonly "all-tags": boolean;
  readonly quiet: boolean;
}

/** The image that a name means, or the repository whose tags are all meant. Throws CliError. */
export function transferReference(name: string, options: TransferChoice): Reference {
  const reference = parse(name);
  const isComplete = reference.tag !== undefined || reference.digest !== undefined;
  if (!options["all-tags"]) {
    const complete = withDefaultTag(reference);
    if (!isComplete && !options.quiet) print(`Using default tag: ${complete.tag}`);
    return complete;
  }
  if (isComplete) throw new CliError("tag can't be used with --all-tags/-a");
  return reference;
}

/** Shows what a transfer reports, unless that is not wanted. */
export async function shown<T>(
  { quiet }: TransferChoice,
  transfer: (report: ReportTransfer) => Promise<T>,
): Promise<T> {
  return await streamed(quiet ? () => {} : showTransfer(Deno.stdout), transfer);
}

/** With its registry. */
export function fullName({ repository, tag, digest }: Reference): string {
  return formatReference({ repository: canonicalName(repository), tag, digest });
}

/** docker's client looks at the name before it asks the daemon, so this error has no prefix. */
function parse(name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    throw error instanceof InvalidError ? new CliError(error.message) : error;
  }
}
