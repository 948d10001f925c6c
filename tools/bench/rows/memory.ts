/** How much memory moving bytes takes. What a daemon needs is its own; its client is not counted. */

import { debian, debianArchive, largeArchive, largeLayer } from "../fixtures.ts";
import type { Fixture, Row, RowGroup } from "../row.ts";

function memoryRows(what: string, image: string, layer: Fixture, archive: Fixture): Row[] {
  const unit = "MB", runs = 2;
  const removeImage = ["rmi", image];
  return [
    {
      name: `memory of import, ${what}`,
      unit,
      runs,
      measured: ["import", layer, image],
      undo: [removeImage],
    },
    {
      name: `memory of load, ${what}`,
      unit,
      runs,
      measured: ["load", "--input", archive],
      undo: [removeImage],
    },
    {
      name: `memory of save, ${what}`,
      unit,
      runs,
      before: [["import", layer, image]],
      measured: ["save", "--output", { output: "saved.tar" }, image],
      after: [removeImage],
    },
  ];
}

export const memory: RowGroup = {
  rows: [
    ...memoryRows("Debian", "debian", debian, debianArchive),
    ...memoryRows("a file of 1 GB", "large", largeLayer, largeArchive),
  ],
};
