/** What the commands of manifests have in common. In docker it is the client that does their work, so its errors have no prefix. */

import { EngineError, InvalidError } from "../storage/errors.ts";
import { parseReference, type Reference, withDefaultTag } from "../storage/image/reference.ts";
import { CliError } from "./cli/errors.ts";

/** A name, with a tag if it has no digest. `what` begins the error. */
export function manifestReference(name: string, what = ""): Reference {
  try {
    return withDefaultTag(parseReference(name));
  } catch (error) {
    throw error instanceof InvalidError ? new CliError(`${what}${error.message}`) : error;
  }
}

/** Does what the client does in docker. */
export async function asClient<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof EngineError ? new CliError(error.message) : error;
  }
}
