/** sha256 of small things, without loading node:crypto (14 ms); streams are hashed where they flow. */

const encoder = new TextEncoder();

/** `sha256:` and the hash in hexadecimal. */
export async function sha256(content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return "sha256:" + new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A sha256 digest in the only form that box accepts. It also is a safe file name without its prefix. */
export const DIGEST = /^sha256:[a-f0-9]{64}$/;

export function isDigest(text: unknown): text is string {
  return typeof text === "string" && DIGEST.test(text);
}

/** The 64 digits of a digest. */
export function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}
