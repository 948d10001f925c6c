import assert from "node:assert/strict";
import { checkBind } from "../../../../commands/container_request/bind.ts";

Deno.test("-v of a path on the host is passed on as it is", () => {
  const binds = [
    "/a:/b",
    "/a:/b:",
    "/a:/b:ro",
    "/a:/b:rw,Z",
    "/a:/b:ro,z,rprivate,cached",
    "/a:/b:slave",
    "/a/../c:/b/",
    // Whether the target can be one is for the engine to say.
    "/a:b",
    "/a:/",
  ];
  for (const bind of binds) assert.equal(checkBind(bind), bind);
});

Deno.test("a -v that Docker cannot read is refused in its words", () => {
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
  ];
  for (const [bind, message] of cases) {
    assert.throws(() => checkBind(bind), { name: "InvalidError", message });
  }
});

Deno.test("a -v of a volume is refused", () => {
  for (
    const volume of ["/data", "data:/x", "data:/x:ro,nocopy", "./x:/y", ":/b", ":", "", "a/b:/c"]
  ) {
    assert.throws(() => checkBind(volume), {
      name: "UsageError",
      message: `volumes are not supported yet: --volume ${volume}`,
    });
  }
});
