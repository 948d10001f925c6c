import { deepEqual } from "node:assert/strict";
import { mapIds, subordinateIds } from "../../../../runtime/rootless/subordinate_ids.ts";

Deno.test("a user's ranges are found by his name and by his number", () => {
  const text = "ann:100000:65536\n1000:300000:10\nbob:1:2\n# ann:5:5\nann:x:1\nann:1:0\nann:7\n";
  deepEqual(subordinateIds(text, { uid: 1000, name: "ann" }), [
    { start: 100000, count: 65536 },
    { start: 300000, count: 10 },
  ]);
  deepEqual(subordinateIds(text, { uid: 5 }), []);
  deepEqual(subordinateIds("", { uid: 1000, name: "ann" }), []);
});

Deno.test("the user is 0, and his ranges follow one after another", () => {
  deepEqual(mapIds(1000, [{ start: 100000, count: 5 }, { start: 300000, count: 7 }]), [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 100000, count: 5 },
    { inside: 6, outside: 300000, count: 7 },
  ]);
});
