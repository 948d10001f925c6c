/** Containers that live on: what it takes to start, enter, look at and end them. */

import { busybox } from "../fixtures.ts";
import type { Command, Row, RowGroup } from "../row.ts";

const importImage: Command = ["import", busybox, "busybox"];
const removeImage: Command = ["rmi", "busybox"];

/** Ends at once when it is asked to. */
const obedient = ["sh", "-c", "trap exit TERM; while :; do sleep 1000 & wait; done"];

function runDetached(name: string): Command {
  return ["run", "--detach", `--name=${name}`, "--network=none", "busybox", ...obedient];
}

/** What stays in memory beside so many containers. */
function residentRow(count: number): Row {
  return {
    name: `resident beside ${count}`,
    unit: "PSS",
    runs: 3,
    before: [importImage, ...names(count).map(runDetached)],
    measured: ["ps"],
    after: [removeMany(count), removeImage],
  };
}

/** What box does if nothing else is said. */
const boundedLog = ["--log-driver=json-file", "--log-opt=max-size=10m", "--log-opt=max-file=3"];

const AT_ONCE = 20, RUNNING = 50;
const names = (count: number) => Array.from({ length: count }, (_, index) => `work${index}`);
const remove: Command = ["rm", "--force", "work"];
const removeMany = (count: number): Command => ["rm", "--force", ...names(count)];

export const lives: RowGroup = {
  rows: [
    {
      name: "run -d",
      unit: "ms",
      runs: 20,
      before: [importImage],
      measured: runDetached("work"),
      undo: [remove],
      after: [removeImage],
    },
    {
      name: `run -d, ${AT_ONCE} at once`,
      unit: "ms",
      runs: 5,
      before: [importImage],
      measured: runDetached("work0"),
      together: names(AT_ONCE).slice(1).map(runDetached),
      undo: [removeMany(AT_ONCE)],
      after: [removeImage],
    },
    {
      name: "exec true",
      unit: "ms",
      runs: 20,
      before: [importImage, runDetached("work")],
      measured: ["exec", "work", "true"],
      after: [remove, removeImage],
    },
    {
      name: "stop",
      unit: "ms",
      runs: 20,
      before: [importImage],
      prepare: [runDetached("work")],
      measured: ["stop", "work"],
      undo: [remove],
      after: [removeImage],
    },
    {
      name: "kill",
      unit: "ms",
      runs: 20,
      before: [importImage],
      prepare: [runDetached("work")],
      measured: ["kill", "work"],
      undo: [remove],
      after: [removeImage],
    },
    {
      name: "rm -f",
      unit: "ms",
      runs: 20,
      before: [importImage],
      prepare: [runDetached("work")],
      measured: remove,
      after: [removeImage],
    },
    {
      name: "start -a",
      unit: "ms",
      runs: 20,
      before: [importImage, ["create", "--name=work", "--network=none", "busybox", "true"]],
      measured: ["start", "--attach", "work"],
      after: [remove, removeImage],
    },
    {
      name: `ps, ${RUNNING} running`,
      unit: "ms",
      runs: 10,
      before: [importImage, ...names(RUNNING).map(runDetached)],
      measured: ["ps"],
      after: [removeMany(RUNNING), removeImage],
    },
    residentRow(1),
    residentRow(RUNNING),
    {
      name: "1 GB written to stdout",
      unit: "ms",
      runs: 3,
      before: [importImage],
      measured: [
        ...["run", "--rm", "--network=none", "--log-driver=none", "busybox"],
        ...["dd", "if=/dev/zero", "bs=1M", "count=1000"],
      ],
      after: [removeImage],
    },
    {
      name: "1 GB of lines into a log",
      unit: "ms",
      runs: 3,
      leftOut: { podman: "its log is one file, which it cuts" },
      before: [importImage],
      measured: [
        ...["run", "--rm", "--network=none", ...boundedLog, "busybox"],
        ...["sh", "-c", `yes ${"0123456789".repeat(8)} | head -c 1000000000`],
      ],
      after: [removeImage],
    },
  ],
};
