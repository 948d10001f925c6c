/** --link on the default network: the containers that are meant, and what docker tells of them by variables. */

import type { ContainerFile, HostConfig } from "../../storage/container/config.ts";
import { readContainer, resolveContainerId } from "../../storage/container/container_store.ts";
import { ConflictError } from "../../storage/errors.ts";
import type { Store } from "../../storage/store.ts";
import { StartError } from "../sandbox/start.ts";
import { isAlive } from "./process_identity.ts";

/** A container that another one is linked to. */
export interface LinkedContainer {
  readonly alias: string;
  readonly container: ContainerFile;
  /** On the default network. */
  readonly address: string;
}

/** Throws StartError and ConflictError in docker's words for a container that does not run, or is not on the default network. */
export function linkedContainers(
  store: Store,
  { Links }: Pick<HostConfig, "Links">,
): LinkedContainer[] {
  return (Links ?? []).map((link) => {
    const [words, alias] = link.split(":");
    const container = readContainer(store, resolveContainerId(store, words));
    const name = container.Name.slice(1);
    if (!isAlive(container)) {
      throw new StartError(`Cannot link to a non running container: /${name} AS /${alias}`, 125);
    }
    const address = container.NetworkSettings.Networks.bridge?.IPAddress;
    if (!address) {
      throw new ConflictError(
        `Cannot link to /${name}, as it does not belong to the default network`,
      );
    }
    return { alias, container, address };
  });
}

interface ExposedPort {
  readonly port: number;
  readonly protocol: string;
}

/** `NAME=VALUE` for all that docker says of a link; `name` is that of the container that has it, with its slash. */
export function linkVariables(name: string, linked: LinkedContainer): string[] {
  const { container: { Config }, address } = linked;
  const alias = linked.alias.toUpperCase().replaceAll("-", "_");
  const ports = exposedPorts(Config);
  const url = ({ port, protocol }: ExposedPort) => `${protocol}://${address}:${port}`;
  const prefixOf = ({ port, protocol }: ExposedPort) =>
    `${alias}_PORT_${port}_${protocol.toUpperCase()}`;
  return [
    ...ports.slice(0, 1).map((port) => `${alias}_PORT=${url(port)}`),
    ...rangesOf(ports).flatMap(([first, last]) => {
      const prefix = prefixOf(first);
      return [
        `${prefix}_START=${url(first)}`,
        `${prefix}_ADDR=${address}`,
        `${prefix}_PROTO=${first.protocol}`,
        `${prefix}_PORT_START=${first.port}`,
        `${prefix}_END=${url(last)}`,
        `${prefix}_PORT_END=${last.port}`,
      ];
    }),
    ...ports.flatMap((port) => {
      const prefix = prefixOf(port);
      return [
        `${prefix}=${url(port)}`,
        `${prefix}_ADDR=${address}`,
        `${prefix}_PORT=${port.port}`,
        `${prefix}_PROTO=${port.protocol}`,
      ];
    }),
    `${alias}_NAME=${name}/${linked.alias}`,
    ...(Config.Env ?? []).filter((variable) => /^(?!HOME=|PATH=)[^=]*=/.test(variable))
      .map((variable) => `${alias}_ENV_${variable}`),
  ];
}

/** By number, of one number tcp first. */
function exposedPorts({ ExposedPorts }: ContainerFile["Config"]): ExposedPort[] {
  return Object.keys(ExposedPorts ?? {}).map((key) => {
    const [port, protocol = "tcp"] = key.split("/");
    return { port: Number(port), protocol };
  }).sort((a, b) => a.port - b.port || Number(b.protocol === "tcp") - Number(a.protocol === "tcp"));
}

/** The first and last of ports that follow each other, three at least, whatever their protocols: so docker has it. */
function rangesOf(ports: readonly ExposedPort[]): [first: ExposedPort, last: ExposedPort][] {
  const ranges: [ExposedPort, ExposedPort][] = [];
  for (let start = 0; start < ports.length;) {
    let end = start;
    while (ports[end + 1] && ports[end + 1].port <= ports[start].port + end - start + 1) end++;
    if (end > start + 1) ranges.push([ports[start], ports[end]]);
    start = end > start + 1 ? end + 1 : start + 1;
  }
  return ranges;
}
