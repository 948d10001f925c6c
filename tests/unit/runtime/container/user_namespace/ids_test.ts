import assert from "node:assert/strict";
import { type IdMappings, toContainerId, toHostId } from "../../../../../ffi/idmap.ts";
import { allocateIds } from "../../../../../runtime/container/user_namespace/allocate.ts";
import {
  parseUsernsMode,
  verifyUserNamespace,
} from "../../../../../runtime/container/user_namespace/mode.ts";
import { remappedIds } from "../../../../../runtime/container/user_namespace/subordinate_ids.ts";
import { defaultHostConfig } from "../../../../../runtime/container/host_config.ts";
import { raisedLimits } from "../../../../../runtime/sandbox/user_namespace/raised_limits.ts";

const hostFiles = (files: Record<string, string>) => ({
  read: (path: string) => files[path] ?? "",
});

Deno.test("ids are mapped by the range that they are in, and others not at all", () => {
  const mappings = [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100000, size: 10 },
  ];
  const pairs = [[0, 1000], [1, 100000], [10, 100009]];
  for (const [inside, outside] of pairs) {
    assert.equal(toHostId(mappings, inside), outside);
    assert.equal(toContainerId(mappings, outside), inside);
  }
  for (const id of [11, 65534]) assert.equal(toHostId(mappings, id), undefined);
  for (const id of [0, 1001, 99999, 100010]) assert.equal(toContainerId(mappings, id), undefined);
});

Deno.test("--userns has docker's words, and podman's auto", () => {
  assert.deepEqual(parseUsernsMode(""), { kind: "host" });
  assert.deepEqual(parseUsernsMode("host"), { kind: "host" });
  assert.deepEqual(parseUsernsMode("private"), { kind: "private" });
  assert.deepEqual(parseUsernsMode("auto"), { kind: "auto", size: 65536 });
  assert.deepEqual(parseUsernsMode("auto:size=5"), { kind: "auto", size: 5 });
  const wrong = ["x", "auto:", "auto:size=", "auto:size=0", "auto:size=-1", "auto:size=1k"];
  for (const mode of [...wrong, "auto:size=4294967296", "auto:uidmapping=0:1:2", "auto,size=5"]) {
    assert.throws(() => parseUsernsMode(mode), { name: "InvalidError" }, mode);
  }
});

Deno.test("what is the host's cannot be shared by other ids", () => {
  const verify = (changes: object) =>
    verifyUserNamespace({ ...defaultHostConfig(), UsernsMode: "auto", ...changes });
  verify({});
  verify({ UTSMode: "host" });
  for (const changes of [{ Privileged: true }, { NetworkMode: "host" }, { PidMode: "host" }]) {
    assert.throws(() => verify(changes), /user namespaces/);
    verify({ ...changes, UsernsMode: "host" });
  }
});

Deno.test("userns-remap takes all ranges of a user and of a group, one after the other", () => {
  const files = hostFiles({
    "/etc/passwd": "dockremap:x:999:999::/:/x\nann:x:1000:1000::/home/ann:/bin/sh\n",
    "/etc/group": "ann:x:1000:\nstaff:x:50:ann\n",
    "/etc/subuid":
      "# comment\nann:100000:10\nbob:1:2\n1000:300000:5\nann:x:y\nann:7\ndockremap:5:6\n",
    "/etc/subgid": "staff:200000:20\ndockremap:7:8\nann:4294967290:100\n",
  });
  assert.deepEqual(remappedIds("ann:staff", files), {
    uidMappings: [
      { containerID: 0, hostID: 100000, size: 10 },
      { containerID: 10, hostID: 300000, size: 5 },
    ],
    gidMappings: [{ containerID: 0, hostID: 200000, size: 20 }],
  });
  assert.deepEqual(remappedIds("1000:50", files), remappedIds("ann:staff", files));
  assert.equal(remappedIds("default", files).uidMappings[0].hostID, 5);
  const refusals: [setting: string, message: RegExp][] = [
    ["ann", /No subgid ranges found for group "ann" in \/etc\/subgid/],
    ["eve", /Can't create ID mappings: No subuid ranges found for user "eve" in \/etc\/subuid/],
    ["a:b:c", /invalid user\/group specification/],
    [":staff", /invalid user\/group specification/],
  ];
  for (const [setting, message] of refusals) {
    assert.throws(() => remappedIds(setting, files), message, setting);
  }
});

Deno.test("auto takes the first ids that nobody has, and says when there are no more", () => {
  const files = hostFiles({
    "/etc/subuid": "containers:1000:20\ncontainers:5000:30\n",
    "/etc/subgid": "containers:2000:100\n",
  });
  const taken: IdMappings[] = [];
  const starts = [];
  for (let i = 0; i < 5; i++) {
    const ids = allocateIds(10, taken, files);
    taken.push(ids);
    starts.push(ids.uidMappings[0].hostID);
  }
  assert.deepEqual(starts, [1000, 1010, 5000, 5010, 5020]);
  assert.throws(
    () => allocateIds(10, taken, files),
    /not find enough available IDs.*\/etc\/subuid/,
  );
  taken.splice(1, 1);
  assert.equal(allocateIds(10, taken, files).uidMappings[0].hostID, 1010);
  assert.equal(allocateIds(65536, [], hostFiles({})).uidMappings[0].hostID, 2 ** 31);
});

Deno.test("only limits above box's own are raised beforehand", () => {
  const own = "Limit  Soft Hard Units\n" +
    "Max open files            1024                 4096                 files     \n" +
    "Max processes             unlimited            unlimited            processes \n";
  const limits = [
    { Name: "nofile", Soft: 10, Hard: 5000 },
    { Name: "nofile", Soft: 10, Hard: 4096 },
    { Name: "nofile", Soft: -1, Hard: -1 },
    { Name: "nproc", Soft: -1, Hard: -1 },
  ];
  assert.deepEqual(raisedLimits(limits, own), [
    { Name: "nofile", Soft: 5000, Hard: 5000 },
    { Name: "nofile", Soft: -1, Hard: -1 },
  ]);
});
