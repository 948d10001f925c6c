/** box's builds, without a process for each. */

import { buildOptions } from "../../commands/build_options.ts";
import { buildRequestOf } from "../../commands/build_request/request.ts";
import { CliError } from "../../commands/cli/errors.ts";
import { parseCommandLine } from "../../commands/cli/parse.ts";
import { buildImage } from "../../runtime/build/solver/build_image.ts";
import { BuildError } from "../../runtime/build/solver/errors.ts";
import { silentProgress } from "../../runtime/build/solver/progress.ts";
import { importImage } from "../../runtime/image/import.ts";
import { EngineError } from "../../storage/errors.ts";
import { resolveImage } from "../../storage/image/image_store.ts";
import { chainIdsOf, readLayer } from "../../storage/layer/layer_store.ts";
import { Store } from "../../storage/store.ts";
import { BaseImage, type StoredImage } from "./built_image.ts";
import type { Outcome } from "./types.ts";

export class BoxBuilder {
  private constructor(private readonly store: Store, private readonly base: BaseImage) {}

  /** With this archive as the image `busybox`. */
  static async on(root: string, archive: string): Promise<BoxBuilder> {
    const store = new Store(root);
    using file = Deno.openSync(archive);
    const source = file.readable.values() as AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
    const request = { origin: "-", changes: ['CMD ["sh"]'], reference: "busybox" };
    await importImage(store, source, request);
    return new BoxBuilder(store, new BaseImage(await storedImage(store, "busybox")));
  }

  /** Builds a context; an image `tag` is left. */
  async build(context: string, options: readonly string[], tag: string): Promise<Outcome> {
    try {
      const { options: values } = parseCommandLine(buildOptions, [
        "--network=host",
        "-t",
        tag,
        ...options,
      ]);
      const request = await buildRequestOf(values, context, new AbortController().signal);
      await buildImage(this.store, request, silentProgress);
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof CliError)) throw error;
      const lines = error instanceof BuildError ? error.lines?.join("-") : undefined;
      return { error: error.message, ...(lines && { lines }) };
    }
    return this.base.describe(await storedImage(this.store, tag));
  }
}

async function storedImage(store: Store, name: string): Promise<StoredImage> {
  const { config: { config, author, history, rootfs } } = resolveImage(store, name);
  const chainIds = await chainIdsOf(rootfs.diff_ids ?? []);
  return {
    config: { ...config },
    author,
    history: history ?? [],
    layers: chainIds.map((id) => store.path("overlay2", readLayer(store, id).cacheId, "diff")),
  };
}
