import { deepEqual, equal, throws } from "node:assert/strict";
import { isErrno } from "../../../../ffi/errno.ts";
import { close, pread, writeAll } from "../../../../ffi/file.ts";
import { kernel } from "../../../../ffi/kernel.ts";
import { sealedFile } from "../../../../ffi/spawn/memfd.ts";

Deno.test("sealedFile() holds its content, and nobody can change it", () => {
  const content = new TextEncoder().encode("content"), buffer = new Uint8Array(16);
  const fd = sealedFile("test", content);
  deepEqual(buffer.subarray(0, pread(fd, buffer, 0)), content);
  throws(() => writeAll(fd, content), (error) => isErrno(error, "EPERM"));
  equal(kernel.ftruncate(fd, 0n), -1);
  equal(kernel.ftruncate(fd, 100n), -1);
  // Opened anew, as a container could do with /proc/1/exe.
  using file = Deno.openSync(`/proc/self/fd/${fd}`, { write: true });
  throws(() => file.writeSync(content), { code: "EPERM" });
  close(fd);
});
