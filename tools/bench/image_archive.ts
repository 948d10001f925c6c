/** Archives of images as `docker save` makes them: Docker image specification v1.2, "Combined Image JSON". */

import { must } from "../command.ts";

export interface ArchivedImage {
  /** With a tag. */
  readonly name: string;
  /** Path of the only layer, an uncompressed tar archive. */
  readonly layer: string;
}

/** Writes an archive of images to `output`; `scratch` is an empty directory to work in. */
export async function writeImageArchive(
  output: string,
  images: readonly ArchivedImage[],
  scratch: string,
): Promise<void> {
  const diffIds = await sha256(images.map(({ layer }) => layer));
  const manifest = await Promise.all(images.map(async ({ name, layer }, index) => {
    const config = new TextEncoder().encode(JSON.stringify({
      architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
      os: "linux",
      created: "2024-01-01T00:00:00Z",
      config: { Cmd: ["sh"] },
      rootfs: { type: "layers", diff_ids: [`sha256:${diffIds[index]}`] },
      history: [{ created: "2024-01-01T00:00:00Z", created_by: "tar" }],
    }));
    const configName = `${hex(await crypto.subtle.digest("SHA-256", config))}.json`;
    const layerName = `${diffIds[index]}.tar`;
    await Deno.writeFile(`${scratch}/${configName}`, config);
    await Deno.symlink(layer, `${scratch}/${layerName}`);
    return { Config: configName, RepoTags: [name], Layers: [layerName] };
  }));
  await Deno.writeTextFile(`${scratch}/manifest.json`, JSON.stringify(manifest));
  const names = manifest.flatMap(({ Config, Layers }) => [Config, ...Layers]);
  await must("tar", [
    ...["--create", "--dereference", "--file", output, "--directory", scratch],
    ...[...names, "manifest.json"],
  ]);
}

/** Digests of files. */
async function sha256(files: readonly string[]): Promise<string[]> {
  const lines = await must("sha256sum", ["--", ...files]);
  return lines.split("\n").map((line) => line.slice(0, 64));
}

function hex(bytes: ArrayBuffer): string {
  return new Uint8Array(bytes).toHex();
}
