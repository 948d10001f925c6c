/** The sockets of a container's resolver, made in its network namespace before it starts: its first question finds them. */

import { close } from "../../../ffi/file.ts";
import { inNetworkNamespace } from "../../../ffi/network_namespace.ts";
import { bindSocket, localAddress } from "../../../ffi/socket.ts";
import type { NetworkSocket } from "../../../storage/container/config.ts";
import { redirectQuestions, RESOLVER_ADDRESS } from "./redirect.ts";

/** `namespace` is a descriptor of the namespace, whose loopback interface is up. The sockets are the caller's. Throws SystemError. */
export function makeResolverSockets(namespace: number): NetworkSocket[] {
  return inNetworkNamespace(namespace, () => {
    const local = { address: RESOLVER_ADDRESS, port: 0 }, sockets: NetworkSocket[] = [];
    try {
      for (const Protocol of ["udp", "tcp"] as const) {
        sockets.push({ Descriptor: bindSocket(Protocol, local), Protocol });
      }
      const [udp, tcp] = sockets.map(({ Descriptor }) => localAddress(Descriptor).port);
      redirectQuestions({ udp, tcp });
      return sockets;
    } catch (error) {
      for (const { Descriptor } of sockets) close(Descriptor);
      throw error;
    }
  });
}
