/** Making a container: image defaults and the user's wishes become config.v2.json, hostconfig.json and a writable layer. */

import type {
  ContainerFile,
  EndpointSettings,
  HostConfig,
} from "../../storage/container/config.ts";
import {
  containerPath,
  reserveName,
  writeContainer,
  writeHostConfig,
} from "../../storage/container/container_store.ts";
import { mountIdOf, StagedContainer } from "../../storage/container/staged_container.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { type Image, resolveImage } from "../../storage/image/image_store.ts";
import { chainIdsOf } from "../../storage/layer/layer_store.ts";
import type { Store } from "../../storage/store.ts";
import { now } from "../../storage/time.ts";
import { whyChroot } from "../sandbox/chroot/reason.ts";
import { defaultHostConfig } from "./host_config.ts";
import { cgroupParent } from "./group.ts";
import { checkLimits } from "./check_limits.ts";
import { checkPlatform } from "./check_platform.ts";
import { checkLogOptions } from "./log/options.ts";
import { mergeConfig } from "./merge_config.ts";
import { mountPointsOf } from "./mount_points.ts";
import { checkContainerName, reserveRandomName } from "./names.ts";
import { recordContainerEvent } from "./record_event.ts";
import { emptyEndpoint } from "./network_settings.ts";
import { prepareForContainers } from "./repair.ts";
import { verifySecurity } from "./security.ts";
import { parseSecurityOptions } from "./security_options.ts";
import { donorOf, resolveDonors } from "./shared_namespaces.ts";
import { createdState } from "./state.ts";
import { verifySettings } from "./verify.ts";
import { networkWarnings, verifyNetwork } from "./verify_network.ts";
import { hasUserNamespace, verifyUserNamespace } from "./user_namespace/mode.ts";
import { newVolumes } from "./volumes.ts";
import { portWarnings } from "./verify_ports.ts";

export interface CreateRequest {
  /** Without a slash; made up if there is none. */
  readonly name?: string;
  /** `Image` is what the user called it. */
  readonly config: Partial<ContainerConfig> & { Image: string };
  readonly hostConfig: Partial<HostConfig>;
  /** What is asked of the network that NetworkMode names, and of others that the container is connected to as well. */
  readonly networks?: Readonly<Record<string, Partial<EndpointSettings>>>;
  /** Docker's userns-remap, for containers that do not say that they want other ids. */
  readonly usernsRemap?: string;
  /** `os/architecture[/variant]` that the image must have. */
  readonly platform?: string;
}

export interface CreatedContainer {
  readonly id: string;
  readonly warnings: readonly string[];
}

/** Makes a container that can be started. Reserves its name. */
export async function createContainer(
  store: Store,
  request: CreateRequest,
): Promise<CreatedContainer> {
  if (request.name !== undefined) checkContainerName(request.name.replace(/^\//, ""), request.name);
  await prepareForContainers(store);
  const image = resolveImage(store, request.config.Image);
  const config = mergeConfig(request.config, image.config.config ?? {});
  const why = whyChroot(store), asked = hostConfigOf(store, request);
  const confined = why === undefined
    ? undefined
    : (await import("./confine.ts")).confine(config, asked, why);
  const { hostConfig, warnings: discarded } = await checkLimits(confined?.hostConfig ?? asked);
  const warnings = [
    ...confined?.warnings ?? [],
    ...checkPlatform(image, request),
    ...await verifySecurity(hostConfig),
  ];
  verifyNetwork(store, request, hostConfig);
  warnings.push(...portWarnings(hostConfig), ...await networkWarnings(store, hostConfig));
  checkLogOptions(hostConfig.LogConfig.Type, hostConfig.LogConfig.Config);
  const chainIds = await chainIdsOf(image.config.rootfs.diff_ids ?? []);
  const volumes = confined ? undefined : await newVolumes(store, config, hostConfig);
  const mountPoints = volumes?.mountPoints ?? mountPointsOf(hostConfig);

  using staged = StagedContainer.begin(store);
  const { id } = staged;
  const container = describeContainer(
    id,
    config,
    hostConfig,
    image,
    mountPoints,
    request.networks,
    store.driver,
  );
  container.NetworkSettings.IsAnonymousEndpoint = request.name === undefined;
  container.Name = "/" + takeName(store, request.name, id);
  try {
    volumes?.create(staged.path, () => writeContainer(staged.path, container));
    if (hasUserNamespace(hostConfig)) {
      const { assignIds } = await import("./user_namespace/assign.ts");
      assignIds(store, staged.path, hostConfig, request.usernsRemap);
    }
    staged.createLayers(image.id, chainIds.at(-1));
    await volumes?.fill(mountIdOf(store, id));
  } catch (error) {
    volumes?.discard(container);
    throw error;
  }
  writeContainer(staged.path, container);
  writeHostConfig(staged.path, hostConfig);
  staged.publish();
  volumes?.keep(containerPath(store, id));
  recordContainerEvent(store, container, "create");
  return { id, warnings: [...warnings, ...discarded] };
}

function hostConfigOf(
  store: Store,
  { config, hostConfig, usernsRemap }: CreateRequest,
): HostConfig {
  const remapped = usernsRemap && !hostConfig.UsernsMode ? { UsernsMode: "private" } : {};
  const asked = { ...defaultHostConfig(), ...hostConfig, ...remapped };
  verifySettings(config, asked);
  verifyUserNamespace(asked);
  return { ...resolveDonors(store, asked), ...confinement(asked, hostConfig) };
}

/** Docker turns SELinux off for a container that is to see the host's processes, and hides nothing from a privileged one. */
function confinement(
  { SecurityOpt, PidMode, IpcMode, Privileged, MaskedPaths, ReadonlyPaths }: HostConfig,
  asked: Partial<HostConfig>,
): Pick<HostConfig, "SecurityOpt" | "MaskedPaths" | "ReadonlyPaths"> {
  const isLabelled = SecurityOpt?.some((option) => option.split("=")[0] === "label");
  const seesHost = Privileged || PidMode === "host" || IpcMode === "host";
  return {
    SecurityOpt: seesHost && !isLabelled ? [...SecurityOpt ?? [], "label=disable"] : SecurityOpt,
    MaskedPaths: Privileged ? asked.MaskedPaths ?? null : MaskedPaths,
    ReadonlyPaths: Privileged ? asked.ReadonlyPaths ?? null : ReadonlyPaths,
  };
}

function takeName(store: Store, wanted: string | undefined, id: string): string {
  using _ = store.lockNames();
  if (wanted === undefined) return reserveRandomName(store, id);
  const name = wanted.replace(/^\//, "");
  reserveName(store, name, id);
  return name;
}

function describeContainer(
  id: string,
  config: ContainerConfig,
  hostConfig: HostConfig,
  image: Image,
  mountPoints: ContainerFile["MountPoints"],
  networks: CreateRequest["networks"],
  driver: string,
): ContainerFile {
  const [path, ...args] = [...config.Entrypoint ?? [], ...config.Cmd ?? []];
  const { appArmorProfile, seccompProfile, noNewPrivileges } = parseSecurityOptions(
    hostConfig.SecurityOpt,
  );
  if (path === undefined) throw new InvalidError("No command specified");
  const parent = cgroupParent(hostConfig);
  return {
    ...(parent !== undefined && { BoxCgroupParent: parent }),
    StreamConfig: {},
    State: createdState(),
    ID: id,
    Created: now(),
    Managed: false,
    Path: path,
    Args: args,
    Config: { ...config, Hostname: config.Hostname || defaultHostname(id, hostConfig) },
    Image: image.id,
    NetworkSettings: networkSettings(hostConfig.NetworkMode, networks),
    LogPath: "",
    Name: "",
    Driver: driver,
    OS: image.config.os || "linux",
    MountLabel: "",
    ProcessLabel: "",
    RestartCount: 0,
    HasBeenStartedBefore: false,
    HasBeenManuallyStopped: false,
    MountPoints: mountPoints,
    SecretReferences: null,
    ConfigReferences: null,
    AppArmorProfile: appArmorProfile,
    HostnamePath: "",
    HostsPath: "",
    ShmPath: "",
    ResolvConfPath: "",
    SeccompProfile: seccompProfile,
    NoNewPrivileges: noNewPrivileges,
    LocalLogCacheMeta: { HaveNotifyEnabled: false },
  };
}

function defaultHostname(id: string, hostConfig: HostConfig): string {
  return hostConfig.NetworkMode === "host" ? Deno.hostname() : id.slice(0, 12);
}

function networkSettings(
  mode: string,
  asked: CreateRequest["networks"],
): ContainerFile["NetworkSettings"] {
  const named = (name: string) => name === "default" ? "bridge" : name;
  const wanted = [mode, ...Object.keys(asked ?? {}).filter((name) => name !== mode)];
  const networks = donorOf(mode) === undefined
    ? Object.fromEntries(wanted.map((name) => [named(name), emptyEndpoint(asked?.[name])]))
    : {};
  return {
    Bridge: "",
    SandboxID: "",
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    Networks: networks,
    Service: null,
    Ports: null,
    SandboxKey: "",
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    IsAnonymousEndpoint: true,
    HasSwarmEndpoint: false,
  };
}
