/** Fetching an archive from a web server. */

import { EngineError } from "../../storage/errors.ts";
import { systemAuthorities } from "../../storage/system_authorities.ts";
import type { ByteSource } from "../../storage/layer/source.ts";

export interface Download {
  /** Bytes to come, if the server says so. */
  readonly size: number | undefined;
  /** When it was changed last, if the server says so: HTTP's date. */
  readonly lastModified: string | undefined;
  readonly source: ByteSource;
}

/** Asks for the contents of a URL. Throws EngineError if the server cannot be reached or does not have them. */
export async function download(url: string): Promise<Download> {
  const response = await request(url);
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new EngineError(
      `failed to GET ${url} with status ${response.status} ${response.statusText}`.trimEnd(),
    );
  }
  const length = Number(response.headers.get("content-length") ?? NaN);
  return {
    // What is compressed for the transfer arrives uncompressed, and larger.
    size: response.headers.has("content-encoding") || Number.isNaN(length) ? undefined : length,
    lastModified: response.headers.get("last-modified") ?? undefined,
    source: readBody(url, response.body),
  };
}

/** As for docker, who is trusted is what the host trusts, such as the authority of a company's proxy. */
async function request(url: string): Promise<Response> {
  const authorities = url.startsWith("https:") ? systemAuthorities() : undefined;
  try {
    if (authorities === undefined) return await fetch(url);
    const client = Deno.createHttpClient({ caCerts: [authorities] });
    return await fetch(url, { client });
  } catch (error) {
    throw failed(url, error);
  }
}

async function* readBody(url: string, body: ReadableStream<Uint8Array<ArrayBuffer>>): ByteSource {
  try {
    yield* body;
  } catch (error) {
    throw failed(url, error);
  }
}

/** The innermost cause says what really happened. */
function failed(url: string, error: unknown): EngineError {
  let reason = error as Error;
  while (reason.cause instanceof Error) reason = reason.cause;
  const message = reason.message
    .replace(/^error sending request (?:from \S+ )?for url \(.*?\)(?: \(.*?\))?: /, "")
    .replace(/^client error \(Connect\): /, "");
  return new EngineError(`Get ${JSON.stringify(url)}: ${message}`, { cause: error });
}
