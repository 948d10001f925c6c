/**
 * A small store with one of each kind of thing that the list commands have words for, in files as
 * dockerd writes them: it is read by box and by docker alike.
 */

const DAY = 86_400_000;
const ZERO_TIME = "0001-01-01T00:00:00Z";

/** Lower-case hexadecimal digits that tell things apart. */
const hex = (digit: string) => digit.repeat(64);

const layers = {
  base: { diffId: `sha256:${hex("a")}`, cacheId: hex("1"), size: 1_984_279 },
  added: { diffId: `sha256:${hex("b")}`, cacheId: hex("2"), size: 5 },
};

export const containerIds = {
  created: `c0ffee${"1".repeat(58)}`,
  exited: `c0ffee${"2".repeat(58)}`,
  killed: `decade${"3".repeat(58)}`,
};

export const manifestDigest = `sha256:${hex("d")}`;

/** Ids of the images that were written, by what they are called in the tests. */
export type ImageIds = Record<"busybox" | "step" | "app" | "nameless" | "bare", string>;

/** Writes the store into an existing directory. */
export async function writeListingStore(root: string): Promise<ImageIds> {
  const write = async (path: string, content: unknown) => {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await Deno.writeTextFile(`${root}/${path}`, text);
  };
  const chains = await writeLayers(root, write);
  const ids = await writeImages(write);
  await write("image/overlay2/repositories.json", {
    Repositories: {
      busybox: { "busybox:latest": ids.busybox },
      "registry.example.com:5000/team/app": {
        "registry.example.com:5000/team/app:1": ids.app,
        "registry.example.com:5000/team/app:2": ids.app,
        [`registry.example.com:5000/team/app@${manifestDigest}`]: ids.app,
      },
      bare: { "bare:1": ids.bare },
    },
  });
  for (const container of containers(ids)) {
    const overlay = container.ID.replace("c0ffee", "f00d11").replace("decade", "f00d22");
    await writeOverlay(root, write, `${overlay}-init`, [layers.base.cacheId]);
    await writeOverlay(root, write, overlay, [`${overlay}-init`, layers.base.cacheId]);
    const mount = `image/overlay2/layerdb/mounts/${container.ID}`;
    await write(`${mount}/mount-id`, overlay);
    await write(`${mount}/init-id`, `${overlay}-init`);
    await write(`${mount}/parent`, chains.base);
    await write(`containers/${container.ID}/config.v2.json`, container);
    await write(`containers/${container.ID}/hostconfig.json`, hostConfig);
    // 15 bytes: a file with two names, and a symbolic link.
    const diff = `${root}/overlay2/${overlay}/diff`;
    if (container.ID !== containerIds.exited) continue;
    await Deno.writeTextFile(`${diff}/x`, "hi\n");
    await Deno.link(`${diff}/x`, `${diff}/y`);
    await Deno.symlink("/a/b/c/d/e/f", `${diff}/l`);
  }
  return ids;
}

type Write = (path: string, content: unknown) => Promise<void>;

async function writeLayers(root: string, write: Write) {
  const { base, added } = layers;
  const chains = {
    base: base.diffId,
    added: await sha256(`${base.diffId} ${added.diffId}`),
  };
  for (const [name, { diffId, cacheId, size }] of Object.entries(layers)) {
    const path = `image/overlay2/layerdb/${chains[name as keyof typeof chains].replace(":", "/")}`;
    await write(`${path}/diff`, diffId);
    await write(`${path}/cache-id`, cacheId);
    await write(`${path}/size`, String(size));
    if (name === "added") await write(`${path}/parent`, chains.base);
  }
  await writeOverlay(root, write, base.cacheId, []);
  await writeOverlay(root, write, added.cacheId, [base.cacheId]);
  return chains;
}

async function writeOverlay(root: string, write: Write, id: string, lower: readonly string[]) {
  const link = (id: string) =>
    "L" + id.slice(-9).toUpperCase().replace(/[^A-Z2-7]/g, "A") +
    id.slice(0, 16).toUpperCase().replace(/[^A-Z2-7]/g, "B");
  await Deno.mkdir(`${root}/overlay2/${id}/diff`, { recursive: true });
  await write(`overlay2/${id}/link`, link(id));
  await write(`overlay2/${id}/committed`, "");
  await Deno.mkdir(`${root}/overlay2/l`, { recursive: true });
  await Deno.symlink(`../${id}/diff`, `${root}/overlay2/l/${link(id)}`);
  if (lower.length === 0) return;
  await Deno.mkdir(`${root}/overlay2/${id}/work`);
  await write(`overlay2/${id}/lower`, lower.map((id) => `l/${link(id)}`).join(":"));
}

async function writeImages(write: Write): Promise<ImageIds> {
  const one = [layers.base.diffId], two = [...one, layers.added.diffId];
  const imported = { created: ago(60), comment: "Imported from -" };
  const env = {
    created: ago(5),
    created_by: "/bin/sh -c #(nop)  ENV A=<1>\tB=2",
    empty_layer: true,
  };
  const ran = {
    created: ago(5),
    created_by: "/bin/sh -c echo a long line of shell that does not fit into its column",
  };
  const common = { architecture: "amd64", os: "linux" };
  const put = async (config: object, parent?: string) => {
    const text = JSON.stringify({ ...common, ...config }), id = await sha256(text);
    await write(`image/overlay2/imagedb/content/${id.replace(":", "/")}`, text);
    const metadata = `image/overlay2/imagedb/metadata/${id.replace(":", "/")}`;
    await write(`${metadata}/lastUpdated`, ago(1));
    if (parent !== undefined) await write(`${metadata}/parent`, parent);
    return id;
  };
  const rootfs = (diff_ids: readonly string[]) => ({ type: "layers", diff_ids });

  const busybox = await put({
    config: { Cmd: ["sh"], Labels: { kind: "base" } },
    created: ago(60),
    history: [imported],
    rootfs: rootfs(one),
  });
  const step = await put({
    config: { Env: ["A=<1>"] },
    created: ago(5, 1),
    history: [imported, env],
    rootfs: rootfs(one),
  }, busybox);
  const app = await put({
    config: { Env: ["A=<1>"], Labels: { kind: "app", team: "" }, ExposedPorts: { "80/tcp": {} } },
    created: ago(5),
    author: "me",
    history: [imported, env, ran],
    rootfs: rootfs(two),
  }, step);
  const nameless = await put({ created: ago(4), history: [imported], rootfs: rootfs(one) });
  const bare = await put({ rootfs: rootfs([]) });
  return { busybox, step, app, nameless, bare };
}

function containers(ids: ImageIds) {
  const container = (
    ID: string,
    Name: string,
    days: number,
    state: object,
    [Path, ...Args]: string[],
    more: { config?: object; mounts?: object } = {},
  ) => ({
    State: {
      Running: false,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      RemovalInProgress: false,
      Dead: false,
      Pid: 0,
      ExitCode: 0,
      Error: "",
      StartedAt: ago(days),
      FinishedAt: ago(days),
      Health: null,
      ...state,
    },
    ID,
    Created: ago(days, 1),
    Managed: false,
    Path,
    Args,
    Config: {
      Hostname: ID.slice(0, 12),
      Cmd: [Path, ...Args],
      Image: "busybox",
      Env: null,
      Labels: {},
      ...more.config,
    },
    Image: ids.busybox,
    NetworkSettings: { Networks: { none: { NetworkID: hex("e") } }, Ports: null },
    LogPath: "",
    Name,
    Driver: "overlay2",
    OS: "linux",
    RestartCount: 0,
    MountPoints: more.mounts ?? {},
  });
  const neverRun = { StartedAt: ZERO_TIME, FinishedAt: ZERO_TIME };
  const bind = {
    Source: "/srv/a/very/long/path",
    Destination: "/data",
    RW: false,
    Type: "bind",
    Propagation: "rprivate",
  };
  return [
    container(containerIds.created, "/new", 2, neverRun, ["true"], {
      config: { Labels: { "com.example.team-name": "blue" } },
    }),
    container(containerIds.exited, "/work", 3, { ExitCode: 3 }, [
      "sh",
      "-c",
      'echo "hi" there; exit 3',
    ], { mounts: { "/data": bind } }),
    // Its image's name means another image by now.
    container(containerIds.killed, "/old", 20, { ExitCode: 137, OOMKilled: true }, ["sleep", "9"], {
      config: { Image: "registry.example.com:5000/team/app:1" },
    }),
  ];
}

const hostConfig = {
  NetworkMode: "none",
  LogConfig: { Type: "json-file", Config: {} },
  RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
};

/**
 * So many days ago, and so many hours more: half an hour away from where the words change. The
 * fraction has no trailing zeros, as Go writes it.
 */
function ago(days: number, hours = 0): string {
  const time = new Date(Date.now() - days * DAY - (hours + 0.5) * DAY / 24).toISOString();
  return time.replace(/\.\d+Z$/, ".25Z");
}

async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}
