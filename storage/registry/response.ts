/** Reading a registry's answers, of which none may be too long. */

import { InvalidError } from "../errors.ts";
import { concatenate } from "../layer/bytes.ts";
import { printable } from "./error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The tags in an answer; what cannot be one is left out. */
export function tagsOf(bytes: Bytes): string[] {
  const { tags } = JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  if (!Array.isArray(tags ?? [])) throw new InvalidError("the registry's list of tags is none");
  return (tags ?? []).filter((tag: unknown) =>
    typeof tag === "string" && /^[\w][\w.-]{0,127}$/.test(tag)
  );
}

/** What the registry says, unless that is nothing; then what the document says of itself. */
export function mediaTypeOf(response: Response, bytes: Bytes): string {
  const said = (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  if (
    said !== "" && !["application/json", "text/plain", "application/octet-stream"].includes(said)
  ) {
    return said;
  }
  try {
    const { mediaType } = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof mediaType === "string") return mediaType;
  } catch {
    // Whoever parses it says so.
  }
  return said;
}

/** The whole body; InvalidError if it has more bytes than `limit`. `what` is for the error. */
export async function readLimited(response: Response, limit: number, what: string): Promise<Bytes> {
  const chunks: Bytes[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(what, limit);
    chunks.push(chunk);
  }
  return concatenate(chunks);
}

export function tooLarge(what: string, limit: number): InvalidError {
  return new InvalidError(`${printable(what)} is larger than ${limit} bytes`);
}
