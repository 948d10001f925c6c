/** Images in a registry that box itself would not push. */

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

/** The bytes of a blob; `repository` is its URL. */
export async function getBlobOf(
  repository: string,
  digest: string,
): Promise<Uint8Array<ArrayBuffer>> {
  return await (await fetch(`${repository}/blobs/${digest}`)).bytes();
}

interface Manifest {
  readonly config: { digest: string; size: number };
  readonly layers: { mediaType: string; digest: string; size: number }[];
}

/** Stores under another name what becomes of an image's manifest; the name may be found when it has become that. */
export async function copyManifest(
  repository: string,
  tag: string,
  name: string | ((text: string) => string),
  change: (manifest: Manifest) => Promise<void> | void,
): Promise<void> {
  const answer = await fetch(`${repository}/manifests/${tag}`), manifest = await answer.json();
  await change(manifest);
  const text = JSON.stringify(manifest);
  const url = `${repository}/manifests/${typeof name === "string" ? name : name(text)}`;
  const headers = { "content-type": answer.headers.get("content-type")! };
  equal((await fetch(url, { method: "PUT", body: text, headers })).status, 201);
}

/** Copies an image. Returns the digests of its manifest and of its layers. */
export async function copyWithSha512(repository: string, tag: string) {
  let digest = "", layers: string[] = [];
  await copyManifest(repository, tag, (text) => digest = sha512(text), async (manifest) => {
    for (const descriptor of [manifest.config, ...manifest.layers]) {
      const bytes = await getBlobOf(repository, descriptor.digest);
      descriptor.digest = sha512(bytes);
      await putBlobAs(repository, descriptor.digest, bytes);
    }
    layers = manifest.layers.map(({ digest }) => digest);
  });
  return { digest, layers };
}
