/** Errors in the middle of what docker's daemon streams to its client have no prefix. */

import type { ReportTransfer } from "../runtime/image/transfer/progress.ts";
import { EngineError } from "../storage/errors.ts";
import { CliError } from "./cli/errors.ts";

/** Runs a transfer; once it has reported anything, its error is printed as it is. */
export async function streamed<T>(
  report: ReportTransfer,
  transfer: (report: ReportTransfer) => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  try {
    return await transfer((status) => {
      hasBegun = true;
      report(status);
    });
  } catch (error) {
    throw hasBegun && error instanceof EngineError ? new CliError(error.message) : error;
  }
}
