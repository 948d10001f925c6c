import { equal, ok } from "node:assert/strict";
import {
  CAP,
  effectiveCapabilities,
  isCapable,
  isInUserNamespace,
  probeMeans,
} from "../../../ffi/privilege.ts";
import { root } from "../../e2e/harness/needs.ts";
import { testWith } from "../../e2e/harness/skip.ts";

Deno.test("effectiveCapabilities() are those of /proc/self/status", () => {
  const status = Deno.readTextFileSync("/proc/thread-self/status");
  const shown = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  equal(effectiveCapabilities().toString(16).padStart(16, "0"), shown);
});

testWith([root], "root on its host has what it needs, and no user namespace", async () => {
  ok(isCapable(CAP.SYS_ADMIN));
  equal(isInUserNamespace(), false);
  equal((await probeMeans()).kind, "own");
});
