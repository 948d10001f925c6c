/** The store, for commands that control containers, or write it without another look at what crashes left. */

import { prepareForContainers } from "../runtime/container/repair.ts";
import { Store } from "../storage/store.ts";

/** What crashes left in it is cleared away first; a store that does not exist is not made. */
export async function openStoreInOrder(root: string): Promise<Store> {
  const store = new Store(root);
  if (store.exists()) await prepareForContainers(store);
  return store;
}
