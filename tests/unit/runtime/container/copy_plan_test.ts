import { deepEqual, throws } from "node:assert/strict";
import {
  type CopyPlan,
  type CopySource,
  type CopyTarget,
  planCopy,
} from "../../../../runtime/container/copy_plan.ts";

const file: CopySource = { name: "f", isDirectory: false };
const directory: CopySource = { name: "d", isDirectory: true };
const content: CopySource = { name: ".", isDirectory: true };

/** What is at a path whose last name is `t`. */
const at = (kind: CopyTarget["kind"], assertsDirectory = false): CopyTarget => ({
  kind,
  assertsDirectory,
  name: "t",
});

Deno.test("planCopy() puts things into a directory, in the place of a file, or makes the name", () => {
  const table: [CopySource, CopyTarget, CopyPlan][] = [
    [file, at("directory"), { into: "target", name: "f" }],
    [file, at("directory", true), { into: "target", name: "f" }],
    [file, at("other"), { into: "parent", name: "t" }],
    [file, at("missing"), { into: "parent", name: "t" }],
    [directory, at("directory"), { into: "target", name: "d" }],
    [directory, at("missing"), { into: "parent", name: "t" }],
    [directory, at("missing", true), { into: "parent", name: "t" }],
    [content, at("directory"), { into: "target", name: "." }],
    [content, at("missing"), { into: "parent", name: "t" }],
  ];
  for (const [source, target, plan] of table) deepEqual(planCopy(source, target), plan);
});

Deno.test("planCopy() refuses what does not go together", () => {
  const table: [CopySource, CopyTarget, string][] = [
    [directory, at("other"), "cannot copy directory"],
    [content, at("other"), "cannot copy directory"],
    [directory, at("other", true), "cannot copy directory"],
    [file, at("other", true), "no such directory"],
    [file, at("missing", true), "no such directory"],
  ];
  for (const [source, target, message] of table) {
    throws(() => planCopy(source, target), { name: "CopyError", message });
  }
});
