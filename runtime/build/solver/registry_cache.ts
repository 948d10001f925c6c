/** What builds have led to, kept in a registry: by a cache of box's own, or by an image that says it of itself. */

import { parseDocument } from "../../../storage/archive/image_archive.ts";
import type { Descriptor, ImageManifest } from "../../../storage/archive/oci.ts";
import {
  checkConfig,
  CONFIG_TYPE,
  isBlob,
  type PortableRecord,
} from "../../../storage/build/cache_directory_format.ts";
import { isDigest } from "../../../storage/digest.ts";
import { InvalidError, NotFoundError } from "../../../storage/errors.ts";
import type { ImageConfig } from "../../../storage/image/config.ts";
import { canonicalName, parseReference, withDefaultTag } from "../../../storage/image/reference.ts";
import { chainIdsOf, layerExists, readLayer } from "../../../storage/layer/layer_store.ts";
import type { LayerLease } from "../../../storage/layer/lease.ts";
import type { RegistryClient } from "../../../storage/registry/client.ts";
import { type RegistryAccess, withRegistry } from "../../../storage/registry/connect.ts";
import { noteBlob } from "../../../storage/registry/distribution_metadata.ts";
import type { Store } from "../../../storage/store.ts";
import { downloadLayer } from "../../image/pull/layer_download.ts";
import type { CacheQuery } from "./cache_import.ts";
import { isInlineRecord } from "./image_cache.ts";
import type { RestoredStep } from "./step_cache.ts";

/** The annotation by which containerd and BuildKit tell a compressed layer's diff id. */
export const UNCOMPRESSED = "containerd.io/uncompressed";

/** A step, and the diff id of its layer if it has one. */
interface KnownStep {
  readonly created: string;
  readonly diffId?: string;
}

interface Contents {
  readonly steps: ReadonlyMap<string, KnownStep>;
  /** By diff id. */
  readonly blobs: ReadonlyMap<string, Descriptor>;
}

export class RegistryCache {
  private constructor(
    private readonly store: Store,
    private readonly lease: LayerLease,
    private readonly client: RegistryClient,
    private readonly repository: string,
    private readonly contents: Contents,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads what there is, but no layers. Throws EngineError: NotFoundError for what is neither a cache nor such an image. */
  static async open(
    store: Store,
    lease: LayerLease,
    text: string,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<RegistryCache> {
    const { repository, tag, digest } = withDefaultTag(parseReference(text));
    return await withRegistry(repository, "pull", { ...access, signal }, async (client, commit) => {
      const { bytes } = await client.manifest(digest ?? tag!);
      commit();
      const contents = await readContents(client, text, parseDocument(bytes, text));
      return new RegistryCache(store, lease, client, repository, contents, signal);
    });
  }

  async restore({ key, state }: CacheQuery): Promise<RestoredStep | undefined> {
    const step = this.contents.steps.get(key);
    if (step === undefined) return undefined;
    const { created, diffId } = step;
    if (diffId === undefined) return { layer: undefined, created };
    const known = await this.findLayer([...state.diffIds, diffId]);
    if (known !== undefined) return { layer: known, created };
    const blob = this.contents.blobs.get(diffId);
    if (blob === undefined) throw new InvalidError(`the cache does not have layer ${diffId}`);
    const { store, signal, client } = this, { maxAttempts } = client.session.settings;
    const options = { store, signal, maxAttempts, report: () => {} };
    const { unpacked, isGzip } = await downloadLayer(client, blob, diffId, options);
    using staged = unpacked.staged;
    const layer = await staged.publish(unpacked.content, state.layer, this.lease, "later");
    if (isGzip) noteBlob(store, diffId, blob.digest, canonicalName(this.repository));
    return { layer, created };
  }

  /** The store may have it, and only not know what step it came from. */
  private async findLayer(diffIds: readonly string[]) {
    const chainId = (await chainIdsOf(diffIds)).at(-1)!;
    using _ = this.store.lockImages("shared");
    if (!layerExists(this.store, chainId)) return undefined;
    this.lease.hold(chainId);
    return readLayer(this.store, chainId);
  }
}

async function readContents(
  client: RegistryClient,
  name: string,
  manifest: unknown,
): Promise<Contents> {
  const { config, layers } = (manifest ?? {}) as Partial<ImageManifest>;
  if (!isBlob(config) || !Array.isArray(layers) || !layers.every(isBlob)) {
    throw new NotFoundError(`${name} is neither a cache of box nor an image`);
  }
  const document = parseDocument(await client.document(config.digest, config.size), config.digest);
  return config.mediaType === CONFIG_TYPE
    ? ofCache(document, layers)
    : ofImage(name, document as Partial<ImageConfig>, layers);
}

function ofCache(document: unknown, layers: readonly Descriptor[]): Contents {
  const { records } = checkConfig(document);
  const step = ({ key, created, layer }: PortableRecord) =>
    [key, { created, ...(layer && { diffId: layer.digest }) }] as const;
  return {
    steps: new Map(records.map(step)),
    blobs: new Map(layers.map((each) => [each.annotations?.[UNCOMPRESSED] ?? "", each])),
  };
}

/** One that was built with `--cache-to type=inline`. */
function ofImage(
  name: string,
  image: Partial<ImageConfig>,
  layers: readonly Descriptor[],
): Contents {
  const records = image["box.buildcache.v1"], diffIds = image.rootfs?.diff_ids ?? [];
  const isWhole = diffIds.length === layers.length && diffIds.every(isDigest);
  if (!Array.isArray(records) || !isWhole) {
    throw new NotFoundError(`${name} does not say what steps it came from`);
  }
  return {
    steps: new Map(
      records.filter(isInlineRecord).map(({ key, created, layer }) => [
        key,
        { created, ...(layer !== undefined && { diffId: diffIds[layer] }) },
      ]),
    ),
    blobs: new Map(layers.map((each, index) => [diffIds[index], each])),
  };
}
