/** Whether containers of an ordinary user reach the outside. */

import { entered } from "../../ffi/entered.ts";
import { NotFoundError } from "../../storage/errors.ts";
import type { NetworkFile } from "../../storage/network/config.ts";
import { resolveNetwork } from "../../storage/network/network_store.ts";
import type { Store } from "../../storage/store.ts";
import { whyNoWayOut } from "../rootless/passers.ts";

/** Sees to it that there is a way from a network to the outside, where that is not the host's own. Throws EngineError. */
export async function openWayOut({ Driver, Internal }: NetworkFile): Promise<void> {
  if (entered() === undefined || Driver !== "bridge" || Internal) return;
  await (await import("../rootless/way_out.ts")).openWayOut();
}

/** What is to be said of a network, by its name or mode, that should lead to the outside and does not; undefined for all others. */
export function describeNoWayOut(store: Store, mode: string): string | undefined {
  if (entered() === undefined || mode === "none" || mode === "host") return undefined;
  const network = networkIfExists(store, mode === "default" ? "bridge" : mode);
  if (network === undefined || network.Internal) return undefined;
  return noWayOutText();
}

/** The same of all networks. */
export function noWayOutText(): string | undefined {
  const why = entered() && whyNoWayOut();
  return why && `Networks of your own do not lead to the outside: ${why}`;
}

/** `container:ID` names none, either. */
function networkIfExists(store: Store, name: string): NetworkFile | undefined {
  try {
    return resolveNetwork(store, name);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
