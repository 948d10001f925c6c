/** Where a container is connected to a network: an interface of its own namespace, and what leads to it. */

import type { NetworkDriver } from "../../storage/network/config.ts";

export interface Endpoint {
  readonly networkId: string;
  readonly networkName: string;
  readonly driver: NetworkDriver;
  /** Whether it is the network of containers that name none: it has no names. */
  readonly isDefault: boolean;
  /** Whether nothing outside of the network can be reached. */
  readonly internal: boolean;
  /** 64 hexadecimal digits. */
  readonly endpointId: string;
  /** In the container: `eth0`. */
  readonly interfaceName: string;
  /** The host's bridge that it is plugged into; empty for macvlan and ipvlan. */
  readonly bridge: string;
  /** The host's end of the cable; empty for macvlan and ipvlan. */
  readonly hostInterface: string;
  /** Addresses as text. */
  readonly ipAddress: string;
  readonly prefixLength: number;
  /** Of the network, even if it is internal and leads nowhere. */
  readonly gateway: string;
  /** `02:42:ac:11:00:02` */
  readonly macAddress: string;
  readonly ipv6?: {
    readonly address: string;
    readonly prefixLength: number;
    readonly gateway: string;
  };
  /** Further addresses of the interface, as text: --link-local-ip. */
  readonly linkLocal: readonly string[];
  /** Names that others on the network find it by, besides its own. */
  readonly aliases: readonly string[];
}
