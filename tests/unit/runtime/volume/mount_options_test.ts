import assert from "node:assert/strict";
import { MS } from "../../../../ffi/constants.ts";
import { parseMountOptions } from "../../../../runtime/volume/mount_options.ts";

Deno.test("options of mount(8) are flags, propagation and the file system's own", () => {
  const table: [options: string, flags: number, propagation: number, data: string][] = [
    ["", 0, 0, ""],
    ["bind", MS.BIND, 0, ""],
    ["rbind,ro", MS.BIND | MS.REC | MS.RDONLY, 0, ""],
    ["ro,rw,nosuid,size=1m,uid=5", MS.NOSUID, 0, "size=1m,uid=5"],
    ["defaults,,noexec", MS.NOEXEC, 0, ""],
    ["bind,rshared", MS.BIND, MS.SHARED | MS.REC, ""],
    ["private", 0, MS.PRIVATE, ""],
    ["addr=10.0.0.1,constructor", 0, 0, "addr=10.0.0.1,constructor"],
  ];
  for (const [options, flags, propagation, data] of table) {
    assert.deepEqual(parseMountOptions(options), { flags, propagation, data }, options);
  }
});
