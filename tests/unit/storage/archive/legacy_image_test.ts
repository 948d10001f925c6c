import assert from "node:assert/strict";
import { legacyImagesOf } from "../../../../storage/archive/legacy_image.ts";
import { emptyContainerConfig, type ImageConfig } from "../../../../storage/image/config.ts";
import { chainIdsOf } from "../../../../storage/layer/layer_store.ts";

const base = "sha256:21fd61b6df61c55c3fa78eeaa88b48dd0a7778d19f32122fecaa871f19302712";
const added = "sha256:40d04bc01a23e9b9c02f84a76e61bbea810b543efc1bd1afef43012df7fed190";

/** An image that docker 20.10 imported, and one that it committed on top of that; ids and JSON are its own. */
const imported: ImageConfig = {
  architecture: "amd64",
  comment: "Imported from -",
  config: emptyContainerConfig(),
  container_config: emptyContainerConfig(),
  created: "2026-11-21T01:56:50.99146205Z",
  docker_version: "20.10.24+dfsg1",
  os: "linux",
  rootfs: { type: "layers", diff_ids: [base] },
};

const containerConfig = {
  ...emptyContainerConfig(),
  Hostname: "4d199cfc7b4a",
  AttachStdout: true,
  AttachStderr: true,
  Image: "busybox",
  Labels: {},
};

const committed: ImageConfig = {
  architecture: "amd64",
  author: "me",
  config: { ...containerConfig, ExposedPorts: { "80/tcp": {} }, Cmd: ["cat", "/new"] },
  container: "4d199cfc7b4a974384ace64c92af052e10f229f17423aa2cb63c7283e4c66567",
  container_config: {
    ...containerConfig,
    Cmd: [
      "sh",
      "-c",
      "echo n > /new; rm /bin/yes; mkdir -p /d/e; touch /d/e/f; chmod 700 /tmp",
    ],
  },
  created: "2026-11-21T01:57:06.620022087Z",
  docker_version: "20.10.24+dfsg1",
  os: "linux",
  rootfs: { type: "layers", diff_ids: [base, added] },
};

async function idsOf(config: ImageConfig): Promise<string[]> {
  const chainIds = await chainIdsOf(config.rootfs.diff_ids ?? []);
  return (await legacyImagesOf(config, chainIds)).map((image) => image.id);
}

Deno.test("legacy ids are those that docker gives", async () => {
  assert.deepEqual(await idsOf(imported), [
    "3516349b93f70a076247dc9348bad0dfab49b79ce50920c37e0aa204698f8f88",
  ]);
  assert.deepEqual(await idsOf(committed), [
    "dff092365e44d83c64ae09e37a551b69a0630c375056cc94eadbc3544dc5a1cd",
    "681c0548877830e2b8a3ff6ce5f811c5b740a300b5d4cc3acafad15f8c773250",
  ]);
});

Deno.test("a legacy image's JSON is what docker writes", async () => {
  const [lower, upper] = await legacyImagesOf(committed, await chainIdsOf([base, added]));
  assert.equal(
    lower.json,
    '{"id":"dff092365e44d83c64ae09e37a551b69a0630c375056cc94eadbc3544dc5a1cd","created":"1970-01-01T00:00:00Z",' +
      '"container_config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,' +
      '"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"",' +
      '"Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"os":"linux"}',
  );
  assert.match(upper.json, /^\{"id":"681c[0-9a-f]{60}","parent":"dff0[0-9a-f]{60}","created":/);
  assert.match(upper.json, /"Cmd":\["sh","-c","echo n \\u003e \/new; rm /);
  assert.match(upper.json, /"AttachStderr":true,"ExposedPorts":\{"80\/tcp":\{\}\},"Tty":false/);
});

Deno.test("fields that a builder left out do not change the id", async () => {
  const sparse = { ...imported, config: {}, container_config: undefined } as unknown as ImageConfig;
  assert.deepEqual(await idsOf(sparse), await idsOf(imported));
});
