import { deepEqual } from "node:assert/strict";
import { imageRows } from "../../../commands/image_row.ts";

const a = `sha256:${"a".repeat(64)}`, b = `sha256:${"b".repeat(64)}`;

function names(tags: string[], digests: string[], withDigests: boolean): string[] {
  const image = { id: "", created: "", size: 0, diffIds: [], tags, digests };
  const rows = imageRows(image, { now: 0n, truncate: true, digests: withDigests });
  return rows.map(({ Repository, Tag, Digest }) => `${Repository} ${Tag} ${Digest}`);
}

Deno.test("an image has a line for each of its names, as docker's client prints them", () => {
  const cases: [tags: string[], digests: string[], plain: string[], withDigests: string[]][] = [
    [[], [], ["<none> <none> <none>"], ["<none> <none> <none>"]],
    [
      ["a:1", "a:2"],
      [`a@${a}`, `a@${b}`],
      ["a 1 <none>", "a 2 <none>"],
      [`a 1 ${a}`, `a 1 ${b}`, `a 2 ${a}`, `a 2 ${b}`],
    ],
    [[], [`b@${a}`, `b@${b}`], ["b <none> "], [`b <none> ${a}`, `b <none> ${b}`]],
    [["c:1"], [`d@${a}`], ["c 1 <none>", "d <none> "], ["c 1 <none>", `d <none> ${a}`]],
    [
      ["reg.io:5000/x/y:t"],
      [`reg.io:5000/x/y@${a}`],
      ["reg.io:5000/x/y t <none>"],
      [`reg.io:5000/x/y t ${a}`],
    ],
  ];
  for (const [tags, digests, plain, withDigests] of cases) {
    deepEqual(names(tags, digests, false), plain);
    deepEqual(names(tags, digests, true), withDigests);
  }
});
