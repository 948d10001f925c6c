import assert from "node:assert/strict";
import {
  allCapabilities,
  capabilityMask,
  defaultCapabilities,
} from "../../../../runtime/sandbox/capabilities.ts";
import {
  capabilitiesOf,
  checkCapabilities,
} from "../../../../runtime/sandbox/capability_changes.ts";

const own = capabilityMask(allCapabilities) & ~capabilityMask(["SYS_RESOURCE"]);
const docker = capabilityMask(defaultCapabilities);
const [CHOWN, PTRACE] = [capabilityMask(["CHOWN"]), capabilityMask(["SYS_PTRACE"])];

function capabilities(CapAdd: string[], CapDrop: string[], Privileged = false): bigint {
  return capabilitiesOf({ CapAdd, CapDrop, Privileged }, () => own);
}

Deno.test("capabilities are evaluated in docker's order", () => {
  const cases: [added: string[], dropped: string[], mask: bigint][] = [
    [[], [], docker],
    [["SYS_PTRACE"], [], docker | PTRACE],
    [["cap_sys_ptrace"], ["Chown"], (docker | PTRACE) & ~CHOWN],
    [["CHOWN"], ["CHOWN"], docker],
    [["ALL"], [], own],
    [["all"], ["CAP_CHOWN"], own & ~CHOWN],
    [["ALL"], ["ALL"], own],
    [[], ["ALL"], 0n],
    [["CHOWN", "CHOWN"], ["ALL"], CHOWN],
    [[], ["CHOWN", "SYS_PTRACE"], docker & ~CHOWN],
    // To be missed when it is applied: it was asked for by its name.
    [["SYS_RESOURCE"], ["ALL"], capabilityMask(["SYS_RESOURCE"])],
  ];
  for (const [added, dropped, mask] of cases) {
    assert.equal(capabilities(added, dropped), mask, `${added} - ${dropped}`);
  }
});

Deno.test("a privileged container has all that box has, whatever is dropped", () => {
  assert.equal(capabilities([], ["ALL"], true), own);
});

Deno.test("unknown capabilities are refused in docker's words", () => {
  const refuse = (CapAdd: string[], CapDrop: string[], message: string) =>
    assert.throws(() => checkCapabilities({ CapAdd, CapDrop, Privileged: false }), { message });
  refuse(["chown", "nope"], [], 'invalid CapAdd: unknown capability: "CAP_NOPE"');
  refuse([], ["CAP_ALL"], 'invalid CapDrop: unknown capability: "CAP_ALL"');
  refuse([""], [], 'invalid CapAdd: unknown capability: "CAP_"');
  refuse(["ns_admin"], ["x"], 'invalid CapAdd: unknown capability: "CAP_NS_ADMIN"');
});
