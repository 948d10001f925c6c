/** The PORTS column of `box ps`. */

import type { Port } from "../runtime/container/ports.ts";

/** Ports next to each other that are published alike. */
interface PortGroup {
  readonly ip: string | undefined;
  readonly type: string;
  readonly first: number;
  last: number;
}

/**
 * Ports as Docker lists them, `0.0.0.0:18090->80/tcp, 443/tcp`: neighbours in one range, and last
 * those that have another number on the host.
 */
export function describePorts(ports: readonly Port[]): string {
  const finished: string[] = [], renumbered: string[] = [];
  const open = new Map<string, PortGroup>();
  for (const { IP: ip, PrivatePort: port, PublicPort, Type: type } of ports.toSorted(compare)) {
    if (ip && PublicPort !== port) {
      renumbered.push(`${ip}:${PublicPort}->${port}/${type}`);
      continue;
    }
    const key = `${ip ?? ""}/${type}`, group = open.get(key);
    if (group?.last === port - 1) {
      group.last = port;
      continue;
    }
    if (group !== undefined) finished.push(describeGroup(group));
    open.set(key, { ip, type, first: port, last: port });
  }
  return [...finished, ...[...open.values()].map(describeGroup), ...renumbered].join(", ");
}

function describeGroup({ ip, type, first, last }: PortGroup): string {
  const range = first === last ? `${first}` : `${first}-${last}`;
  return `${ip ? `${ip}:${range}->` : ""}${range}/${type}`;
}

function compare(a: Port, b: Port): number {
  return a.PrivatePort - b.PrivatePort ||
    compareTexts(a.IP ?? "", b.IP ?? "") ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    compareTexts(a.Type, b.Type);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
