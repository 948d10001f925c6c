/** The commands that only read: what they print is what docker printed of the same store. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, withDockerd } from "./harness.ts";
import { parseTranscript } from "./listing/transcript.ts";
import { containerIds, type ImageIds, writeListingStore } from "./listing/store.ts";

const transcript = parseTranscript(
  Deno.readTextFileSync(new URL("listing/recorded.txt", import.meta.url)),
);

/** Times are printed in the local zone. */
const inUtc = { env: { TZ: "UTC" } };

/** What is not the same in every store: ids, in both their lengths, and times. */
function normalize(text: string, ids: ImageIds): string {
  for (const [name, id] of Object.entries(ids)) {
    text = text.replaceAll(id, `<${name}>`)
      .replaceAll(id.slice(7, 19), `<${name}>`.padEnd(12, "~"));
  }
  return text.replace(/\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, "<time>");
}

/** Programs that run at a time: they only read. */
const PARALLEL = 4;

async function checkTranscript(program: Pick<Box, "run">, ids: ImageIds): Promise<void> {
  for (let start = 0; start < transcript.length; start += PARALLEL) {
    await Promise.all(
      transcript.slice(start, start + PARALLEL).map(async (recorded) => {
        const { stdout, stderr, code } = await program.run(recorded.words, inUtc);
        const printed = { words: recorded.words, stdout: normalize(stdout, ids), stderr, code };
        deepEqual(printed, recorded);
      }),
    );
  }
}

boxTest("lists, histories and inspections are docker's", async (box) => {
  await checkTranscript(box, await writeListingStore(box.root));
});

boxTest("docker prints what is recorded, and inspects as box does", async (box) => {
  const ids = await writeListingStore(box.root);
  await withDockerd(box.root, async (docker) => {
    await checkTranscript(docker, ids);
    await docker.ok(
      "create --network none --label a=b -v /srv:/data:ro --tmpfs /t -m 64m --name full busybox",
    );
    const things = ["full", ...Object.values(ids)];
    equal(await box.ok(["inspect", ...things]), await docker.ok(["inspect", ...things]));
    equal(await box.ok("inspect -s full"), await docker.ok("inspect -s full"));
  });
});

boxTest("what cannot be read is told, and does not hide the rest", async (box) => {
  const ids = await writeListingStore(box.root);
  const container = `${box.root}/containers/${containerIds.exited}/config.v2.json`;
  const image = `${box.root}/image/overlay2/imagedb/content/${ids.app.replace(":", "/")}`;
  const whole = [container, image].map((file) => [file, Deno.readTextFileSync(file)] as const);
  for (const [file] of whole) await Deno.writeTextFile(file, "{");

  const ps = await box.run("ps -aq");
  deepEqual([ps.code, ps.stdout], [0, "c0ffee111111\ndecade333333\n"]);
  match(ps.stderr, new RegExp(`^WARNING: ${container} is not valid JSON: .*\\n$`));
  const images = await box.run("images -q --no-trunc");
  deepEqual([images.code, images.stdout], [
    0,
    `${ids.nameless}\n${ids.busybox}\n${ids.bare}\n`,
  ]);
  match(images.stderr, new RegExp(`^WARNING: ${image} is not valid JSON: .*\\n$`));
  for (const id of [containerIds.exited, ids.app]) {
    await box.fail(["inspect", id], 1, /^Error response from daemon: .* is not valid JSON: .*\n$/);
  }
  match(await box.fail("info -f {{.Nope}}", 1, /can't evaluate field Nope/), /^template/);
  match((await box.run("info")).stderr, /^WARNING: .*config\.v2\.json is not valid JSON/m);

  for (const [file, content] of whole) await Deno.writeTextFile(file, content);
});

const readingCommands: [commandLine: string, code: number][] = [
  ["ps -a", 0],
  ["ps -as -f ancestor=busybox", 0],
  ["images -a", 0],
  ["history busybox", 1],
  ["inspect busybox", 1],
  ["container inspect busybox", 1],
  ["image inspect busybox", 1],
  ["version", 0],
  ["info", 0],
  ["info -f {{.Images}}", 0],
];

for (const user of ["root", "nobody"]) {
  boxTest(`commands that only read make no store (${user})`, { user }, async (box) => {
    for (const [commandLine, expected] of readingCommands) {
      const { code } = await box.run(commandLine);
      equal(code, expected, commandLine);
    }
    const top = box.root.replace(/\/store$/, "");
    deepEqual([...Deno.readDirSync(top)].filter(({ name }) => name === "store"), []);
  });
}

boxTest("info says what box uses and what it lacks", async (box) => {
  const { stdout, stderr } = await box.run("info");
  for (
    const line of [
      /^ Storage Driver: overlay2\n {2}Backing Filesystem: \w+$/m,
      /^ Cgroup Driver: (cgroupfs\n Cgroup Version: [12]\n Cgroup Root: \/sys\/fs\/cgroup\/.*box|none)$/m,
      /^ {2}seccomp\n {3}Profile: \w+$/m,
      /^ Total Memory: [\d.]+[MGT]iB$/m,
    ]
  ) match(stdout, line);
  match(stdout, new RegExp(`^ Docker Root Dir: ${box.root}$`, "m"));
  match(stderr, /^(WARNING: .*\n)*$/);
  const info = JSON.parse(await box.ok(["info", "-f", "{{json .}}"]));
  deepEqual(info.Warnings, stderr.split("\n").filter(Boolean));
});

boxTest("version tells of both sides, which are one program", async (box) => {
  const version = await box.ok(["version", "-f", "{{.Client.Version}} {{.Server.Version}}"]);
  match(version, /^(\d+\.\d+\.\d+) \1$/);
  const text = await box.ok("version");
  equal(
    text.match(/^ {1,2}Version: +(\S+)$/gm)?.filter((line) =>
      line.endsWith(` ${version.split(" ")[0]}`)
    ).length,
    2,
  );
  match(text, /^ Deno:\n {2}Version: +\d/m);
});
