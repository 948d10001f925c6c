import assert from "node:assert/strict";
import {
  allCapabilities,
  capabilityMask,
  defaultCapabilities,
} from "../../../../../runtime/sandbox/capabilities.ts";
import { encode } from "../../../../../runtime/sandbox/seccomp/bpf.ts";
import { compileFilter } from "../../../../../runtime/sandbox/seccomp/compile.ts";
import { compileProfile } from "../../../../../runtime/sandbox/seccomp/compile_profile.ts";
import { defaultFilters } from "../../../../../runtime/sandbox/seccomp/default_filter.ts";
import { defaultProfile } from "../../../../../runtime/sandbox/seccomp/default_profile.ts";
import {
  defaultFilter,
  relevantCapabilities,
} from "../../../../../runtime/sandbox/seccomp/filter.ts";
import { VERDICT } from "../../../../../runtime/sandbox/seccomp/policy.ts";
import { resolveProfile } from "../../../../../runtime/sandbox/seccomp/resolve.ts";
import { syscallNumbers } from "../../../../../runtime/sandbox/seccomp/syscall_numbers.ts";
import { AUDIT, evaluate, interpret } from "./interpreter.ts";

const { ALLOW, ERRNO, KILL_THREAD } = VERDICT;
const EPERM = ERRNO | 1, ENOSYS = ERRNO | 38;
const capabilities = capabilityMask(defaultCapabilities);
const target = { capabilities, kernelVersion: "6.1" };

/** What docker's filter says to a call of a container without special rights. */
function verdict(name: string, first = 0n, rights = capabilities): number {
  const filter = compileProfile(defaultProfile, {
    capabilities: rights,
    architecture: "x86_64",
    kernelVersion: "6.1",
  });
  const number = syscallNumbers("X86_64").get(name);
  assert.ok(number !== undefined, name);
  return interpret(filter, { number, audit: AUDIT.X86_64, arguments: [first, 0n, 0n, 0n, 0n, 0n] });
}

const values = [0n, 1n, 2n, 8n, 10n, 17n, 38n, 39n, 40n, 41n, 0x20000n, 0x20008n, 0x10000000n]
  .concat([0x1200011n, 0x7e020000n, 0xffffffffn, 0x100000000n, 0xffffffffffffffffn]);

Deno.test("the filter that is at hand is the one that the compiler makes", async () => {
  for (const architecture of ["x86_64", "aarch64"] as const) {
    assert.equal(
      defaultFilters[architecture],
      compileProfile(defaultProfile, { ...target, architecture }).toBase64(),
      "deno run --allow-all tools/seccomp.ts",
    );
  }
  const alike = capabilities | capabilityMask(["NET_ADMIN"]);
  assert.equal((await defaultFilter(alike)).toBase64(), defaultFilters[Deno.build.arch]);
  const other = await defaultFilter(capabilityMask(allCapabilities));
  assert.notEqual(other.toBase64(), defaultFilters[Deno.build.arch]);
});

Deno.test("the capabilities that the default profile looks at are known", () => {
  const named = defaultProfile.syscalls.flatMap(({ includes, excludes }) => [
    ...includes?.caps ?? [],
    ...excludes?.caps ?? [],
  ]);
  const relevant = relevantCapabilities.map((name) => `CAP_${name}`);
  assert.deepEqual([...new Set(named)].sort(), relevant.toSorted());
});

Deno.test("docker's filter says for every call and argument what the profile says", () => {
  const sets = [0n, capabilities, capabilityMask(allCapabilities), capabilityMask(["SYS_ADMIN"])];
  const audits = Object.values(AUDIT);
  for (const architecture of ["x86_64", "aarch64"] as const) {
    for (const capabilities of sets) {
      const policies = resolveProfile(defaultProfile, { ...target, capabilities, architecture });
      const filter = encode(compileFilter(policies));
      for (const audit of audits) {
        for (const base of [0, 0x40000000, 0x80000000, 0xfffffc00]) {
          for (let number = base; number < base + 600; number++) {
            // Most calls look at no argument.
            const isConditional = policies.some(({ calls }) => calls.get(number)?.cases.length);
            for (const value of isConditional ? values : [0n]) {
              const call = { number, audit, arguments: [value, 0n, 0n, 0n, 0n, 0n] };
              if (interpret(filter, call) !== evaluate(policies, call)) {
                assert.fail(`${architecture} ${audit.toString(16)} ${number}(${value})`);
              }
            }
          }
        }
      }
    }
  }
});

Deno.test("a container may not leave its namespaces, nor use what has often had holes", () => {
  const refused =
    `mount umount2 unshare setns pivot_root open_by_handle_at bpf perf_event_open keyctl
    add_key request_key userfaultfd kexec_load init_module finit_module delete_module reboot swapon
    io_uring_setup io_uring_enter io_uring_register move_mount fsopen open_tree fsmount ptrace`;
  for (const name of refused.split(/\s+/).filter((name) => name !== "ptrace")) {
    assert.equal(verdict(name), EPERM, name);
  }
  assert.equal(verdict("ptrace"), ALLOW);
  for (const flag of [0x10000000n, 0x20000n, 0x40000000n, 0x2000000n, 0x20000000n]) {
    assert.equal(verdict("clone", flag | 17n), EPERM);
  }
  assert.equal(verdict("clone", 0x1200011n), ALLOW);
  assert.equal(verdict("clone3"), ENOSYS);
});

Deno.test("sockets of AF_ALG and AF_VSOCK are refused, the others are not", () => {
  for (const family of [1n, 2n, 10n, 16n, 17n, 39n, 41n, 45n]) {
    assert.equal(verdict("socket", family), ALLOW);
  }
  for (const family of [38n, 40n]) assert.equal(verdict("socket", family), EPERM);
});

Deno.test("a capability brings the calls that it stands for", () => {
  const admin = capabilities | capabilityMask(["SYS_ADMIN"]);
  for (const name of ["mount", "unshare", "setns", "bpf", "clone3"]) {
    assert.equal(verdict(name, 0n, admin), ALLOW);
  }
  assert.equal(verdict("clone", 0x10000000n, admin), ALLOW);
  assert.equal(verdict("chroot"), ALLOW);
  assert.equal(verdict("chroot", 0n, 0n), EPERM);
  assert.equal(verdict("process_vm_readv", 0n, capabilityMask(["SYS_PTRACE"])), ALLOW);
});

Deno.test("a call that the profile is too old for does not exist, and programs of other machines die", () => {
  const filter = compileProfile(defaultProfile, { ...target, architecture: "x86_64" });
  const arguments_ = [0n, 0n, 0n, 0n, 0n, 0n];
  const at = (number: number, audit = AUDIT.X86_64) =>
    interpret(filter, { number, audit, arguments: arguments_ });
  assert.equal(at(449), ALLOW); // futex_waitv, the youngest that is named
  assert.equal(at(450), ENOSYS);
  assert.equal(at(0x3fffffff), ENOSYS);
  assert.equal(at(0x40000000), ALLOW); // x32: read
  assert.equal(at(0x40000000 + 13), EPERM); // rt_sigaction has another number there
  assert.equal(at(0x40000000 + 512), ALLOW);
  assert.equal(at(3, AUDIT.X86), ALLOW);
  assert.equal(at(0, AUDIT.AARCH64), KILL_THREAD);
});

Deno.test("a system call takes a few steps through the filter", () => {
  const policies = resolveProfile(defaultProfile, { ...target, architecture: "x86_64" });
  assert.ok(compileFilter(policies).length < 750);
});
