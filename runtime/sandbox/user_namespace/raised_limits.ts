/** Resource limits that are higher than box's own: to raise a hard limit takes CAP_SYS_RESOURCE of the host, setrlimit(2). */

import type { Ulimit } from "../../../storage/container/resources.ts";

/** The lines of /proc/self/limits by the names of the limits: proc(5). */
const titles: Readonly<Record<string, string>> = {
  core: "Max core file size",
  cpu: "Max cpu time",
  data: "Max data size",
  fsize: "Max file size",
  locks: "Max file locks",
  memlock: "Max locked memory",
  msgqueue: "Max msgqueue size",
  nice: "Max nice priority",
  nofile: "Max open files",
  nproc: "Max processes",
  rss: "Max resident set",
  rtprio: "Max realtime priority",
  rttime: "Max realtime timeout",
  sigpending: "Max pending signals",
  stack: "Max stack size",
};

/** Those of the limits that raise a hard limit, as limits under which nothing that is still to be done fails. */
export function raisedLimits(
  ulimits: readonly Ulimit[],
  own = Deno.readTextFileSync("/proc/self/limits"),
): Ulimit[] {
  return ulimits.filter(({ Name, Hard }) => isHigher(Hard, hardLimit(own, titles[Name])))
    .map(({ Name, Hard }) => ({ Name, Soft: Hard, Hard }));
}

const UNLIMITED = -1;

function isHigher(limit: number, than: number): boolean {
  return than !== UNLIMITED && (limit === UNLIMITED || limit > than);
}

function hardLimit(text: string, title: string): number {
  const line = text.split("\n").find((each) => each.startsWith(title))!;
  const [, hard] = line.slice(title.length).trim().split(/\s+/);
  return hard === "unlimited" ? UNLIMITED : Number(hard);
}
