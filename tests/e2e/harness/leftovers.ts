/**
 * What lies in a store and belongs to nothing: the check that every end-to-end test ends with.
 *
 * Reads the layout that dockerd gives /var/lib/docker with the drivers overlay2 and vfs, and knows
 * nothing of box's own code.
 */
import { createHash } from "node:crypto";

/** One line for each thing below `root` that nothing refers to, or that refers to nothing. */
export function storeLeftovers(root: string): string[] {
  const drivers = list(`${root}/image`);
  return [
    ...unfinished(root, "tmp", "build/running"),
    ...drivers.flatMap((driver) => [
      ...unfinished(root, `image/${driver}/layerdb/tmp`),
      ...danglingDirectories(root, driver),
      ...danglingLayers(root, driver),
    ]),
    ...danglingLinks(root),
    ...drivers.length === 1 ? danglingContainers(root, drivers[0]) : [],
    ...danglingLeases(root),
  ];
}

/** An address is a running container's. */
function danglingLeases(root: string): string[] {
  const leases = `${root}/network/leases`;
  const networks = list(leases).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return networks.flatMap((network) =>
    list(`${leases}/${network}`).flatMap((address) => {
      const [container] = Deno.readLinkSync(`${leases}/${network}/${address}`).split("/");
      const file = read(`${root}/containers/${container}/config.v2.json`);
      if (file !== undefined && JSON.parse(file).State.Running) return [];
      return `${address} of network ${network} is ${container}'s, which does not run`;
    })
  );
}

/** Directories for work in progress are empty when nobody works. */
function unfinished(root: string, ...directories: string[]): string[] {
  return directories.flatMap((directory) =>
    list(`${root}/${directory}`).map((name) => `${directory}/${name} was left behind`)
  );
}

/** Every directory of a driver holds a layer or what a container stands on, and the other way. */
function danglingDirectories(root: string, driver: string): string[] {
  const owners = new Map<string, string>(), layerdb = `${root}/image/${driver}/layerdb`;
  for (const chain of list(`${layerdb}/sha256`)) {
    owners.set(read(`${layerdb}/sha256/${chain}/cache-id`) ?? "", `layer ${chain}`);
  }
  const roots: string[] = [];
  for (const container of list(`${layerdb}/mounts`)) {
    for (const file of ["mount-id", "init-id"]) {
      const id = read(`${layerdb}/mounts/${container}/${file}`);
      if (id !== undefined) owners.set(id, `${file} of container ${container}`);
      if (id !== undefined && file === "mount-id") roots.push(id);
    }
  }
  const home = driver === "overlay2" ? "overlay2" : "vfs/dir";
  const present = list(`${root}/${home}`).filter((name) => name !== "l");
  return [
    ...present.filter((id) => !owners.has(id)).map((id) => `${home}/${id} belongs to nothing`),
    ...[...owners].filter(([id]) => !present.includes(id))
      .map(([id, owner]) => `${owner} names ${home}/${id}, which is not there`),
    ...list(`${root}/vfs/roots`).filter((id) => driver === "vfs" && !roots.includes(id))
      .map((id) => `vfs/roots/${id} belongs to no container`),
  ];
}

/** overlay2/l/<link> leads to the diff of the directory whose file `link` names it. */
function danglingLinks(root: string): string[] {
  return list(`${root}/overlay2/l`).flatMap((link) => {
    const target = Deno.readLinkSync(`${root}/overlay2/l/${link}`);
    const owner = read(`${root}/overlay2/l/${target}/../link`);
    return owner === link ? [] : [`overlay2/l/${link} -> ${target} is not that directory's link`];
  });
}

/** Every layer is part of an image, or a container stands on it, or a step of a build made it. */
function danglingLayers(root: string, driver: string): string[] {
  const imagedb = `${root}/image/${driver}/imagedb`, layerdb = `${root}/image/${driver}/layerdb`;
  const used = new Map<string, string>();
  const use = (chain: string | undefined, user: string): void => {
    for (; chain; chain = read(`${layerdb}/sha256/${chain.replace("sha256:", "")}/parent`)) {
      used.set(chain.replace("sha256:", ""), user);
    }
  };
  for (const image of list(`${imagedb}/content/sha256`)) {
    const config = read(`${imagedb}/content/sha256/${image}`) ?? "{}";
    use(chainId(JSON.parse(config).rootfs?.diff_ids ?? []), `image ${image}`);
  }
  for (const container of list(`${layerdb}/mounts`)) {
    use(read(`${layerdb}/mounts/${container}/parent`), `container ${container}`);
  }
  for (const step of list(`${root}/build/cache`)) {
    use(JSON.parse(read(`${root}/build/cache/${step}`) ?? "{}").chainId, `build step ${step}`);
  }
  const present = list(`${layerdb}/sha256`);
  return [
    ...present.filter((chain) => !used.has(chain)).map((chain) => `layer ${chain} is not used`),
    ...[...used].filter(([chain]) => !present.includes(chain))
      .map(([chain, user]) => `${user} needs layer ${chain}, which is not there`),
  ];
}

/** A container has both its directory and its mount. */
function danglingContainers(root: string, driver: string): string[] {
  const containers = list(`${root}/containers`);
  const mounts = list(`${root}/image/${driver}/layerdb/mounts`);
  return [
    ...containers.filter((id) => read(`${root}/containers/${id}/config.v2.json`) === undefined)
      .map((id) => `containers/${id} has no config.v2.json`),
    ...mounts.filter((id) => !containers.includes(id))
      .map((id) => `layerdb/mounts/${id} belongs to no container`),
    ...containers.filter((id) => !mounts.includes(id))
      .map((id) => `container ${id} has no directory in layerdb/mounts`),
  ];
}

/** Chain id of a list of layers: OCI image specification, "Layer ChainID". */
function chainId(diffIds: string[]): string | undefined {
  return diffIds.length === 0
    ? undefined
    : diffIds.reduce((chain, diff) =>
      "sha256:" + createHash("sha256").update(`${chain} ${diff}`).digest("hex")
    );
}

function list(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
