/** What a user may mistype: names that do not exist, are no names, or mean several things. */
import { equal, match, ok } from "node:assert/strict";
import { archive, file } from "../unit/storage/layer/helpers.ts";
import { assertTidy, type Box, boxTest, refuses } from "./harness.ts";

/** A store with image `known:1`, and container `here` made of it. */
async function populate(box: Box): Promise<void> {
  const layer = archive(file("file", "content"));
  await box.ok(["import", "-c", 'CMD ["/file"]', "-", "known:1"], { stdin: layer });
  await box.ok("create --name here known:1");
}

boxTest("what does not exist is said so, in docker's words", async (box) => {
  await populate(box);
  const none = "0".repeat(64);
  const table: [args: string, message: string, more?: { code?: number; stdout?: string }][] = [
    ["rmi nosuch", "Error: No such image: nosuch"],
    ["rmi known", "Error: No such image: known"],
    [`rmi ${none}`, `Error: No such image: ${none}`],
    ["rmi sha256:zz", "Error: No such image: sha256:zz"],
    ["rmi -f nosuch", "Error: No such image: nosuch", { code: 0 }],
    ["history nosuch", "Error response from daemon: No such image: nosuch:latest"],
    ["save nosuch", "Error response from daemon: No such image: nosuch"],
    ["tag nosuch new", "Error response from daemon: No such image: nosuch:latest"],
    ["rm nosuch", "Error: No such container: nosuch"],
    ["rm ../../etc", "Error: No such container: ../../etc"],
    ["rm -f nosuch", "Error: No such container: nosuch", { code: 0 }],
    [`rm ${none}`, `Error: No such container: ${none}`],
    ["diff nosuch", "Error response from daemon: No such container: nosuch"],
    ["commit nosuch new", "Error response from daemon: No such container: nosuch"],
    ["export nosuch", "Error response from daemon: No such container: nosuch"],
    ["cp nosuch:/file .", "Error: No such container:path: nosuch:/file"],
    ["start -a nosuch", "Error: No such container: nosuch"],
    ["inspect nosuch", "Error: No such object: nosuch", { stdout: "[]\n" }],
    ["inspect ../here", "Error: No such object: ../here", { stdout: "[]\n" }],
    ["image inspect here", "Error: No such image: here", { stdout: "[]\n" }],
    ["container inspect known:1", "Error: No such container: known:1", { stdout: "[]\n" }],
    ["load -i /nonexistent", "open /nonexistent: no such file or directory"],
    ["load -i /etc", "read /etc: is a directory"],
    ["import /nonexistent new", "open /nonexistent: no such file or directory"],
  ];
  for (const [args, message, more] of table) {
    await refuses(box, args, { message, ...more });
  }
  // Nobody listens at the registry that these names are of.
  for (const [args, code] of [["create", 1], ["run", 125]] as const) {
    const words = [args, "127.0.0.1:9/nosuch"],
      start = "Unable to find image '127.0.0.1:9/nosuch:latest'";
    const stderr = await box.fail(words, code, new RegExp(`^${start} locally\n`));
    ok(stderr.includes('Error response from daemon: Get "http://127.0.0.1:9/v2/nosuch/'), stderr);
    assertTidy(box.root);
    const never = [args, "--pull", "never", "127.0.0.1:9/nosuch"];
    await box.fail(never, code, /Error response from daemon: No such image: 127.0.0.1:9\/nosuch:/);
  }
});

boxTest("what is no name is refused, in docker's words", async (box) => {
  await populate(box);
  const longName = "n".repeat(256), longTag = `known:${"t".repeat(129)}`;
  const lower = "invalid reference format: repository name must be lowercase";
  const container = (name: string) =>
    `Error response from daemon: Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`;
  const reference = (name: string, problem = "invalid reference format") =>
    `Error parsing reference: "${name}" is not a valid repository/tag: ${problem}`;
  const table: [args: string, message: string][] = [
    ["tag known:1 UPPER", reference("UPPER", lower)],
    ["tag known:1 :", reference(":")],
    ["tag known:1 new:", reference("new:")],
    ["tag known:1 ../new", reference("../new")],
    [`tag known:1 ${longTag}`, reference(longTag)],
    [
      `tag known:1 ${longName}`,
      reference(longName, "repository name must not be more than 255 characters"),
    ],
    [
      "tag known:1 sha256:abc",
      "Error response from daemon: refusing to create an ambiguous tag using digest algorithm as name",
    ],
    ["commit here UPPER", lower],
    ["import /etc/passwd UPPER", lower],
    ["rmi UPPER", `Error response from daemon: ${lower}`],
    ["history -", "Error response from daemon: invalid reference format"],
    ["create --name a/b known:1", container("a/b")],
    ["create --name a known:1", container("a")],
    ["create --name .. known:1", container("..")],
    ["create --name -x known:1", container("-x")],
    [
      `create --name ${longName} known:1`,
      "Error response from daemon: container name is longer than 255 characters",
    ],
  ];
  for (const [args, message] of table) await refuses(box, args, { message });
  await refuses(box, "run --name a/b known:1", {
    code: 125,
    message: `box: ${container("a/b")}.`,
  });
});

boxTest("a prefix of several ids is told from one of a single id, and from none", async (box) => {
  const ids = new Map<string, string[]>();
  const note = (id: string) => ids.set(id[0], [...ids.get(id[0]) ?? [], id]);
  await populate(box);
  // With 17 ids two have the same first digit.
  for (let i = 0; i < 17; i++) note(await box.ok("create known:1"));
  const [[digit, [first]]] = [...ids].filter(([, several]) => several.length > 1);
  const message = `Error response from daemon: Multiple IDs found with provided prefix: ${digit}`;
  for (const command of ["rm", "diff", "commit", "export", "start -a"]) {
    await refuses(box, `${command} ${digit}`, { message });
  }
  await refuses(box, `inspect ${digit}`, { message, stdout: "[]\n" });
  equal(await box.ok(`inspect -f {{.Id}} ${first.slice(0, 12)}`), first);
  await refuses(box, "rm 0123456789abcdef", {
    message: "Error: No such container: 0123456789abcdef",
  });
});

boxTest("a prefix of several images' ids is refused", async (box) => {
  const ids = new Map<string, string[]>();
  for (let i = 0; i < 17; i++) {
    const id = (await box.ok("import -", { stdin: archive(file("number", `${i}`)) })).slice(7);
    ids.set(id[0], [...ids.get(id[0]) ?? [], id]);
  }
  const [[digit]] = [...ids].filter(([, several]) => several.length > 1);
  const message = `Error response from daemon: multiple IDs found with provided prefix: ${digit}`;
  for (const command of ["rmi", "history", "save"]) {
    await refuses(box, `${command} ${digit}`, { message });
  }
});

boxTest("a name that takes a matcher for ever is refused at once", async (box) => {
  await populate(box);
  const name = `${"a".repeat(200)}!`, timeout = 10_000;
  await refuses(box, `history ${name}`, {
    timeout,
    message: "Error response from daemon: invalid reference format",
  });
  const manifest = JSON.stringify([{ Config: "c", RepoTags: [name], Layers: [] }]);
  await refuses(box, "load", {
    timeout,
    stdin: archive(file("manifest.json", manifest), file("c", '{"rootfs":{"type":"layers"}}')),
    message: "invalid reference format",
  });
});

boxTest("a repository may have the name of something that every object has", async (box) => {
  await populate(box);
  await box.ok("tag known:1 constructor:1");
  equal(await box.ok("images -q constructor"), await box.ok("images -q known"));
  await refuses(box, "history tostring", {
    message: "Error response from daemon: No such image: tostring:latest",
  });
  equal(await box.ok("rmi constructor:1"), "Untagged: constructor:1");
});

boxTest("standard input and output may be what nobody expects", async (box) => {
  await box.busybox();
  match(
    await box.shell("box run --rm -i busybox cat 2>&1 < /etc; echo code $?"),
    /^WARNING: standard input cannot be read: .*directory.*\ncode 0$/,
  );
  equal(await box.shell("box run --rm -i busybox cat <&-; echo code $?"), "code 0");
  const script = "echo out; echo err >&2; sleep 0.2; echo out; exit 3";
  equal(
    await box.shell(`box run --rm busybox sh -c '${script}' 2>&1 >/dev/full; echo code $?`),
    "err\nbox: write: no space left on device (ENOSPC)\ncode 125",
  );
  equal(await box.ok("ps -aq"), "");
});
