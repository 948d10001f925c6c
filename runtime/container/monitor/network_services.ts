/** What a monitor does for a container's network: it serves the sockets that the keeper holds. */

import { readContainerIfExists } from "../../../storage/container/container_store.ts";
import { readNetwork } from "../../../storage/network/network_store.ts";
import { closeSockets } from "../network_sockets.ts";
import type { RunningContainer } from "../running.ts";

export class NetworkServices implements Disposable {
  private services: Disposable[] | undefined;
  private open = true;

  /** Owns the sockets of the container that are this process's. What it takes to serve them is loaded if there are any. */
  constructor(private readonly running: RunningContainer) {
    if (running.sockets.length > 0) this.serve();
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    if (this.services === undefined) closeSockets(this.running.sockets);
    else this.services.forEach((service) => service[Symbol.dispose]());
  }

  private async serve(): Promise<void> {
    const { store, id, sockets, hostConfig } = this.running;
    const published = sockets.filter(({ ContainerPort }) => ContainerPort !== undefined);
    const resolving = sockets.filter(({ ContainerPort }) => ContainerPort === undefined);
    const [relay, resolver] = await Promise.all([
      published.length > 0 ? import("../../network/ports/relay.ts") : undefined,
      resolving.length > 0 ? import("../../network/resolver/resolver.ts") : undefined,
    ]);
    if (!this.open) return;
    const options = { servers: hostConfig.Dns, isolated: () => this.isIsolated() };
    this.services = [
      ...relay ? [new relay.Relay(published, () => this.findAddress())] : [],
      ...resolver ? [new resolver.Resolver(store, id, resolving, options)] : [],
    ];
  }

  /** The container's address on the first of its networks that leads outside. */
  private findAddress(): string | undefined {
    return this.outerNetworks().find(({ IPAddress }) => IPAddress !== "")?.IPAddress;
  }

  private isIsolated(): boolean {
    return this.outerNetworks().length === 0;
  }

  private outerNetworks() {
    const { store, id } = this.running;
    const networks = readContainerIfExists(store, id)?.NetworkSettings.Networks ?? {};
    return Object.values(networks).filter(({ NetworkID }) =>
      NetworkID !== "" && readNetwork(store, NetworkID)?.Internal === false
    );
  }
}
