/** Containers on a bridge of their own: what an address, a cable and a name add to a start. */

import { busybox } from "../fixtures.ts";
import type { Command, RowGroup } from "../row.ts";

const prepare: readonly Command[] = [
  ["import", busybox, "busybox"],
  ["network", "create", "bench"],
];
const cleanUp: readonly Command[] = [["network", "rm", "bench"], ["rmi", "busybox"]];
const published = ["--publish", "127.0.0.1:47080:80"];
/** Ends at once when it is asked to. */
const obedient = ["sh", "-c", "trap exit TERM; while :; do sleep 1000 & wait; done"];

function runDetached(...options: string[]): Command {
  return ["run", "--detach", "--name=work", "--network=bench", ...options, "busybox", ...obedient];
}

export const networks: RowGroup = {
  rows: [
    {
      name: "run --rm, network bridge",
      unit: "ms",
      runs: 20,
      before: prepare,
      measured: ["run", "--rm", "--network=bench", "busybox", "true"],
      after: cleanUp,
    },
    {
      name: "run -d, network bridge",
      unit: "ms",
      runs: 20,
      before: prepare,
      measured: runDetached(),
      undo: [["rm", "--force", "work"]],
      after: cleanUp,
    },
    {
      name: "run -d, published port",
      unit: "ms",
      runs: 20,
      before: prepare,
      measured: runDetached(...published),
      undo: [["rm", "--force", "work"]],
      after: cleanUp,
    },
    {
      name: "network create",
      unit: "ms",
      runs: 20,
      measured: ["network", "create", "bench"],
      undo: [["network", "rm", "bench"]],
    },
  ],
};
