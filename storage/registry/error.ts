/** What registries say when they refuse: OCI distribution spec, "Error Codes". */

import { EngineError } from "../errors.ts";

/** A registry's answer that is no success. */
export class RegistryError extends EngineError {
  override readonly name = "RegistryError";
  constructor(message: string, readonly status: number, readonly code?: string) {
    super(message);
  }
}

/** The connection failed, or broke, or the registry fell silent: another attempt may succeed. */
export class ConnectionError extends EngineError {
  override readonly name = "ConnectionError";
}

/** Bytes of an error document that are looked at. */
const LIMIT = 64 << 10;

/** Reads a refusal to its end; the message is in docker's words. */
export async function refusalOf(response: Response): Promise<RegistryError> {
  const { status, statusText } = response;
  const first = firstError(await readSome(response));
  if (first !== undefined) {
    const name = first.code.toLowerCase().replaceAll("_", " ");
    return new RegistryError(`${name}: ${printable(first.message || name)}`, status, first.code);
  }
  if (status === 401) return new RegistryError("unauthorized: authentication required", status);
  const shown = printable(`${status} ${statusText}`.trim());
  return new RegistryError(`received unexpected HTTP status: ${shown}`, status);
}

function firstError(text: string): { code: string; message: string } | undefined {
  try {
    const { errors, details } = JSON.parse(text);
    const [{ code, message }] = errors ?? [{ code: "DENIED", message: details }];
    if (!/^[A-Z_]{1,64}$/.test(code) || typeof (message ?? "") !== "string") return undefined;
    return { code, message: message ?? "" };
  } catch {
    return undefined;
  }
}

async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > LIMIT) break;
    }
  } catch {
    // What came is better than nothing.
  }
  return text;
}

/** A server's words as a terminal may show them. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.slice(0, 1000).replace(/[\x00-\x1f\x7f-\x9f]/g, " ");
}

/** A URL as an error may show it: what follows `?` can be a signature that is as good as a password. */
export function shownUrl(url: URL | string): string {
  const { protocol, host, pathname } = new URL(url);
  return printable(`${protocol}//${host}${pathname}`);
}

/** The innermost cause of a failed fetch says what really happened. */
export function connectionError(
  method: string,
  url: URL | string,
  error: unknown,
): ConnectionError {
  let reason = error as Error;
  while (reason.cause instanceof Error) reason = reason.cause;
  const message = String(reason.message ?? reason)
    .replace(/^error sending request (?:from \S+ )?for url \(.*?\)(?: \(.*?\))?: /, "")
    .replace(/^client error \(Connect\): /, "");
  const verb = method[0] + method.slice(1).toLowerCase();
  return new ConnectionError(`${verb} "${shownUrl(url)}": ${printable(message)}`, { cause: error });
}
