import { deepEqual, equal } from "node:assert/strict";
import { LayerIndex } from "../../../../storage/layer/layer_index.ts";
import { chainIdsOf } from "../../../../storage/layer/layer_store.ts";
import { Store } from "../../../../storage/store.ts";

const diffIds = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}`);

/** A store with these layers one above the other, of 1, 2, 3 ... bytes. */
async function withLayers(use: (store: Store, chainIds: string[]) => void): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const store = new Store(root), chainIds = await chainIdsOf(diffIds);
    for (const [index, chainId] of chainIds.entries()) {
      const directory = `${store.layers}/${chainId.slice("sha256:".length)}`;
      await Deno.mkdir(directory, { recursive: true });
      await Deno.writeTextFile(`${directory}/diff`, diffIds[index]);
      await Deno.writeTextFile(`${directory}/size`, `${index + 1}`);
      if (index > 0) await Deno.writeTextFile(`${directory}/parent`, chainIds[index - 1]);
    }
    use(store, chainIds);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the layers of an image are found without hashing", () =>
  withLayers((store, chainIds) => {
    const index = new LayerIndex(store);
    deepEqual(index.layersOf(diffIds).map(({ chainId }) => chainId), chainIds);
    equal(index.sizeOf(diffIds), 6);
    equal(index.sizeOf(diffIds.slice(0, 2)), 3);
    equal(index.sizeOf([]), 0);
  }));

Deno.test("of an image whose layers are gone, those below count", () =>
  withLayers((store) => {
    const index = new LayerIndex(store);
    equal(index.sizeOf([diffIds[0], diffIds[2]]), 1);
    deepEqual(index.layersOf(diffIds.slice(1)), []);
  }));
