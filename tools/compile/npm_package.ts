/**
 * Tarballs of exact npm package versions, from the registry that the user configured.
 */
import { createHash } from "node:crypto";
import { must } from "../command.ts";

/** A published package version and the only content that is accepted for it. */
export interface NpmPackage {
  name: string;
  version: string;
  /** Subresource integrity of the tarball, as in npm's `dist.integrity`: "sha512-<base64>". */
  integrity: string;
}

/**
 * Downloads the tarball of `npmPackage` into `directory` and returns its path.
 *
 * npm is asked first, because it knows the user's .npmrc with its registry, proxy and credentials.
 *
 * @throws {Error} when it cannot be had, or is not the tarball that `integrity` names.
 */
export async function downloadPackage(npmPackage: NpmPackage, directory: string): Promise<string> {
  const { name, version, integrity } = npmPackage;
  const tarball = await npmPack(npmPackage, directory) ?? await fetchTarball(npmPackage, directory);
  const digest = createHash("sha512").update(await Deno.readFile(tarball)).digest("base64");
  if (`sha512-${digest}` !== integrity) {
    await Deno.remove(tarball);
    throw new Error(`verify ${name}@${version}: sha512-${digest} is not ${integrity}`);
  }
  return tarball;
}

/** Downloads through npm; undefined when there is no npm on this machine. */
async function npmPack(npmPackage: NpmPackage, directory: string): Promise<string | undefined> {
  const { name, version } = npmPackage;
  try {
    const args = ["pack", "--silent", "--pack-destination", directory, `${name}@${version}`];
    return `${directory}/${await must("npm", args)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function fetchTarball({ name, version }: NpmPackage, directory: string): Promise<string> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? Deno.env.get("npm_config_registry");
  if (registry === undefined) {
    throw new Error(
      `download ${name}@${version}: there is no npm here; set NPM_CONFIG_REGISTRY to the address of a registry`,
    );
  }
  const file = `${name.split("/").at(-1)}-${version}.tgz`;
  const response = await fetch(`${registry.replace(/\/+$/, "")}/${name}/-/${file}`);
  if (!response.ok || !response.body) {
    throw new Error(`download ${name}@${version}: ${response.status} ${response.statusText}`);
  }
  await Deno.writeFile(`${directory}/${file}`, response.body);
  return `${directory}/${file}`;
}
