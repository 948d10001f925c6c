/** Who is called what on the networks of a container, as the store's files say it at that moment. */

import { AT } from "../../../ffi/constants.ts";
import { statIfExists } from "../../../ffi/stat.ts";
import type {
  ContainerFile,
  EndpointSettings,
  NetworkSettings,
} from "../../../storage/container/config.ts";
import {
  containerPath,
  readContainerIfExists,
} from "../../../storage/container/container_store.ts";
import { encodeAddress } from "../../../ffi/ip_address.ts";
import { listLeases } from "../../../storage/network/leases.ts";
import type { Store } from "../../../storage/store.ts";

export interface Host {
  /** Its names on the network, in lower case, the container's own first. */
  readonly names: readonly string[];
  /** `web.backend`: what its addresses are called. */
  readonly fullName: string;
  /** In text, of both kinds. */
  readonly addresses: readonly string[];
}

export class Directory {
  /** What was read of each container, and of which version of its file. */
  private readonly known = new Map<string, { version: string; container: ContainerFile }>();

  /** `id` is who asks; `networks` are what that is connected to, if it is no container of the store. */
  constructor(
    private readonly store: Store,
    private readonly id: string,
    private readonly networks?: NetworkSettings["Networks"],
  ) {}

  /** Addresses of everybody on the container's networks who has this name. */
  findName(name: string): string[] {
    return [
      ...new Set(
        this.hosts().filter(({ names }) => names.includes(name))
          .flatMap(({ addresses }) => addresses),
      ),
    ];
  }

  /** What the one is called who has this address. */
  findAddress(address: string): string | undefined {
    const wanted = encodeAddress(address).join();
    return this.hosts().find(({ addresses }) =>
      addresses.some((each) => encodeAddress(each).join() === wanted)
    )?.fullName;
  }

  /** Everybody on the networks that the container is connected to, itself too. */
  private hosts(): Host[] {
    const networks = this.networks ?? this.read(this.id)?.NetworkSettings.Networks ?? {};
    return Object.entries(networks).flatMap(([network, endpoint]) => {
      const { NetworkID } = endpoint;
      if (NetworkID === "") return [];
      const ids = new Set(listLeases(this.store, NetworkID).map(({ container }) => container));
      return [...ids].flatMap((id) => {
        const container = this.read(id);
        const there = endpointIn(container, NetworkID);
        return container && there ? describe(container, network, there, endpoint) : [];
      });
    });
  }

  private read(id: string): ContainerFile | undefined {
    const path = `${containerPath(this.store, id)}/config.v2.json`;
    const stat = statIfExists(AT.FDCWD, path);
    if (stat === undefined) {
      this.known.delete(id);
      return undefined;
    }
    // The file is replaced as a whole whenever it changes.
    const version = `${stat.inode} ${stat.modified.seconds} ${stat.modified.nanoseconds}`;
    const known = this.known.get(id);
    if (known?.version === version) return known.container;
    const container = readContainerIfExists(this.store, id);
    if (container !== undefined) this.known.set(id, { version, container });
    return container;
  }
}

function endpointIn(
  container: ContainerFile | undefined,
  networkId: string,
): EndpointSettings | undefined {
  return Object.values(container?.NetworkSettings.Networks ?? {})
    .find(({ NetworkID }) => NetworkID === networkId);
}

/** `asking` is the endpoint of the one who asks: the links that it was given are names of its own. */
function describe(
  { Name, ID }: ContainerFile,
  network: string,
  endpoint: EndpointSettings,
  asking: EndpointSettings,
): Host {
  const own = Name.slice(1), links = (asking.Links ?? []) as readonly string[];
  const linked = links.map((link) => link.split(":"))
    .filter(([target]) => [own, ID, ID.slice(0, 12)].includes(target.replace(/^\//, "")))
    .map(([target, alias = target]) => alias);
  const names = [own, ID.slice(0, 12), ...endpoint.Aliases ?? [], ...linked]
    .map((name) => name.toLowerCase());
  const suffix = `.${network.toLowerCase()}`;
  return {
    names: [...names, ...names.map((name) => name + suffix)],
    fullName: `${own}.${network}`,
    addresses: [endpoint.IPAddress, endpoint.GlobalIPv6Address].filter((each) => each !== ""),
  };
}
