/** network/files/<id>.json: a network as docker's API describes it (types.NetworkResource), without what is connected to it. */

export interface NetworkFile {
  readonly Name: string;
  /** 64 hexadecimal digits. */
  readonly Id: string;
  /** RFC 3339 */
  readonly Created: string;
  readonly Scope: "local";
  readonly Driver: NetworkDriver;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: Readonly<Record<string, string>> | null;
    readonly Config: readonly AddressPool[];
  };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigFrom: { readonly Network: string };
  readonly ConfigOnly: boolean;
  readonly Options: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
}

export type NetworkDriver = "bridge" | "macvlan" | "ipvlan" | "host" | "null";

export interface AddressPool {
  /** `ADDRESS/LENGTH`, as it was asked for. */
  readonly Subnet: string;
  /** The part of it that addresses are taken from. */
  readonly IPRange?: string;
  readonly Gateway?: string;
  /** Addresses that something else on the network has. */
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
}

/** Options of the bridge driver. */
export const BRIDGE_NAME = "com.docker.network.bridge.name";
export const DEFAULT_BRIDGE = "com.docker.network.bridge.default_bridge";
export const MTU = "com.docker.network.driver.mtu";

/** Whether this is the network of containers that name none. */
export function isDefaultBridge({ Driver, Options }: NetworkFile): boolean {
  return Driver === "bridge" && Options[DEFAULT_BRIDGE] === "true";
}

/** Whether docker has made it, and nobody may remove it. */
export function isPredefined(network: NetworkFile): boolean {
  return network.Driver === "host" || network.Driver === "null" || isDefaultBridge(network);
}
