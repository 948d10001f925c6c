/** An image in a registry all of whose digests are sha512. */

import { equal } from "node:assert/strict";
import { createHash } from "node:crypto";

const sha512 = (bytes: Uint8Array<ArrayBuffer> | string) =>
  `sha512:${createHash("sha512").update(bytes).digest("hex")}`;

/** Puts a blob where a digest says that it is, whether or not it is that one. */
export async function putBlobAs(
  repository: string,
  digest: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const begun = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
  await begun.body?.cancel();
  const url = new URL(begun.headers.get("location")!, repository);
  url.searchParams.set("digest", digest);
  const { status } = await fetch(url, { method: "PUT", body: bytes });
  equal(status, 201);
}

/** Copies an image; `repository` is its URL. Returns the digests of its manifest and of its layers. */
export async function copyWithSha512(repository: string, tag: string) {
  const answer = await fetch(`${repository}/manifests/${tag}`), manifest = await answer.json();
  for (const descriptor of [manifest.config, ...manifest.layers]) {
    const bytes = await (await fetch(`${repository}/blobs/${descriptor.digest}`)).bytes();
    descriptor.digest = sha512(bytes);
    await putBlobAs(repository, descriptor.digest, bytes);
  }
  const text = JSON.stringify(manifest), digest = sha512(text);
  const headers = { "content-type": answer.headers.get("content-type")! };
  const url = `${repository}/manifests/${digest}`;
  equal((await fetch(url, { method: "PUT", body: text, headers })).status, 201);
  const layers: string[] = manifest.layers.map((layer: { digest: string }) => layer.digest);
  return { digest, layers };
}
