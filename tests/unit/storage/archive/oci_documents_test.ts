import assert from "node:assert/strict";
import { DOCKER_MEDIA_TYPE, MEDIA_TYPE } from "../../../../storage/archive/oci.ts";
import { parseImageManifest, parseIndex } from "../../../../storage/archive/oci_documents.ts";
import { encode } from "./fixture.ts";

const digest = `sha256:${"a".repeat(64)}`;
const config = { mediaType: MEDIA_TYPE.config, digest, size: 1 };
const layer = { mediaType: MEDIA_TYPE.layer, digest, size: 1 };
const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.manifest, config, layers: [layer] };
const index = { schemaVersion: 2, manifests: [{ ...config, mediaType: MEDIA_TYPE.manifest }] };

const parse = (value: unknown, mediaType: string = MEDIA_TYPE.manifest) =>
  parseImageManifest(encode(JSON.stringify(value)), "it", mediaType);

Deno.test("manifests of the OCI's and of docker's kind can be read", () => {
  assert.deepEqual(parse(manifest), manifest);
  assert.equal(parse({ ...manifest, mediaType: undefined }).layers.length, 1);
  const docker = {
    ...manifest,
    mediaType: DOCKER_MEDIA_TYPE.manifest,
    config: { ...config, mediaType: DOCKER_MEDIA_TYPE.config },
  };
  for (
    const mediaType of [
      "application/vnd.docker.image.rootfs.diff.tar.gzip",
      "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
      "application/vnd.oci.image.layer.v1.tar+zstd",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    ]
  ) parse({ ...docker, layers: [{ ...layer, mediaType }] }, DOCKER_MEDIA_TYPE.manifest);
});

Deno.test("a document that could be an index and a manifest is refused as either", () => {
  assert.throws(() => parse({ ...manifest, manifests: [] }), /could be both/);
  for (const field of ["layers", "config"]) {
    const both = encode(JSON.stringify({ ...index, [field]: [] }));
    assert.throws(() => parseIndex(both, "it"), /could be both/);
  }
});

Deno.test("a manifest must be of the type that led to it, and whole", () => {
  const cases: [manifest: unknown, message: RegExp][] = [
    [{ ...manifest, mediaType: MEDIA_TYPE.index }, /has media type .*index.*, expected .*manifest/],
    [{ ...manifest, schemaVersion: 1 }, /schema version 2/],
    [null, /schema version 2/],
    [[], /schema version 2/],
    [{ ...manifest, layers: undefined }, /not an image manifest/],
    [{ ...manifest, config: undefined }, /malformed descriptor/],
    [{ ...manifest, layers: [null] }, /malformed descriptor/],
    [{ ...manifest, layers: [{ ...layer, size: -1 }] }, /malformed descriptor/],
    [{ ...manifest, layers: [{ ...layer, size: "1" }] }, /malformed descriptor/],
    [
      { ...manifest, layers: [{ ...layer, digest: "sha256:../../etc" }] },
      /unsupported digest "sha256:\.\.\/\.\.\/etc"/,
    ],
    [
      { ...manifest, layers: [{ ...layer, digest: `md5:${"a".repeat(32)}` }] },
      /unsupported digest/,
    ],
    [
      { ...manifest, layers: [{ ...layer, mediaType: "application/x.encrypted" }] },
      /unsupported media type/,
    ],
    [
      { ...manifest, config: { ...config, mediaType: "application/vnd.helm" } },
      /unsupported media type/,
    ],
    [{ ...manifest, config: { ...config, annotations: { a: 1 } } }, /malformed annotations/],
  ];
  for (const [value, message] of cases) assert.throws(() => parse(value), message);
});

Deno.test("an index must list manifests", () => {
  assert.deepEqual(parseIndex(encode(JSON.stringify(index)), "it"), index);
  assert.throws(() => parseIndex(encode('{"schemaVersion":2}'), "it"), /not an image index/);
  assert.throws(() => parseIndex(encode("{"), "it"), /it is not valid JSON/);
  const typed = encode(JSON.stringify({ ...index, mediaType: MEDIA_TYPE.manifest }));
  assert.throws(() => parseIndex(typed, "it"), /has media type/);
});
