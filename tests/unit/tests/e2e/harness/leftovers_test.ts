import { deepEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { storeLeftovers } from "../../../../e2e/harness/leftovers.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const base = "sha256:" + sha256("base");
const upper = "sha256:" + sha256("upper");
const baseChain = sha256("base");
const upperChain = sha256(`${base} ${upper}`);
const layerdb = "image/overlay2/layerdb";

/** A store with one image of two layers and one container on it. */
async function makeStore(): Promise<string> {
  const root = await Deno.makeTempDir();
  const files: Record<string, string> = {
    [`${layerdb}/sha256/${baseChain}/cache-id`]: "cache-base",
    [`${layerdb}/sha256/${upperChain}/cache-id`]: "cache-upper",
    [`${layerdb}/sha256/${upperChain}/parent`]: `sha256:${baseChain}`,
    [`${layerdb}/mounts/container/mount-id`]: "mount",
    [`${layerdb}/mounts/container/init-id`]: "mount-init",
    [`${layerdb}/mounts/container/parent`]: `sha256:${upperChain}`,
    "image/overlay2/imagedb/content/sha256/image": JSON.stringify({
      rootfs: { type: "layers", diff_ids: [base, upper] },
    }),
    "containers/container/config.v2.json": "{}",
  };
  for (const id of ["cache-base", "cache-upper", "mount", "mount-init"]) {
    files[`overlay2/${id}/link`] = `LINK-${id}`;
    await Deno.mkdir(`${root}/overlay2/${id}/diff`, { recursive: true });
  }
  await Deno.mkdir(`${root}/overlay2/l`);
  for (const [path, content] of Object.entries(files)) await write(root, path, content);
  for (const id of ["cache-base", "cache-upper", "mount", "mount-init"]) {
    await Deno.symlink(`../${id}/diff`, `${root}/overlay2/l/LINK-${id}`);
  }
  return root;
}

async function write(root: string, path: string, content: string): Promise<void> {
  await Deno.mkdir(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
  await Deno.writeTextFile(`${root}/${path}`, content);
}

const remove = (root: string, path: string) => Deno.remove(`${root}/${path}`, { recursive: true });

const cases: { name: string; damage: (root: string) => Promise<void>; found: string[] }[] = [
  { name: "a sound store", damage: async () => {}, found: [] },
  {
    name: "an empty directory",
    damage: (root) => remove(root, "").then(() => Deno.mkdir(root)),
    found: [],
  },
  {
    name: "a temporary file",
    damage: (root) => write(root, "tmp/part", ""),
    found: ["tmp/part was left behind"],
  },
  {
    name: "an unfinished layer",
    damage: (root) => write(root, `${layerdb}/tmp/write-set-1/size`, ""),
    found: [`${layerdb}/tmp/write-set-1 was left behind`],
  },
  {
    name: "a directory of no layer",
    damage: (root) => Deno.mkdir(`${root}/overlay2/orphan`),
    found: ["overlay2/orphan belongs to nothing"],
  },
  {
    name: "a layer without its directory",
    damage: async (root) => {
      await remove(root, "overlay2/cache-base");
      await remove(root, "overlay2/l/LINK-cache-base");
    },
    found: [`layer ${baseChain} names overlay2/cache-base, which is not there`],
  },
  {
    name: "a link to nowhere",
    damage: (root) => Deno.symlink("../gone/diff", `${root}/overlay2/l/LOST`),
    found: ["overlay2/l/LOST -> ../gone/diff is not that directory's link"],
  },
  {
    name: "a second link to a directory",
    damage: (root) => Deno.symlink("../mount/diff", `${root}/overlay2/l/SECOND`),
    found: ["overlay2/l/SECOND -> ../mount/diff is not that directory's link"],
  },
  {
    name: "layers that only a container needs",
    damage: (root) => remove(root, "image/overlay2/imagedb/content/sha256/image"),
    found: [],
  },
  {
    name: "layers that nothing needs",
    damage: async (root) => {
      await remove(root, "image/overlay2/imagedb/content/sha256/image");
      await remove(root, `${layerdb}/mounts/container/parent`);
    },
    found: [baseChain, upperChain].sort().map((chain) => `layer ${chain} is not used`),
  },
  {
    name: "an image without its upper layer",
    damage: async (root) => {
      await remove(root, `${layerdb}/sha256/${upperChain}`);
      await remove(root, "overlay2/cache-upper");
      await remove(root, "overlay2/l/LINK-cache-upper");
    },
    found: [
      `layer ${baseChain} is not used`,
      `container container needs layer ${upperChain}, which is not there`,
    ],
  },
  {
    name: "a container without its directory",
    damage: (root) => remove(root, "containers/container"),
    found: ["layerdb/mounts/container belongs to no container"],
  },
  {
    name: "a container without configuration and mount",
    damage: (root) => Deno.mkdir(`${root}/containers/half`),
    found: [
      "containers/half has no config.v2.json",
      "container half has no directory in layerdb/mounts",
    ],
  },
];

for (const { name, damage, found } of cases) {
  Deno.test(`storeLeftovers() of ${name}`, async () => {
    const root = await makeStore();
    try {
      await damage(root);
      deepEqual(storeLeftovers(root), found);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}
