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

Deno.test("mountPointOfBind reads the name of a volume as dockerd 20.10 does", () => {
  assert.deepEqual(mountPointOfBind("data:/b/:ro,nocopy"), {
    Source: "",
    Destination: "/b",
    RW: false,
    Name: "data",
    Driver: "local",
    Type: "volume",
    Relabel: "ro,nocopy",
    Spec: {
      Type: "volume",
      Source: "data",
      Target: "/b",
      ReadOnly: true,
      VolumeOptions: { NoCopy: true },
    },
    SkipMountpointCreation: false,
  });
  assert.equal(mountPointOfBind("data:/b").Relabel, "z");
  assert.deepEqual(mountPointOfBind("data:/b", "nfs").Spec?.VolumeOptions, {
    DriverConfig: { Name: "nfs" },
  });
});

Deno.test("mountPointOfBind takes a path of the host as it is, but clean", () => {
  for (
    const bind of ["/a:/b", "/a:/b:", "/a:/b:rw,Z", "/a:/b:ro,z,rprivate,cached", "/a:/b:slave"]
  ) assert.equal(mountPointOfBind(bind).Type, "bind");
  assert.equal(mountPointOfBind("/a/../c:/b/").Source, "/c");
});

Deno.test("mountPointOfBind refuses what docker cannot read, in its words", () => {
  const cases: [bind: string, message: string][] = [
    ["a:b:c:d", "invalid volume specification: 'a:b:c:d'"],
    ["/a:/b:ro:x", "invalid volume specification: '/a:/b:ro:x'"],
    ["/a:", "invalid volume specification: '/a:'"],
    ["/a:ro", "invalid volume specification: '/a:ro'"],
    ["/a:/b:bogus", "invalid mode: bogus"],
    ["/a:/b:readonly", "invalid mode: readonly"],
    ["/a:/b:ro ", "invalid mode: ro "],
    ["/a:/b:ro,rw", "invalid mode: ro,rw"],
    ["/a:/b:ro,ro", "invalid mode: ro,ro"],
    ["/a:/b:z,Z", "invalid mode: z,Z"],
    ["/a:/b:rprivate,shared", "invalid mode: rprivate,shared"],
    ["/a:/b:consistent,cached", "invalid mode: consistent,cached"],
    ["/a:/b:,", "invalid mode: ,"],
    ["C:\\x:/y", "invalid mode: /y"],
    ["name:/b:c", "invalid mode: c"],
    [
      "/a:/b:nocopy",
      `invalid volume specification: '/a:/b:nocopy': invalid mount config for type "bind": ` +
      "field VolumeOptions must not be specified",
    ],
    ["/a", "invalid volume specification: '/a'"],
    [":/a", "invalid volume specification: ':/a'"],
    ["", "invalid volume specification: ''"],
    [
      "data:b",
      `invalid volume specification: 'data:b': invalid mount config for type "volume": ` +
      "invalid mount path: 'b' mount path must be absolute",
    ],
    [
      "/a:/x/..",
      `invalid volume specification: '/a:/x/..': invalid mount config for type "bind": ` +
      "invalid specification: destination can't be '/'",
    ],
    [
      "data:/b:rshared",
      `invalid volume specification: 'data:/b:rshared': invalid mount config for type "volume": ` +
      "field BindOptions must not be specified",
    ],
  ];
  for (const [bind, message] of cases) {
    assert.throws(() => mountPointOfBind(bind), { name: "InvalidError", message });
  }
});

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
