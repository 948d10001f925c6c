/** Looking at a store with much in it. Filling it takes longer than everything else. */

import { busybox, manyImages } from "../fixtures.ts";
import type { Command, RowGroup } from "../row.ts";

const COUNT = 1000;

const leftOut = { podman: "takes minutes to be given so many" };

const createMany = Array.from(
  { length: COUNT },
  (): Command => ["create", "--network=none", "busybox", "true"],
);

export const lists: RowGroup = {
  rows: [
    {
      name: `images, ${COUNT} of them`,
      unit: "ms",
      runs: 10,
      leftOut,
      before: [["load", "--input", manyImages(COUNT)]],
      measured: ["images"],
    },
    {
      name: `ps -a, ${COUNT} containers`,
      unit: "ms",
      runs: 10,
      leftOut,
      before: [["import", busybox, "busybox"], ...createMany],
      measured: ["ps", "--all"],
    },
  ],
};
