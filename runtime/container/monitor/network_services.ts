/** What a monitor does for a container's network: it serves the sockets that the keeper holds. */

import { close } from "../../../ffi/file.ts";
import { readContainerIfExists } from "../../../storage/container/container_store.ts";
import { readNetwork } from "../../../storage/network/network_store.ts";
import type { ResolverOptions } from "../../network/resolver/resolver.ts";
import { closeSockets, hasNamedNetworks } from "../network_sockets.ts";
import type { RunningContainer } from "../running.ts";
import { openNamespace } from "../shared_namespaces.ts";

export class NetworkServices implements Disposable {
  private readonly services: Disposable[] = [];
  private readonly resolving: boolean;
  private names: Promise<void> | undefined;
  private isServing = false;
  private open = true;

  /** Owns the sockets of the container that are this process's. What it takes to serve them is loaded if there are any. */
  constructor(private readonly running: RunningContainer) {
    const { sockets, container } = running;
    this.resolving = sockets.some(({ ContainerPort }) => ContainerPort === undefined);
    if (sockets.length > 0) this.serve();
    // It came to its first network with names when another monitor looked after it, whose sockets went with it.
    if (!this.resolving && hasNamedNetworks(container)) this.serveNames().catch(() => {});
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    if (!this.isServing) closeSockets(this.running.sockets);
    this.services.forEach((service) => service[Symbol.dispose]());
  }

  /**
   * Answers the questions of a container that was started without a resolver, if it has come to a network with names. Its keeper
   * cannot be given the sockets: they are this process's, and made anew by the next monitor.
   */
  serveNames(): Promise<void> {
    if (this.resolving || !this.open) return Promise.resolve();
    return this.names ??= this.openResolver().catch((error) => {
      this.names = undefined; // whoever asks next makes it be tried again
      throw error;
    });
  }

  private async openResolver(): Promise<void> {
    const { store, id } = this.running;
    const [{ makeResolverSockets }, { Resolver }] = await Promise.all([
      import("../../network/resolver/sockets.ts"),
      import("../../network/resolver/resolver.ts"),
    ]);
    const container = readContainerIfExists(store, id);
    if (!this.open || container === undefined || !hasNamedNetworks(container)) return;
    const namespace = openNamespace(container, "net");
    try {
      const sockets = makeResolverSockets(namespace);
      this.services.push(new Resolver(store, id, sockets, this.resolverOptions));
    } finally {
      close(namespace);
    }
  }

  private async serve(): Promise<void> {
    const { store, id, sockets } = this.running;
    const published = sockets.filter(({ ContainerPort }) => ContainerPort !== undefined);
    const resolving = sockets.filter(({ ContainerPort }) => ContainerPort === undefined);
    const [relay, resolver] = await Promise.all([
      published.length > 0 ? import("../../network/ports/relay.ts") : undefined,
      resolving.length > 0 ? import("../../network/resolver/resolver.ts") : undefined,
    ]);
    if (!this.open) return;
    this.isServing = true;
    if (relay) this.services.push(new relay.Relay(published, () => this.findAddress()));
    if (resolver) {
      this.services.push(new resolver.Resolver(store, id, resolving, this.resolverOptions));
    }
  }

  private get resolverOptions(): ResolverOptions {
    return { servers: this.running.hostConfig.Dns, isolated: () => this.isIsolated() };
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
