/** `box logs`: what a container has written, while it runs and afterwards. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest } from "./harness.ts";

/** Runs a shell script in a container of this name, to its end. */
async function logged(box: Box, name: string, script: string, options: string[] = []) {
  await box.busybox();
  return await box.run(["run", "--name", name, ...options, "busybox", "sh", "-c", script]);
}

boxTest(
  "logs keeps the streams apart, and ends at once for a container that has ended",
  async (box) => {
    const { stdout, stderr } = await logged(box, "both", "echo out; echo err >&2; printf half");
    for (
      const command of ["logs both", "container logs both", "logs -f both", "logs -n all both"]
    ) {
      const result = await box.run(command);
      deepEqual([result.code, result.stdout, result.stderr], [0, stdout, stderr], command);
    }
    equal(await box.ok("logs --tail 1 both"), "half");
    equal(await box.ok("logs -n 0 both"), "");
    await box.ok("create --name fresh busybox true");
    equal(await box.ok("logs --follow fresh"), "");
  },
);

boxTest(
  "what a container writes comes back byte for byte, however long and whatever it is",
  async (box) => {
    const script =
      `cat /bin/busybox; head -c 1000000 /dev/zero | tr '\\0' x; echo; cat /bin/busybox`;
    const { stdoutBytes } = await logged(box, "binary", script, ["--network", "none"]);
    ok(stdoutBytes.length > 2_000_000);
    const { stdoutBytes: bytes } = await box.run("logs binary");
    equal(bytes.length, stdoutBytes.length);
    ok(bytes.every((byte, index) => byte === stdoutBytes[index]));
  },
);

boxTest("logs shows times, and only what lies between two of them", async (box) => {
  await box.busybox();
  const container = box.spawn(["run", "-i", "--name", "timed", "busybox", "cat"]);
  for (const line of ["1\n", "2\n", "3\n"]) { // each is logged before the next one is written
    await container.write(line);
    await container.waitFor(line);
  }
  await container.closeStdin();
  equal((await container.wait()).code, 0);
  const lines = (await box.ok("logs -t timed")).split("\n");
  const times = lines.map((line) => {
    const [, time, text] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) ([123])$/.exec(line)!;
    return { time, text };
  });
  deepEqual(times.map(({ text }) => text), ["1", "2", "3"]);
  equal(await box.ok(["logs", "--since", times[1].time, "timed"]), "2\n3");
  equal(await box.ok(["logs", "--until", times[1].time, "timed"]), "1\n2");
  const both = ["logs", "--since", times[1].time, "--until", times[1].time, "timed"];
  equal(await box.ok(both), "2");
  equal(await box.ok("logs --since 1h timed"), "1\n2\n3");
  equal(await box.ok("logs --until 1h timed"), "");
  // As docker: the last ones first, then those of them in time.
  equal(await box.ok(["logs", "-n", "2", "--until", times[1].time, "timed"]), "2");
});

boxTest("logs -f shows what a running container writes, until it ends", async (box) => {
  await box.busybox();
  const script =
    "echo zero; echo first; while read line; do echo $line; echo $line >&2; done; echo last";
  const container = box.spawn(["run", "-i", "--name", "live", "busybox", "sh", "-c", script]);
  await container.waitFor("first\n");
  const all = box.spawn("logs --follow live"), late = box.spawn("logs -f -n 1 live");
  await all.waitFor("first\n");
  await late.waitFor("first\n");
  await container.write("one\n");
  await all.waitFor("one\n");
  await late.waitFor("one\n");
  await container.write("two\n");
  await all.waitFor("two\n");
  await container.closeStdin();
  equal((await container.wait()).code, 0);
  const [whole, part] = await Promise.all([all.wait(), late.wait()]);
  deepEqual([whole.code, whole.stdout, whole.stderr], [
    ...[0, "zero\nfirst\none\ntwo\nlast\n", "one\ntwo\n"],
  ]);
  deepEqual([part.code, part.stdout], [0, "first\none\ntwo\nlast\n"]);
});

boxTest(
  "logs -f ends when the container's process is gone and nobody has recorded that",
  async (box) => {
    await box.busybox();
    const script = "echo here; sleep 1000";
    const container = box.spawn(["run", "--name", "lost", "busybox", "sh", "-c", script]);
    await container.waitFor("here\n");
    const follower = box.spawn("logs -f lost");
    await follower.waitFor("here\n");
    const pid = Number(await box.ok("inspect -f {{.State.Pid}} lost"));
    container.kill("SIGKILL");
    await container.wait();
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      ok(error instanceof Deno.errors.NotFound); // it has ended with box
    }
    equal((await follower.wait()).code, 0);
  },
);

boxTest("logs -f ends when the container is removed", async (box) => {
  await box.busybox();
  const container = box.spawn([
    "run",
    "--name",
    "gone",
    "busybox",
    "sh",
    "-c",
    "echo here; sleep 1000",
  ]);
  await container.waitFor("here\n");
  const follower = box.spawn("logs -f gone");
  await follower.waitFor("here\n");
  await box.ok("rm --force gone");
  equal((await follower.wait()).code, 0);
  await container.wait();
});

boxTest("logs ends quietly when nobody reads it any more", async (box) => {
  await logged(box, "many", "seq 200000");
  equal(await box.shell("box logs many | head -n 1"), "1");
});

boxTest("the log is bounded, and a follower loses nothing while it rotates", async (box) => {
  await box.busybox();
  const count = 300_000;
  const container = box.spawn([
    ...[
      "run",
      "-i",
      "--name",
      "rotating",
      "busybox",
      "sh",
      "-c",
      `echo begin; read go; seq ${count}; read end`,
    ],
  ]);
  await container.waitFor("begin\n");
  const follower = box.spawn("logs -f rotating");
  await follower.waitFor("begin\n");
  await container.write("go\n");
  await follower.waitFor(`\n${count}\n`, 60_000);
  const path = await box.ok("inspect -f {{.LogPath}} rotating");
  const sizes = ["", ".1", ".2"].map((suffix) => Deno.statSync(path + suffix).size);
  ok(sizes.every((size) => size <= 10_000_200), `${sizes}`);
  ok(sizes[1] >= 10_000_000 && sizes[2] >= 10_000_000, `${sizes}`);
  await container.closeStdin();
  await container.wait();
  const { stdout } = await follower.wait();
  const wanted = ["begin", ...Array.from({ length: count }, (_, index) => index + 1), ""].join(
    "\n",
  );
  equal(stdout.length, wanted.length);
  ok(stdout === wanted);
  const kept = (await box.ok("logs rotating")).split("\n");
  equal(kept.at(-1), String(count));
  equal(await box.ok("logs -n 250000 rotating"), kept.slice(-250_000).join("\n"));
});

boxTest("what a monitor that was killed left of a record is passed over", async (box) => {
  await logged(box, "torn", "echo one");
  const path = await box.ok("inspect -f {{.LogPath}} torn");
  await Deno.writeTextFile(path, '{"log":"half of a rec', { append: true });
  equal(await box.ok("logs torn"), "one");
  await box.ok("start -a torn");
  equal(await box.ok("logs torn"), "one\none");
  for (const line of (await Deno.readTextFile(path)).trim().split("\n")) JSON.parse(line);
});

boxTest("logs refuses what docker refuses, in its words", async (box) => {
  await logged(box, "some", "echo 1; echo 2");
  await box.fail("logs nosuch", 1, /^Error: No such container: nosuch\n$/);
  await box.fail("logs", 1, /^"box logs" requires exactly 1 argument\.\n/);
  await box.fail(
    "logs --since foo some",
    1,
    /^invalid value for "since": failed to parse value as /,
  );
  await box.fail("logs --until 2026-13-01 some", 1, /^invalid value for "until": parsing time /);
  for (const all of ["x", "-1", "0x1", "1.5"]) {
    equal(await box.ok(`logs --tail=${all} some`), "1\n2");
  }
  match(await box.ok("info"), /\n Logging Driver: json-file\n {2}max-size: 10m\n {2}max-file: 3\n/);

  // A driver that box does not have, in a store that dockerd wrote.
  for (const type of ["none", "journald"]) {
    await configureLog(box, "some", type, {});
    const words =
      /^Error response from daemon: configured logging driver does not support reading\n$/;
    await box.fail("logs some", 1, words);
  }
});

/** Gives a container that exists these log options. */
async function configureLog(box: Box, name: string, Type: string, Config: Record<string, string>) {
  const path = `${box.root}/containers/${await box.ok(
    `inspect -f {{.Id}} ${name}`,
  )}/hostconfig.json`;
  const hostConfig = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...hostConfig, LogConfig: { Type, Config } }));
}

boxTest("log options hold for each start", async (box) => {
  await box.busybox();
  await box.ok("create --name work --label a=1 -e B=<2> busybox seq 9");
  const options = { labels: "a", env: "B", tag: "{{.Name}}", "max-size": "300", "max-file": "2" };
  await configureLog(box, "work", "json-file", options);
  await box.ok("start -a work");
  equal(await box.ok("logs --details -n 1 work"), "B=%3C2%3E,a=1,tag=work 9");
  const path = await box.ok("inspect -f {{.LogPath}} work");
  ok(Deno.statSync(path).size < 450 && Deno.statSync(`${path}.1`).size < 450);

  await configureLog(box, "work", "json-file", { "max-file": "0" });
  await box.fail(
    "start -a work",
    1,
    /failed to initialize logging driver: max-file cannot be less/,
  );
  await configureLog(box, "work", "syslog", {});
  await box.fail(
    "start -a work",
    1,
    /error looking up logging plugin syslog: plugin "syslog" not fo/,
  );
  await configureLog(box, "work", "none", {});
  await box.ok("start -a work");
  equal(await box.ok("inspect -f {{.LogPath}} work"), "");
});
