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

/** What the OCI's image specification registers, "Digests", as WebCrypto calls it. */
const webCryptoNames = { sha256: "SHA-256", sha512: "SHA-512" } as const;

/** With what a document or a layer of somebody else's was hashed; box's own are sha256. */
export type DigestAlgorithm = keyof typeof webCryptoNames;

const CONTENT_DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Whether this is a digest that a registry or a layout may have for a document or a layer. */
export function isContentDigest(text: unknown): text is string {
  return typeof text === "string" && CONTENT_DIGEST.test(text);
}

export function algorithmOf(contentDigest: string): DigestAlgorithm {
  return contentDigest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The digest of a content, made as the one that is expected was made. */
export async function digestLike(
  expected: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const algorithm = algorithmOf(expected);
  const hash = await crypto.subtle.digest(webCryptoNames[algorithm], content);
  return `${algorithm}:${new Uint8Array(hash).toHex()}`;
}
