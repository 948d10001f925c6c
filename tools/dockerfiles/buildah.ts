/** buildah, which podman's `build` is, too: whichever is installed builds, podman says what came of it. */

import { BaseImage, type StoredImage } from "../../tests/build_table/built_image.ts";
import type { Builder } from "../../tests/build_table/run_group.ts";
import type { Outcome } from "../../tests/build_table/types.ts";
import { type Program } from "../../tests/e2e/harness/program.ts";
import { layerDirectories } from "../../tests/e2e/harness/tree.ts";
import { lastLine } from "./last_line.ts";

export class BuildahBuilder implements Builder {
  private constructor(
    private readonly podman: Program,
    private readonly root: string,
    private readonly base: BaseImage,
  ) {}

  /** `base` is an image in the store that podman says it has. */
  static async on(podman: Program, base: string): Promise<BuildahBuilder> {
    const root = await podman.ok(["info", "--format", "{{.Store.GraphRoot}}"]);
    return new BuildahBuilder(podman, root, new BaseImage(await storedImage(podman, root, base)));
  }

  async build(context: string, options: readonly string[], tag: string): Promise<Outcome> {
    const { code, stderr } = await this.podman.run([
      "build",
      // The other format has no place for SHELL, ONBUILD and HEALTHCHECK.
      "--format=docker",
      "--pull=never",
      "--network=host",
      "--identity-label=false",
      "--layers=false",
      "-t",
      tag,
      ...options,
      context,
    ]);
    if (code !== 0) return { error: lastLine(stderr) };
    return this.base.describe(await storedImage(this.podman, this.root, tag));
  }
}

/** containers/storage keeps an image's configuration in a file that is called by its digest in base64. */
async function storedImage(podman: Program, root: string, name: string): Promise<StoredImage> {
  const id = await podman.ok(["image", "inspect", "--format", "{{.Id}}", name]);
  const path = `${root}/overlay-images/${id}/=${btoa(`sha256:${id}`)}`;
  const { config, author, history, rootfs } = JSON.parse(Deno.readTextFileSync(path));
  const layers = rootfs.diff_ids?.length > 0 ? await layerDirectories(podman, name) : [];
  return { config, author, history: history ?? [], layers };
}
