import assert from "node:assert/strict";
import { naturalOrder } from "../../../commands/natural_order.ts";

Deno.test("numbers in names are ordered as numbers", () => {
  const sorted = ["1", "01", "2", "a", "a2", "a02", "a10", "a10b", "b", "b1c2", "b1c10"];
  assert.deepEqual([...sorted].reverse().sort(naturalOrder), sorted);
});
