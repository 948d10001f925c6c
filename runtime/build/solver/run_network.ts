/** The network of a RUN: what a container would have, that has no name and publishes nothing. */

import { close } from "../../../ffi/file.ts";
import type { NetworkSocket } from "../../../storage/container/config.ts";
import { containerPath, resolveContainerId } from "../../../storage/container/container_store.ts";
import { resolveNetwork } from "../../../storage/network/network_store.ts";
import type { Store } from "../../../storage/store.ts";
import { hasNames } from "../../container/network_sockets.ts";
import { emptyEndpoint, endpointSettings } from "../../container/network_settings.ts";
import { donorOf, openDonorsNetwork } from "../../container/shared_namespaces.ts";
import { type ConnectedNamespace, connectToNetworks } from "../../network/connect.ts";
import type { Endpoint } from "../../network/endpoint.ts";
import { NetworkForbidden } from "../../network/forbidden.ts";
import { releaseNetworks } from "../../network/release.ts";
import { describeNoWayOut } from "../../network/way_out.ts";
import type { SandboxSpec } from "../../sandbox/spec.ts";

/** Open until close(). */
export interface RunNetwork {
  readonly spec: SandboxSpec["network"];
  readonly endpoints: readonly Endpoint[];
  /** Where hosts, hostname and resolv.conf are, if they are a container's. */
  readonly filesOf?: string;
  close(): Promise<void>;
}

/**
 * Opens a network by what --network says: `none`, `host`, `container:ID`, or the name of one of box's networks. `default` is the
 * bridge, or the host's network where box may make none, or none that leads to the outside; `note` is told that. Throws NotFoundError and its kind in docker's
 * words.
 */
export async function openRunNetwork(
  store: Store,
  id: string,
  mode: string,
  note: (text: string) => void,
): Promise<RunNetwork> {
  if (mode === "none" || mode === "host") return withoutEndpoints(mode);
  const donor = donorOf(mode);
  if (donor !== undefined) return joinContainer(store, resolveContainerId(store, donor));
  const lack = describeNoWayOut(store, mode);
  if (lack !== undefined && mode === "default") return hostsInstead(lack, note);
  if (lack !== undefined) note(lack);
  try {
    return await connectRun(store, id, mode === "default" ? "bridge" : mode);
  } catch (error) {
    if (mode !== "default" || !(error instanceof NetworkForbidden)) throw error;
    return hostsInstead(error.message, note);
  }
}

function hostsInstead(why: string, note: (text: string) => void): RunNetwork {
  note(`${why}. This command has the host's network.`);
  return withoutEndpoints("host");
}

function withoutEndpoints(spec: "none" | "host"): RunNetwork {
  return { spec, endpoints: [], close: () => Promise.resolve() };
}

function joinContainer(store: Store, donor: string): RunNetwork {
  const namespace = openDonorsNetwork(store, donor);
  return {
    spec: { namespace },
    endpoints: [],
    filesOf: containerPath(store, donor),
    close: () => Promise.resolve(close(namespace)),
  };
}

async function connectRun(store: Store, id: string, name: string): Promise<RunNetwork> {
  const network = resolveNetwork(store, name);
  if (network.Driver === "null") return withoutEndpoints("none");
  if (network.Driver === "host") return withoutEndpoints("host");
  const connections = [{ network, settings: emptyEndpoint() }];
  const connected = await connectToNetworks(store, { ID: id, Config: {} }, connections);
  const { fd, endpoints } = connected;
  let resolver: Disposable | undefined;
  const end = async () => {
    resolver?.[Symbol.dispose]();
    close(fd);
    await releaseNetworks(store, id);
  };
  try {
    if (hasNames({ NetworkMode: name })) resolver = await serveNames(store, id, connected);
  } catch (error) {
    await end();
    throw error;
  }
  return { spec: { namespace: fd }, endpoints, close: end };
}

/** What a monitor does for a container: names are answered as long as the command runs. */
async function serveNames(
  store: Store,
  id: string,
  { fd, endpoints }: ConnectedNamespace,
): Promise<Disposable> {
  const { makeResolverSockets } = await import("../../network/resolver/sockets.ts");
  const { Resolver } = await import("../../network/resolver/resolver.ts");
  const sockets: NetworkSocket[] = makeResolverSockets(fd);
  const networks = Object.fromEntries(
    endpoints.map((each) => [each.networkName, endpointSettings(emptyEndpoint(), each)]),
  );
  const isIsolated = endpoints.every(({ internal }) => internal);
  return new Resolver(store, id, sockets, { servers: [], isolated: () => isIsolated, networks });
}
