import assert from "node:assert/strict";
import type { MountSpec } from "../../../../storage/container/config.ts";
import { mountSpecOf, parseMount } from "../../../../commands/container_request/mount.ts";

Deno.test("--mount asks for what Docker makes of it", () => {
  const bind = { Type: "bind", Source: "/s", Target: "/t" };
  const tmpfs = { Type: "tmpfs", Target: "/t" };
  const cases: [text: string, mount: object][] = [
    ["type=bind,source=/s,target=/t", bind],
    ["type=bind,src=/s,dst=/t", bind],
    ["type=bind,src=/s,destination=/t", bind],
    ["TYPE=BIND,SRC=/s,DST=/t", bind],
    ["type=bind,src=/other,source=/s,dst=/t", bind],
    ['type=bind,"src=/a,b",dst=/t', { ...bind, Source: "/a,b" }],
    ["type=bind,src=/s,dst=/t,consistency=cached", bind],
    ["type=bind,src=/s,dst=/t,readonly", { ...bind, ReadOnly: true }],
    ["type=bind,src=/s,dst=/t,RO", { ...bind, ReadOnly: true }],
    ["type=bind,src=/s,dst=/t,ro=1", { ...bind, ReadOnly: true }],
    ["type=bind,src=/s,dst=/t,ReadOnly=TRUE", { ...bind, ReadOnly: true }],
    ["type=bind,src=/s,dst=/t,readonly=false", { ...bind, ReadOnly: false }],
    [
      "type=bind,src=/s,dst=/t,bind-propagation=RShared",
      { ...bind, BindOptions: { Propagation: "rshared" } },
    ],
    [
      "type=bind,src=/s,dst=/t,bind-propagation=slave,bind-nonrecursive",
      { ...bind, BindOptions: { Propagation: "slave", NonRecursive: true } },
    ],
    ["type=tmpfs,dst=/t", tmpfs],
    ["type=tmpfs,dst=/t,ro", { ...tmpfs, ReadOnly: true }],
    [
      "type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=1770",
      { ...tmpfs, TmpfsOptions: { SizeBytes: 64 << 20, Mode: 0o1770 } },
    ],
    ["type=tmpfs,dst=/t,tmpfs-mode=07777", { ...tmpfs, TmpfsOptions: { Mode: 0o7777 } }],
  ];
  for (const [text, mount] of cases) {
    assert.deepEqual(mountSpecOf(parseMount(text)), mount, text);
  }
});

Deno.test("tmpfs-size counts in powers of 1024", () => {
  const cases: [size: string, bytes: number][] = [
    ["0", 0],
    ["10B", 10],
    ["1 k", 1024],
    ["1KB", 1024],
    ["1kib", 1024],
    ["1Mi", 1024 ** 2],
    ["1.5g", 1.5 * 1024 ** 3],
    ["1tb", 1024 ** 4],
    ["1p", 1024 ** 5],
    ["0.3k", 307],
  ];
  for (const [size, bytes] of cases) {
    const { TmpfsOptions } = parseMount(`type=tmpfs,dst=/t,tmpfs-size=${size}`);
    assert.deepEqual(TmpfsOptions, { SizeBytes: bytes }, size);
  }
});

Deno.test("a --mount that cannot be read is refused in Docker's words", () => {
  const cases: [text: string, message: string][] = [
    ["", "EOF"],
    [",", "invalid field '' must be a key=value pair"],
    ["type", "invalid field 'type' must be a key=value pair"],
    ["=x", "unexpected key '' in '=x'"],
    ["type=bind, src=/s,dst=/t", "unexpected key ' src' in ' src=/s'"],
    ["type=bind,src=/s,dst=/t,bogus=1", "unexpected key 'bogus' in 'bogus=1'"],
    ["type=bind,src=/s,dst=/t,bogus", "invalid field 'bogus' must be a key=value pair"],
    ["type=bind,src=/s,dst=/t,", "invalid field '' must be a key=value pair"],
    ["type=bind,src=/s", "target is required"],
    ["type=bind,src=/s,dst=", "target is required"],
    ["readonly", "target is required"],
    ["type=,dst=/t", "type is required"],
    ["type=bind,src=/s,dst=/t,readonly=maybe", "invalid value for readonly: maybe"],
    ["type=bind,src=/s,dst=/t,ro=", "invalid value for ro: "],
    ["type=bind,src=/s,dst=/t,bind-nonrecursive=x", "invalid value for bind-nonrecursive: x"],
    ["type=tmpfs,dst=/t,tmpfs-size=bogus", "invalid value for tmpfs-size: bogus"],
    ["type=tmpfs,dst=/t,tmpfs-size=", "invalid value for tmpfs-size: "],
    ["type=tmpfs,dst=/t,tmpfs-size=-1", "invalid value for tmpfs-size: -1"],
    ["type=tmpfs,dst=/t,tmpfs-size=1e3", "invalid value for tmpfs-size: 1e3"],
    ["type=tmpfs,dst=/t,tmpfs-size=.5m", "invalid value for tmpfs-size: .5m"],
    ["type=tmpfs,dst=/t,tmpfs-size=5.m", "invalid value for tmpfs-size: 5.m"],
    ["type=tmpfs,dst=/t,tmpfs-size=1bb", "invalid value for tmpfs-size: 1bb"],
    ["type=tmpfs,dst=/t,tmpfs-size= 5", "invalid value for tmpfs-size:  5"],
    ["type=tmpfs,dst=/t,tmpfs-size=99999p", "invalid value for tmpfs-size: 99999p"],
    ["type=tmpfs,dst=/t,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"],
    ["type=tmpfs,dst=/t,tmpfs-mode=-1", "invalid value for tmpfs-mode: -1"],
    ["type=tmpfs,dst=/t,tmpfs-mode=", "invalid value for tmpfs-mode: "],
    [
      "type=tmpfs,dst=/t,tmpfs-mode=77777777777777777",
      "invalid value for tmpfs-mode: 77777777777777777",
    ],
    [
      "type=bind,src=/s,dst=/t,tmpfs-size=1",
      "cannot mix 'tmpfs-*' options with mount type 'bind'",
    ],
    [
      "type=tmpfs,dst=/t,bind-propagation=shared",
      "cannot mix 'bind-*' options with mount type 'tmpfs'",
    ],
    [
      "bind-nonrecursive,type=volume,dst=/t",
      "cannot mix 'bind-*' options with mount type 'volume'",
    ],
    [
      "type=bind,src=/s,dst=/t,volume-label=a=b",
      "cannot mix 'volume-*' options with mount type 'bind'",
    ],
    [
      "type=tmpfs,dst=/t,volume-nocopy",
      "cannot mix 'volume-*' options with mount type 'tmpfs'",
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseMount(text), { name: "Error", message });
  }
});

Deno.test("a --mount that cannot be made is refused in the words of Docker's daemon", () => {
  const cases: [text: string, message: string][] = [
    [
      "type=bogus,src=/s,dst=/t",
      'invalid mount config for type "bogus": mount type unknown',
    ],
    [
      "type=bind,dst=/t",
      'invalid mount config for type "bind": field Source must not be empty',
    ],
    [
      "type=tmpfs,src=/s,dst=/t",
      'invalid mount config for type "tmpfs": field Source must not be specified',
    ],
    [
      "type=bind,src=/s,dst=/t,bind-propagation=bogus",
      'invalid mount config for type "bind": invalid propagation mode: bogus',
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => mountSpecOf(parseMount(text)), { name: "InvalidError", message });
  }
});

Deno.test("a volume has options of its own", () => {
  const table: [text: string, mount: MountSpec][] = [
    ["dst=/t", { Type: "volume", Target: "/t" }],
    ["src=data,dst=/t,ro", { Type: "volume", Source: "data", Target: "/t", ReadOnly: true }],
    ["dst=/t,volume-nocopy", {
      Type: "volume",
      Target: "/t",
      VolumeOptions: { NoCopy: true, DriverConfig: {} },
    }],
    [
      "src=d,dst=/t,volume-label=a=b,volume-label=c,volume-driver=local,volume-opt=type=tmpfs," +
      '"volume-opt=o=size=1m,mode=700",volume-subpath=x/y',
      {
        Type: "volume",
        Source: "d",
        Target: "/t",
        VolumeOptions: {
          Labels: { a: "b", c: "" },
          DriverConfig: { Name: "local", Options: { type: "tmpfs", o: "size=1m,mode=700" } },
          Subpath: "x/y",
        },
      },
    ],
  ];
  for (const [text, mount] of table) assert.deepEqual(mountSpecOf(parseMount(text)), mount, text);
  for (const path of ["/x", "..", "a/../../b"]) {
    assert.throws(() => mountSpecOf(parseMount(`src=d,dst=/t,volume-subpath=${path}`)), {
      message: 'invalid mount config for type "volume": ' +
        "subpath must be a relative path within the volume",
    });
  }
});
