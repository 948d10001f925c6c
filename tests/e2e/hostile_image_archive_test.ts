/** Archives of images that are cut off, damaged, or lie about what is in them. */
import { equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { archive, type Bytes, directory, file, symlink } from "../unit/storage/layer/helpers.ts";
import { assertTidy, type Box, boxTest, onlyLine, refuses } from "./harness.ts";
import { STRIDE } from "./harness/sample.ts";

const lower = archive(directory("d"), file("d/f", "content ".repeat(400)), file("g", "more"));
const upper = archive(directory("d"), file("d/h", "on top ".repeat(150)));

const hash = (bytes: Bytes) => createHash("sha256").update(bytes).digest("hex");
const digest = (bytes: Bytes) => `sha256:${hash(bytes)}`;
const encode = (value: unknown): Bytes =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** A file's content, or where a link leads. */
type Member = Bytes | { readonly symlink: string };
type Members = Record<string, Member>;

function tar(members: Members): Bytes {
  return archive(
    ...Object.entries(members).map(([name, member]) =>
      member instanceof Uint8Array ? file(name, member) : symlink(name, member.symlink)
    ),
  );
}

function configOf(layers: readonly Bytes[], more: Record<string, unknown> = {}): Bytes {
  const rootfs = { type: "layers", diff_ids: layers.map(digest) };
  return encode({ architecture: "amd64", os: "linux", config: {}, rootfs, ...more });
}

const goodConfig = configOf([lower, upper]);

/** What docker save makes of an image with two layers, called `loaded:1`. */
function dockerMembers({ config = goodConfig, item = {} }: {
  config?: Bytes;
  item?: Record<string, unknown>;
} = {}): Members {
  const Config = `${hash(config)}.json`, Layers = ["1/layer.tar", "2/layer.tar"];
  return {
    [Config]: config,
    "1/layer.tar": lower,
    "2/layer.tar": upper,
    "manifest.json": encode([{ Config, RepoTags: ["loaded:1"], Layers, ...item }]),
  };
}

/** Loads from a file, which is read where it is needed, and from a pipe, which is read once. */
async function refusesToLoad(box: Box, bytes: Bytes, message: RegExp): Promise<void> {
  const path = `${box.temp}/archive`;
  await Deno.writeFile(path, bytes);
  await refuses(box, ["load", "-q", "-i", path], { message, timeout: 20_000 });
  await refuses(box, "load -q", { message, stdin: bytes, timeout: 20_000 });
}

/** An image that has nothing to do with those of the archives: a layer that the store has is not read again. */
async function keepOther(box: Box): Promise<void> {
  await box.ok("import - other:1", { stdin: archive(file("other", "x")) });
}

async function refusesEach(box: Box, table: [what: string, bytes: Bytes, message: RegExp][]) {
  await keepOther(box);
  for (const [what, bytes, message] of table) {
    await refusesToLoad(box, bytes, message).catch((error) => {
      throw new Error(`${what}: ${error.message}`);
    });
  }
  equal(await box.ok(["images", "-a", "--format", "{{.Repository}}"]), "other");
}

boxTest("an archive of images cut off anywhere leaves nothing", async (box) => {
  await keepOther(box);
  const bytes = tar(dockerMembers());
  const end = bytes.length - 1024 - 512;
  const message = /^(Error processing tar file: unexpected EOF|invalid archive: does not contain)/;
  for (const at of [0, 1, 511, 600, 1024, 2000, 4000, 6000, 8000, end - 1]) {
    await refusesToLoad(box, bytes.slice(0, at), message);
  }
});

boxTest("a byte that changed is noticed, or is in what nobody vouches for", async (box) => {
  await keepOther(box);
  const bytes = tar(dockerMembers());
  for (let at = 0; at < bytes.length - 1024; at += 211 * STRIDE) {
    const changed = bytes.slice();
    changed[at] ^= 0x41;
    const { code, stderr } = await box.run("load -q", { stdin: changed });
    if (code === 0) await box.ok(["rmi", ...(await box.ok("images -q loaded")).split("\n")]);
    else {
      equal(code, 1);
      match(onlyLine(stderr), /^[ -~]+$/);
    }
    assertTidy(box.root);
  }
  equal(await box.ok(["images", "-a", "--format", "{{.Repository}}"]), "other");
});

boxTest("a manifest that does not fit what is there is refused", async (box) => {
  const without = (name: string): Members => {
    const { [name]: _, ...rest } = dockerMembers();
    return rest;
  };
  const layers = (...Layers: unknown[]) => tar(dockerMembers({ item: { Layers } }));
  const manifest = (value: unknown) => tar({ ...dockerMembers(), "manifest.json": encode(value) });
  const changed = lower.slice();
  changed[1600] ^= 1;
  const absent = (name: string) =>
    new RegExp(`^invalid archive: open "?${name}"?: no such file or directory$`);
  await refusesEach(box, [
    ["no manifest", tar(without("manifest.json")), /does not contain a manifest\.json or an index/],
    ["no layer", tar(without("2/layer.tar")), absent("2/layer.tar")],
    ["no configuration", tar(without(`${hash(goodConfig)}.json`)), absent("[0-9a-f]{64}.json")],
    [
      "another layer",
      tar({ ...dockerMembers(), "1/layer.tar": upper }),
      /invalid diffID for layer 0/,
    ],
    ["a changed layer", tar({ ...dockerMembers(), "1/layer.tar": changed }), /invalid diffID for/],
    [
      "layers in the wrong order",
      layers("2/layer.tar", "1/layer.tar"),
      /invalid diffID for layer 0/,
    ],
    ["one layer for two", layers("1/layer.tar"), /layers length mismatch: expected 1, got 2$/],
    ["three for two", layers("1/layer.tar", "2/layer.tar", "2/layer.tar"), /expected 3, got 2$/],
    ["numbers for layers", layers(1, 2), /^manifest\.json is not a list of images$/],
    ["a layer above the archive", layers("../../../../etc/passwd", "2"), absent(".*/etc/passwd")],
    ["a layer of the host", layers("/etc/passwd", "2"), absent("/etc/passwd")],
    ["a directory as layer", layers("1", "2/layer.tar"), absent("1")],
    [
      "a layer called oddly",
      layers("\x1b[31m\n", "2"),
      /^invalid archive: open "\\u001b\[31m\\n": no/,
    ],
    [
      "a layer that is a link out of the archive",
      tar({ ...dockerMembers(), "2/layer.tar": { symlink: "/etc/passwd" } }),
      absent("2/layer.tar"),
    ],
    [
      "a layer that is a link to itself",
      tar({ ...dockerMembers(), "2/layer.tar": { symlink: "layer.tar" } }),
      /too many levels of symbolic links$/,
    ],
    ["no JSON", manifest("{"), /^manifest\.json is not valid JSON$/],
    ["an object", manifest({}), /^manifest\.json is not a list of images$/],
    ["deep JSON", manifest("[".repeat(100_000) + "]".repeat(100_000)), /^manifest\.json is not a/],
    [
      "huge JSON",
      manifest(`["${"x".repeat(5 << 20)}"]`),
      /manifest\.json is no document of at most/,
    ],
    ["a bad name", tar(dockerMembers({ item: { RepoTags: ["BAD:1"] } })), /must be lowercase$/],
    [
      "a name with a digest",
      tar(dockerMembers({ item: { RepoTags: [`a@${digest(lower)}`] } })),
      /tag/,
    ],
    [
      "a name that looks like an id",
      tar(dockerMembers({ item: { RepoTags: ["sha256:abc"] } })),
      /^refusing to create an ambiguous tag using digest algorithm as name$/,
    ],
    [
      "a member above the archive",
      tar({ ...dockerMembers(), "../../../../tmp/escaped": encode("x") }),
      /^Error processing tar file: ".*" is outside of "\/"$/,
    ],
  ]);
});

boxTest("a configuration that is none is refused", async (box) => {
  const config = (value: unknown) => tar(dockerMembers({ config: encode(value) }));
  const changed = (more: Record<string, unknown>) => config(JSON.parse(decode(goodConfig, more)));
  await refusesEach(box, [
    ["no JSON", config("{nope"), /\.json is not valid JSON$/],
    ["a list", config([]), /^invalid image JSON: it is not an object$/],
    ["null", config(null), /^invalid image JSON: it is not an object$/],
    ["nothing in it", config({}), /^invalid image JSON, no RootFS key$/],
    ["deep JSON", config("[".repeat(1 << 20) + "]".repeat(1 << 20)), /^invalid image JSON/],
    ["huge JSON", config(`{"a":"${"x".repeat(5 << 20)}"}`), /is no document of at most 4 MiB$/],
    [
      "a digest that is a path",
      changed({ rootfs: { type: "layers", diff_ids: ["sha256:../../../etc", "x"] } }),
      /^invalid image JSON: rootfs\.diff_ids\[0\] is not a sha256 digest$/,
    ],
    ["a command that is no list", changed({ config: { Cmd: "x" } }), /config\.Cmd is not a list$/],
    [
      "an environment of numbers",
      changed({ config: { Env: [1] } }),
      /config\.Env\[0\] is not a st/,
    ],
    ["another system", changed({ os: "windows" }), /^cannot load windows image on linux$/],
  ]);
});

function decode(bytes: Bytes, more: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(new TextDecoder().decode(bytes)), ...more });
}

const TYPE = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const describe = (mediaType: string, bytes: Bytes): Descriptor => ({
  mediaType,
  digest: digest(bytes),
  size: bytes.length,
});

const goodManifest = {
  schemaVersion: 2,
  config: describe(TYPE.config, goodConfig),
  layers: [describe(TYPE.layer, lower), describe(TYPE.layer, upper)],
};

/** An OCI image layout with this manifest; `blobs` replace those that are right, by digest. */
function layout(manifest: unknown, blobs: Record<string, Bytes> = {}, more?: Partial<Descriptor>) {
  const bytes = encode(manifest), descriptor = { ...describe(TYPE.manifest, bytes), ...more };
  const right = [bytes, goodConfig, lower, upper].map((blob) => [digest(blob), blob]);
  const all: Record<string, Bytes> = { ...Object.fromEntries(right), ...blobs };
  const members = Object.entries(all).map(([name, blob]) => [
    `blobs/sha256/${name.slice("sha256:".length)}`,
    blob,
  ]);
  return tar({
    "oci-layout": encode({ imageLayoutVersion: "1.0.0" }),
    "index.json": encode({ schemaVersion: 2, manifests: [descriptor] }),
    ...Object.fromEntries(members),
  });
}

boxTest("a digest that lies is found out, wherever it stands", async (box) => {
  const [first, second] = goodManifest.layers, nowhere = digest(encode("nowhere"));
  const changed = (bytes: Bytes) =>
    bytes.map((byte, at) => at === bytes.length >> 1 ? byte ^ 1 : byte);
  const withLayers = (...layers: unknown[]) => layout({ ...goodManifest, layers });
  await refusesEach(box, [
    ["of a layer", layout(goodManifest, { [digest(lower)]: changed(lower) }), /invalid digest for/],
    [
      "of a swapped layer",
      layout(goodManifest, { [digest(lower)]: upper }),
      /invalid (size|digest) for/,
    ],
    [
      "of the configuration",
      layout(goodManifest, { [digest(goodConfig)]: changed(goodConfig) }),
      /invalid digest for/,
    ],
    [
      "of the manifest",
      layout(goodManifest, { [digest(encode(goodManifest))]: changed(encode(goodManifest)) }),
      /invalid digest for/,
    ],
    ["a size", layout(goodManifest, {}, { size: 7 }), /invalid size for/],
    ["a layer's size", withLayers({ ...first, size: 7 }, second), /invalid size for/],
    ["a blob that is not there", layout(goodManifest, {}, { digest: nowhere }), /no such file or/],
    [
      "no digest",
      layout(goodManifest, {}, { digest: "sha256:../../../etc" }),
      /unsupported digest/,
    ],
    ["another algorithm", withLayers({ ...first, digest: "md5:0" }, second), /unsupported digest/],
    ["a layer too few", withLayers(first), /layers length mismatch: expected 1, got 2$/],
    ["layers in the wrong order", withLayers(second, first), /invalid diffID for layer 0/],
    [
      "both an index and a manifest",
      layout({ ...goodManifest, manifests: [] }),
      /could be both an image index and an image manifest$/,
    ],
    [
      "a manifest that calls itself an index",
      layout({ ...goodManifest, mediaType: TYPE.index }),
      /has media type ".*index.*", expected ".*manifest.*"$/,
    ],
    [
      "an index that is a manifest",
      layout(goodManifest, {}, { mediaType: TYPE.index }),
      /could be both an image index and an image manifest$/,
    ],
  ]);
  await box.ok("load -q", { stdin: layout(goodManifest) });
});
