import { deepEqual } from "node:assert/strict";
import { AT } from "../../../ffi/constants.ts";
import { statAt } from "../../../ffi/stat.ts";
import { notedOwner } from "../../../storage/owner.ts";

Deno.test("a noted owner does not count where the user is one whom everybody can become", () => {
  const stat = statAt(AT.FDCWD, "/proc/self/exe", true), own = { uid: stat.uid, gid: stat.gid };
  for (const text of ["", "x", "5:6:0644", "5:6", "4294967295:4294967295:0644", "-1:0:0644"]) {
    const { uid, gid } = notedOwner(stat, new TextEncoder().encode(text));
    deepEqual({ uid, gid }, own, text);
  }
});
