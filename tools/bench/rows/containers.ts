/** Containers of a small image that do nothing: what box itself takes. */

import { bundle, busybox, emptyProgram } from "../fixtures.ts";
import type { Command, Row, RowGroup } from "../row.ts";

const importImage: Command = ["import", busybox, "busybox"];
const removeImage: Command = ["rmi", "busybox"];
const create: Command = ["create", "--name=work", "--network=none", "busybox", "true"];
const remove: Command = ["rm", "work"];

const hundredThousandLines =
  "yes 'a line of some eighty characters, which is what programs have to say about it' | head -n 100000";

/** What starting Deno takes, for a box from source and a compiled one. */
const startFloors: Row["floors"] = {
  "deno eval 1": [Deno.execPath(), "eval", "1"],
  "empty compiled program": [emptyProgram],
};

function runRow(network: "none" | "host"): Row {
  return {
    name: `run --rm, network ${network}`,
    unit: "ms",
    runs: 20,
    before: [importImage],
    measured: ["run", "--rm", `--network=${network}`, "busybox", "true"],
    after: [removeImage],
    floors: {
      "crun with a bare bundle": [
        ...["crun", "--root", { output: "state" }, "run"],
        ...["--bundle", bundle(network), "box-bench"],
      ],
      ...startFloors,
    },
  };
}

export const containers: RowGroup = {
  rows: [
    { name: "--version", unit: "ms", runs: 20, measured: ["--version"], floors: startFloors },
    runRow("none"),
    runRow("host"),
    {
      name: "create",
      unit: "ms",
      runs: 20,
      before: [importImage],
      measured: create,
      undo: [remove],
      after: [removeImage],
    },
    {
      name: "rm",
      unit: "ms",
      runs: 20,
      before: [importImage],
      prepare: [create],
      measured: remove,
      after: [removeImage],
    },
    {
      name: "logs of 100,000 lines",
      unit: "ms",
      runs: 20,
      before: [
        importImage,
        ["run", "--name=work", "--network=none", "busybox", "sh", "-c", hundredThousandLines],
      ],
      measured: ["logs", "work"],
      after: [remove, removeImage],
    },
  ],
};
