/** docker's builders: its own, and the BuildKit within its daemon. */

import { BaseImage, type StoredImage } from "../../tests/build_table/built_image.ts";
import type { Builder } from "../../tests/build_table/run_group.ts";
import type { Outcome } from "../../tests/build_table/types.ts";
import { type Program } from "../../tests/e2e/harness/program.ts";
import { layerDirectories } from "../../tests/e2e/harness/tree.ts";
import { lastLine } from "./last_line.ts";

export class DockerBuilder implements Builder {
  private constructor(
    private readonly docker: Program,
    private readonly dataRoot: string,
    private readonly base: BaseImage,
    private readonly usesBuildKit: boolean,
  ) {}

  /** `base` is an image of the daemon that works on `dataRoot`. */
  static async on(
    docker: Program,
    dataRoot: string,
    base: string,
    usesBuildKit: boolean,
  ): Promise<DockerBuilder> {
    const image = await storedImage(docker, dataRoot, base);
    return new DockerBuilder(docker, dataRoot, new BaseImage(image), usesBuildKit);
  }

  async build(context: string, options: readonly string[], tag: string): Promise<Outcome> {
    const plain = this.usesBuildKit ? ["--progress=plain"] : [];
    const { code, stderr } = await this.docker.run(
      ["build", ...plain, "--network=host", "-t", tag, ...options, context],
      { env: { DOCKER_BUILDKIT: this.usesBuildKit ? "1" : "0" } },
    );
    if (code !== 0) return { error: lastLine(stderr) };
    return this.base.describe(await storedImage(this.docker, this.dataRoot, tag));
  }
}

async function storedImage(docker: Program, dataRoot: string, name: string): Promise<StoredImage> {
  const [algorithm, digest] = (await docker.ok(["inspect", "-f", "{{.Id}}", name])).split(":");
  const content = `${dataRoot}/image/overlay2/imagedb/content/${algorithm}/${digest}`;
  const { config, author, history, rootfs } = JSON.parse(Deno.readTextFileSync(content));
  const layers = rootfs.diff_ids?.length > 0 ? await layerDirectories(docker, name) : [];
  return { config, author, history: history ?? [], layers };
}
