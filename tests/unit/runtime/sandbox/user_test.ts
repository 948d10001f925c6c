import assert from "node:assert/strict";
import { resolveUser } from "../../../../runtime/sandbox/user.ts";

const passwd = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1::/usr/sbin:/usr/sbin/nologin

# a comment
broken line
alice:x:1000:1000:Alice:/home/alice:/bin/sh
huge:x:99999999999:1::/:/bin/sh
groupless:x:77:::/:/bin/sh
12:x:1012:1012::/home/twelve:/bin/sh
`;
const group = `root:x:0:
daemon:x:1:
alice:x:1000:
staff:x:50:alice,daemon
wheel:x:10:root,alice
`;

/** [spec, uid, gid, groups, home] */
const table: [string, number, number, number[], string][] = [
  ["", 0, 0, [0, 10], "/root"],
  ["root", 0, 0, [0, 10], "/root"],
  ["0", 0, 0, [0, 10], "/root"],
  ["0:0", 0, 0, [0], "/root"],
  ["alice", 1000, 1000, [1000, 50, 10], "/home/alice"],
  ["1000", 1000, 1000, [1000, 50, 10], "/home/alice"],
  ["alice:staff", 1000, 50, [50], "/home/alice"],
  ["alice:1234", 1000, 1234, [1234], "/home/alice"],
  ["4711", 4711, 0, [0], "/"],
  ["4711:staff", 4711, 50, [50], "/"],
  [":staff", 0, 50, [50], "/root"],
  ["77", 77, 0, [0], "/"], // a line without a group says nothing
  ["00", 0, 0, [0, 10], "/root"],
  ["2147483647:2147483647", 2147483647, 2147483647, [2147483647], "/"],
  ["12", 1012, 1012, [1012], "/home/twelve"], // a name that looks like a number is a name first
];

for (const [spec, uid, gid, groups, home] of table) {
  Deno.test(`resolveUser finds ${JSON.stringify(spec)}`, () => {
    assert.deepEqual(resolveUser(spec, passwd, group), { uid, gid, groups, home });
  });
}

const refused: [string, RegExp][] = [
  ["nosuch", /^unable to find user nosuch: no matching entries in passwd file$/],
  ["alice:nosuch", /^unable to find group nosuch: no matching entries in group file$/],
  ["-1", /range 0-2147483647/],
  ["4294967295", /range 0-2147483647/],
  ["0:4294967296", /range 0-2147483647/],
  ["huge", /unable to find user huge/],
  ["99999999999999999999", /range 0-2147483647/],
];

for (const [spec, message] of refused) {
  Deno.test(`resolveUser refuses ${spec}`, () => {
    assert.throws(() => resolveUser(spec, passwd, group), { message });
  });
}

Deno.test("resolveUser without files knows root", () => {
  assert.deepEqual(resolveUser("", "", ""), { uid: 0, gid: 0, groups: [0], home: "/" });
});

Deno.test("additional groups are looked up by name and by number", () => {
  const groups = (...added: string[]) => resolveUser("alice:staff", passwd, group, added).groups;
  assert.deepEqual(groups("wheel", "7", "50", "wheel"), [50, 10, 7]);
  assert.throws(() => groups("nope"), {
    message: "Unable to find group nope: no matching entries in group file",
  });
  assert.throws(() => groups("-3"), { message: "uids and gids must be in range 0-2147483647" });
});
