/** What a test puts into a registry by itself, and looks up there. */

import { equal } from "node:assert/strict";

const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

export interface StoredDocument {
  readonly digest: string;
  readonly size: number;
  readonly text: string;
}

/** A manifest as the registry serves it. */
export async function getManifest(
  host: string,
  repository: string,
  reference: string,
): Promise<StoredDocument> {
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, {
    headers: { accept: [DOCKER_MANIFEST, DOCKER_LIST, INDEX].join(", ") },
  });
  const text = await response.text();
  equal(response.status, 200, text);
  return describe(text);
}

export async function getBlob(host: string, repository: string, digest: string): Promise<string> {
  const response = await fetch(`http://${host}/v2/${repository}/blobs/${digest}`);
  equal(response.status, 200);
  return await response.text();
}

/** Stores a small blob. */
export async function putBlob(
  host: string,
  repository: string,
  text: string,
): Promise<StoredDocument> {
  const document = await describe(text);
  const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  await begun.body?.cancel();
  const url = new URL(begun.headers.get("location")!);
  url.searchParams.set("digest", document.digest);
  const done = await fetch(url, { method: "PUT", body: text });
  equal(done.status, 201, await done.text());
  return document;
}

export async function putManifest(
  host: string,
  repository: string,
  reference: string,
  content: object,
  mediaType = DOCKER_MANIFEST,
): Promise<StoredDocument> {
  const text = JSON.stringify(content);
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: text,
  });
  equal(response.status, 201, await response.text());
  return await describe(text);
}

/**
 * An index of an image for this machine, which is there under a tag, and of one for a machine that there is none of. Returns
 * the ids of both images.
 */
export async function putIndex(host: string, repository: string, tag: string, indexTag: string) {
  const own = await getManifest(host, repository, tag), manifest = JSON.parse(own.text);
  const config = JSON.parse(await getBlob(host, repository, manifest.config.digest));
  const foreign = await putBlob(
    host,
    repository,
    JSON.stringify({ ...config, architecture: "riscv64" }),
  );
  const { digest, size } = foreign;
  const other = await putManifest(host, repository, `${tag}-riscv64`, {
    ...manifest,
    config: { ...manifest.config, digest, size },
  });
  const entry = (document: StoredDocument, architecture: string, variant?: string) => ({
    mediaType: DOCKER_MANIFEST,
    digest: document.digest,
    size: document.size,
    platform: { os: "linux", architecture, variant },
  });
  const index = await putManifest(host, repository, indexTag, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [entry(other, "riscv64"), entry(own, config.architecture)],
  }, INDEX);
  return { own: manifest.config.digest as string, foreign: digest, index: index.digest };
}

async function describe(text: string): Promise<StoredDocument> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { digest: `sha256:${hash}`, size: bytes.length, text };
}
