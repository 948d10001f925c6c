import { deepEqual, equal } from "node:assert/strict";
import { describeEntered, ENTERED, entered } from "../../../ffi/entered.ts";

Deno.test("a box that has entered a namespace knows whose it is, and nothing of a malformed variable", () => {
  const before = Deno.env.get(ENTERED), here = { uid: 1000, users: 7, runDirectory: "/run/a b" };
  try {
    Deno.env.set(ENTERED, describeEntered(here));
    deepEqual(entered(), here);
    for (const text of ["", "1000", "1000 7", "1000 7 run", "x 7 /run"]) {
      Deno.env.set(ENTERED, text);
      equal(entered(), undefined, text);
    }
  } finally {
    if (before === undefined) Deno.env.delete(ENTERED);
    else Deno.env.set(ENTERED, before);
  }
});
