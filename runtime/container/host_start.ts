/** The part of a start that makes something on the host: the root, networks, ports, mounts, limits, and the process in them. */

import { AT, O } from "../../ffi/constants.ts";
import { close, openAt } from "../../ffi/file.ts";
import type { IdMappings } from "../../ffi/idmap.ts";
import type { Keeper } from "../../ffi/spawn/keeper.ts";
import type { ContainerFile, HostConfig, NetworkSocket } from "../../storage/container/config.ts";
import { containerPath } from "../../storage/container/container_store.ts";
import { readIdMappings } from "../../storage/container/id_mappings.ts";
import { ensureRunDirectories } from "../../storage/container/staged_container.ts";
import { driverOf } from "../../storage/driver/driver.ts";
import { CorruptStoreError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { whyChroot } from "../sandbox/chroot/reason.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import { startSandbox } from "../sandbox/start.ts";
import type { ContainerVolumes } from "../volume/operations.ts";
import { forgetExitStatus } from "./exit_status.ts";
import { closeCgroup, limitContainer } from "./limits.ts";
import { linkVariablesOf } from "./link_environment.ts";
import { checkLogOptions } from "./log/options.ts";
import { ContainerMounts } from "./mounts.ts";
import { ContainerNetwork, releaseNetwork } from "./network.ts";
import { writeNetworkFiles } from "./network_files.ts";
import { reservePorts } from "./network_sockets.ts";
import { describeSandbox } from "./prepare.ts";
import { securityOf } from "./security.ts";
import { SharedNamespaces } from "./shared_namespaces.ts";
import { type ContainerStreams, descriptorsOf, giveStreams } from "./streams.ts";
import { hasUserNamespace } from "./user_namespace/mode.ts";
import { volumesOf } from "./volumes.ts";

/** The ids of a container that has its own; undefined for the host's. */
export function idsOf(store: Store, id: string, hostConfig: HostConfig): IdMappings | undefined {
  return hasUserNamespace(hostConfig) ? readIdMappings(containerPath(store, id)) : undefined;
}

/** A container as it is once its ports are known. */
export function withPorts(
  container: ContainerFile,
  Ports: ContainerFile["NetworkSettings"]["Ports"] | undefined,
): ContainerFile {
  if (Ports === undefined) return container;
  return { ...container, NetworkSettings: { ...container.NetworkSettings, Ports } };
}

/** What a start has made so far remains to be seen when it fails. */
export class HostStart {
  volumes: ContainerVolumes | undefined;
  /** Whether they have been said to be mounted. */
  volumesMounted = false;
  network: ContainerNetwork | undefined;
  /** What keeps the container's ports and answers for names. */
  readonly sockets: NetworkSocket[] = [];
  /** The ports that it has, when they are known. */
  ports: ContainerFile["NetworkSettings"]["Ports"] | undefined;
  private readonly directory: string;

  constructor(
    private readonly store: Store,
    private readonly mountId: string,
    private readonly container: ContainerFile,
    private readonly hostConfig: HostConfig,
    private readonly streams: ContainerStreams,
    private readonly ids: IdMappings | undefined,
  ) {
    this.directory = containerPath(store, container.ID);
  }

  /** Starts the container's process; its keeper ends with box until it is untied. `isRestart`: it was running before. */
  async run(isRestart: boolean): Promise<Keeper> {
    this.volumes = await volumesOf(this.store, this.container);
    try {
      return await this.start(isRestart);
    } finally {
      this.streams.closeOthersEnds();
      this.network?.[Symbol.dispose]();
    }
  }

  private async start(isRestart: boolean): Promise<Keeper> {
    const { store, container, hostConfig, directory, streams } = this;
    checkLogOptions(hostConfig.LogConfig.Type, hostConfig.LogConfig.Config); // they may be dockerd's
    driverOf(store).unmount(store, this.mountId); // what a crash left
    using userNamespace = await this.openUserNamespace();
    const mapped = userNamespace && { userNamespace: userNamespace.fd, ids: this.ids! };
    const isPassing = hostConfig.AutoRemove;
    const rootfs = driverOf(store).mount(store, this.mountId, { mapped, isPassing });
    ensureRunDirectories(directory);
    forgetExitStatus(store, container.ID);
    const why = whyChroot(store);
    if (why !== undefined) return await this.startInChroot(rootfs, why);
    if (isRestart) await releaseNetwork(store, container.ID, hostConfig); // what it had before
    await this.reservePorts();
    const network = this.network = await ContainerNetwork.open(
      store,
      withPorts(this.container, this.ports),
      hostConfig,
      userNamespace?.fd,
    );
    await this.openResolver(network);
    await writeNetworkFiles(store, directory, container, hostConfig, network);
    using shared = new SharedNamespaces(store, hostConfig);
    await this.volumes?.resolve();
    using volumeTrees = this.volumes?.openTrees({ lasting: true, idsOf: userNamespace?.fd });
    const files = network.filesOf ?? directory;
    using mounts = new ContainerMounts(files, container, hostConfig, {
      shmTree: shared.shmTree,
      volumeTrees,
      idsOf: userNamespace?.fd,
    });
    this.volumes?.recordMounts();
    this.volumesMounted = true;
    const { cgroup, limits } = await limitContainer(container.ID, hostConfig);
    try {
      const spec = describeSandbox(container, hostConfig, {
        rootfs,
        mounts: mounts.mounts,
        streams: streams.sandbox,
        cgroup,
        limits,
        namespaces: shared.spec,
        network: network.spec,
        linkVariables: await linkVariablesOf(store, container, hostConfig, network.endpoints),
        security: await securityOf(hostConfig),
        userNamespace: userNamespace?.spec,
      });
      if (this.ids) giveStreams(this.ids, spec.user, spec.stdio, container.Config.Tty);
      return await this.startKept(spec);
    } finally {
      closeCgroup(cgroup);
    }
  }

  /** Where nothing can be mounted or unshared. */
  private async startInChroot(rootfs: string, why: string): Promise<Keeper> {
    const { store, container, hostConfig, directory, streams } = this;
    const { confine, describeInChroot } = await import("./confine.ts");
    confine(container.Config, hostConfig, why); // it may have been made where more was permitted
    const network = this.network = await ContainerNetwork.open(store, container, {
      ...hostConfig,
      NetworkMode: "host",
    });
    await writeNetworkFiles(store, directory, container, hostConfig, network);
    const spec = await describeInChroot(container, hostConfig, {
      rootfs,
      files: directory,
      streams: streams.sandbox,
    });
    return await this.startKept(spec);
  }

  private async startKept(spec: SandboxSpec): Promise<Keeper> {
    const { directory, streams } = this;
    const directoryFd = openAt(AT.FDCWD, directory, O.PATH | O.DIRECTORY);
    try {
      return await startSandbox(spec, {
        directory: directoryFd,
        end: streams.endWriter,
        held: [...descriptorsOf(streams.held), ...this.sockets.map((each) => each.Descriptor)],
      });
    } finally {
      close(directoryFd);
    }
  }

  private async openUserNamespace() {
    if (!hasUserNamespace(this.hostConfig)) return undefined;
    if (this.ids === undefined) {
      const { ID } = this.container;
      throw new CorruptStoreError(`container ${ID} has no note of the ids that it is to have`);
    }
    const { UserNamespace } = await import("./user_namespace/user_namespace.ts");
    return UserNamespace.open(this.store, this.ids, this.hostConfig);
  }

  /** Before it is connected: what is published then is known to be its own. */
  private async reservePorts(): Promise<void> {
    const { ports, sockets } = await reservePorts(this.store, this.container, this.hostConfig);
    this.sockets.push(...sockets);
    this.ports = ports;
  }

  /** Where containers find each other by name: its first question must find somebody. */
  private async openResolver({ spec, endpoints }: ContainerNetwork): Promise<void> {
    if (typeof spec !== "object" || !endpoints.some(({ isDefault }) => !isDefault)) return;
    const { makeResolverSockets } = await import("../network/resolver/sockets.ts");
    this.sockets.push(...makeResolverSockets(spec.namespace));
  }
}
