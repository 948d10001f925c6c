/** System calls as functions: what they return, on both ways of calling, on both machines. */
import { deepEqual, equal } from "node:assert/strict";
import { cstring } from "../../../ffi/cstring.ts";
import { kernel, kernelInPool } from "../../../ffi/kernel.ts";
import { libraryFile } from "../../../ffi/syscall_library.ts";

const EBADF = 9, ENOENT = 2;

Deno.test("a failed call returns its negative errno, however often it is called", () => {
  const path = cstring("/no/such/file");
  for (let i = 0; i < 1000; i++) {
    equal(kernel.close(-1), -EBADF);
    equal(kernel.openat(-100, path, 0, 0), -ENOENT);
    equal(kernel.lseek(-1, 0n, 0), BigInt(-EBADF));
  }
});

Deno.test("errno is the call's, whatever the runtime does at the same time", () => {
  const path = cstring("/no/such/file"), garbage: unknown[] = [];
  for (let i = 0; i < 50_000; i++) {
    garbage[i % 100] = new Uint8Array(1000);
    if (kernel.openat(-100, path, 0, 0) !== -ENOENT) throw new Error(`call ${i}`);
  }
});

Deno.test("calls of up to six arguments arrive whole", () => {
  const PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22, EINVAL = 22;
  const address = kernel.mmap(null, 65536n, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
  equal(kernel.munmap(Deno.UnsafePointer.create(address), 65536n), 0);
  const crookedOffset = 1n;
  equal(
    kernel.mmap(null, 65536n, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, crookedOffset),
    BigInt(-EINVAL),
  );
});

Deno.test("a call in the pool resolves with the same", async () => {
  equal(await kernelInPool.read(-1, new Uint8Array(1), 1n), -EBADF);
});

Deno.test("the library for the other machine is one that its linker takes", () => {
  const view = new DataView(libraryFile("aarch64").buffer);
  const EM_AARCH64 = 183, ET_DYN = 3;
  deepEqual([view.getUint16(16, true), view.getUint16(18, true)], [ET_DYN, EM_AARCH64]);
});
