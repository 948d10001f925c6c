/** The way out of a container that is connected to several networks. */

import { isErrno } from "../../ffi/errno.ts";
import { findLink } from "../../ffi/netlink/route/link.ts";
import { addRoute, deleteRoute, listRoutes } from "../../ffi/netlink/route/route.ts";
import type { NetlinkSocket } from "../../ffi/netlink/socket.ts";
import { parseAddress } from "../../ffi/ip_address.ts";
import type { Endpoint } from "./endpoint.ts";

/** The endpoint whose network leads outside: as with docker, of those that do the first by name. */
export function gatewayEndpoint<T extends Pick<Endpoint, "networkName" | "internal" | "gateway">>(
  endpoints: readonly T[],
): T | undefined {
  return endpoints.filter(({ internal, gateway }) => !internal && gateway !== "")
    .toSorted((a, b) => a.networkName < b.networkName ? -1 : 1)[0];
}

/** Sets the default routes of a namespace without any. */
export function setDefaultRoutes(socket: NetlinkSocket, endpoints: readonly Endpoint[]): void {
  const way = gatewayEndpoint(endpoints);
  if (way === undefined) return;
  const { index } = findLink(socket, way.interfaceName)!;
  const gateways = [way.gateway, ...way.ipv6 ? [way.ipv6.gateway] : []];
  socket.request(...gateways.map((each) => addRoute({ index, gateway: parseAddress(each)! })));
}

/** Makes the default routes anew when networks were added or taken away. */
export function renewDefaultRoutes(socket: NetlinkSocket, endpoints: readonly Endpoint[]): void {
  for (const { destination, gateway, index } of listRoutes(socket)) {
    if (destination !== undefined || gateway === undefined) continue;
    try {
      socket.request(deleteRoute({ gateway, index }));
    } catch (error) {
      if (!isErrno(error, "ESRCH")) throw error;
    }
  }
  setDefaultRoutes(socket, endpoints);
}
