import assert from "node:assert/strict";
import { MS } from "../../../../ffi/constants.ts";
import { parseTmpfsOptions } from "../../../../runtime/container/mounts.ts";
import {
  mountPointOfBind,
  mountPointsOf,
  propagationFlag,
} from "../../../../runtime/container/mount_points.ts";
import { cleanPath } from "../../../../storage/paths.ts";
import { defaultHostConfig } from "../../../../runtime/container/host_config.ts";

Deno.test("mountPointOfBind writes what dockerd 20.10 writes", () => {
  assert.deepEqual(mountPointOfBind("/home/user/bind:/b:ro"), {
    Source: "/home/user/bind",
    Destination: "/b",
    RW: false,
    Name: "",
    Driver: "",
    Type: "bind",
    Relabel: "ro",
    Propagation: "rprivate",
    Spec: { Type: "bind", Source: "/home/user/bind", Target: "/b", ReadOnly: true },
    SkipMountpointCreation: false,
  });
});

const refused: [string, RegExp][] = [
  ["/a", /invalid volume specification: '\/a'/],
  ["/a:/b:ro:x", /invalid volume specification/],
  ["/a:/b:bogus", /invalid mode: bogus/],
  ["/a:b", /mount path must be absolute/],
  ["/a:/", /destination can't be '\/'/],
  ["/a:/x/..", /destination can't be '\/'/],
];

for (const [bind, message] of refused) {
  Deno.test(`mountPointOfBind refuses ${bind}`, () => {
    assert.throws(() => mountPointOfBind(bind), { message });
  });
}

Deno.test("two mounts in one place are refused", () => {
  const hostConfig = { ...defaultHostConfig(), Binds: ["/a:/x", "/b:/x/"] };
  assert.throws(() => mountPointsOf(hostConfig), { message: "Duplicate mount point: /x" });
  const withTmpfs = { ...defaultHostConfig(), Binds: ["/a:/x"], Tmpfs: { "/x": "" } };
  assert.throws(() => mountPointsOf(withTmpfs), { message: "Duplicate mount point: /x" });
});

Deno.test("cleanPath never leaves the root", () => {
  const table = [["/a/../../b", "/b"], ["//a/./b/", "/a/b"], ["/..", "/"], ["/", "/"]];
  for (const [path, clean] of table) assert.equal(cleanPath(path), clean);
});

Deno.test("propagationFlag knows docker's words", () => {
  const table: [string, number][] = [["rshared", MS.SHARED], ["slave", MS.SLAVE], [
    "rprivate",
    MS.PRIVATE,
  ]];
  for (const [word, flag] of table) assert.equal(propagationFlag(word), flag);
});

Deno.test("parseTmpfsOptions starts from noexec, nosuid, nodev", () => {
  const { flags, data } = parseTmpfsOptions("exec,size=64k,mode=1777,ro");
  assert.equal(flags, MS.NOSUID | MS.NODEV | MS.RDONLY);
  assert.equal(data, "size=64k,mode=1777");
  assert.throws(() => parseTmpfsOptions("bogus"), { message: 'Invalid tmpfs option ["bogus"]' });
  assert.throws(() => parseTmpfsOptions("constructor"), { message: /Invalid tmpfs option/ });
});
