/** Events: what docker would say has happened, told live and afterwards. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, eventually } from "./harness.ts";

/** Everything that has happened so far, each as `type action (attributes)`; ids are told apart by the actor's name alone. */
async function history(box: Box, ...args: string[]): Promise<string[]> {
  const lines = await eventLines(box, ...args);
  return lines.map((line) =>
    line.replace(/^\S+ /, "").replace(/ (?:sha256:)?[a-f0-9]{64} \(/, " (")
      .replaceAll(/sha256:[a-f0-9]{64}/g, "<id>")
  );
}

/** Events up to now: docker takes `0s` for the beginning of this second. */
async function eventLines(box: Box, ...args: string[]): Promise<string[]> {
  const now = (Date.now() / 1000).toFixed(3);
  const { code, stdout, stderr } = await box.run(["events", "--until", now, ...args]);
  deepEqual([code, stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1);
}

const ofContainers = ["--filter", "type=container"];

boxTest("the life of a container is told as docker tells it", async (box) => {
  await box.busybox();
  await box.fail("run --name web --label k=v busybox cat /nosuch", 1, /nosuch/);
  await box.ok("rename web web2");
  await box.ok("cp web2:/bin/sh .");
  await box.ok("cp sh web2:/copy");
  await box.ok("export -o exported.tar web2");
  await box.ok(["commit", "-m", "a word", "web2", "com:1"]);
  await box.fail("cp web2:/nosuch .", 1, /No such container:path/);
  await box.ok("rm web2");
  await box.ok("run --rm --name gone busybox true");
  await box.fail("run --name bad busybox nosuch", 127, /executable file not found/);
  const web = "image=busybox, k=v, name=web", web2 = `${web}2`;
  deepEqual(await history(box, ...ofContainers), [
    `container create (${web})`,
    `container attach (${web})`,
    `container start (${web})`,
    `container die (exitCode=1, ${web})`,
    `container rename (${web2}, oldName=/web)`,
    `container archive-path (${web2})`,
    `container extract-to-dir (${web2})`,
    `container export (${web2})`,
    "container commit (comment=a word, image=busybox, imageID=<id>, imageRef=com:1, k=v, name=web2)",
    `container destroy (${web2})`,
    "container create (image=busybox, name=gone)",
    "container attach (image=busybox, name=gone)",
    "container start (image=busybox, name=gone)",
    "container die (exitCode=0, image=busybox, name=gone)",
    "container destroy (image=busybox, name=gone)",
    "container create (image=busybox, name=bad)",
    "container attach (image=busybox, name=bad)",
  ]);
});

boxTest("the life of an image is told as docker tells it", async (box) => {
  const image = await box.busybox();
  await box.ok(["tag", image, "other:2"]);
  await box.ok(["save", "-o", "saved.tar", image, "other:2"]);
  await box.ok("rmi other:2");
  await box.ok("load -i saved.tar");
  await box.ok(["create", "--name", "made", "--label", "l=x", image, "true"]);
  await box.ok(["commit", "-c", "LABEL a=b", "made", "labelled"]);
  await box.ok("rm made");
  await box.ok("rmi labelled");
  deepEqual(await history(box, "--filter", "type=image"), [
    "image tag (name=busybox:latest)",
    "image import (name=<id>)",
    "image tag (name=other:2)",
    "image save (name=<id>)",
    "image untag (name=<id>)",
    "image load (name=<id>)",
    "image tag (a=b, l=x, name=labelled:latest)",
    "image untag (a=b, l=x, name=<id>)",
    "image delete (name=<id>)",
  ]);
});

boxTest("a container that is removed by force is killed, dies and is gone", async (box) => {
  await box.busybox();
  const running = box.spawn([
    "run",
    "--name",
    "long",
    "busybox",
    "sh",
    "-c",
    "echo up; sleep 1000",
  ]);
  await running.waitFor("up");
  await box.ok("rm -f long");
  await running.wait();
  deepEqual(await history(box, "--filter", "container=long"), [
    "container create (image=busybox, name=long)",
    "container attach (image=busybox, name=long)",
    "container start (image=busybox, name=long)",
    "container kill (image=busybox, name=long, signal=9)",
    "container die (exitCode=137, image=busybox, name=long)",
    "container destroy (image=busybox, name=long)",
  ]);
});

boxTest(
  "events are told live, from before there is a store until the reader leaves",
  async (box) => {
    const live = box.spawn("events");
    const json = box.spawn(["events", "-f", "type=container", "--format", "{{json .}}"]);
    // They listen when what happens is told; until then something happens again and again.
    await box.busybox();
    await eventually("both listen", async () => {
      await box.ok("run --rm --name probe busybox true");
      return live.stdout.includes("name=probe") && json.stdout.includes("probe");
    });
    await box.ok("create --name made busybox true");
    await live.waitFor(/container create [a-f0-9]{64} \(image=busybox, name=made\)\n/);
    const [line] = await json.waitFor(/.*"name":"made".*\n/);
    const event = JSON.parse(line);
    deepEqual(
      [event.status, event.from, event.Type, event.Action, event.scope, event.Actor.Attributes],
      ["create", "busybox", "container", "create", "local", { image: "busybox", name: "made" }],
    );
    equal(event.id, event.Actor.ID);
    match(live.stdout, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d) /);
    live.kill("SIGINT");
    equal((await live.wait()).code, 130);
  },
);

boxTest("--since and --until choose a time, and --until ends the wait", async (box) => {
  await box.busybox();
  await box.ok("create --name first busybox true");
  await box.ok("create --name second busybox true");
  const [first, second] = (await eventLines(box, ...ofContainers)).map((line) =>
    line.split(" ")[0]
  );
  const times = async (...args: string[]) =>
    (await eventLines(box, ...args)).map((line) => line.split(" ")[0]);
  deepEqual(await times("--since", second), [second]);
  deepEqual((await times("--until", first)).at(-1), first);
  const soon = ((Date.now() + 300) / 1000).toFixed(3);
  const { code, stdout, ms } = await box.run(["events", "--since", second, "--until", soon]);
  deepEqual([code, stdout.split("\n").length], [0, 2]);
  ok(ms < 60_000);
  await box.fail(
    "events --since 2030-01-02 --until 5",
    1,
    /^Error response from daemon: `since` time \(\d{10}\.000000000\) cannot be after `until` time \(5\)\n$/,
  );
  await box.fail("events --since bad", 1, /^failed to parse value as time or duration: "bad"\n$/);
});

boxTest("what is asked for wrongly is refused in docker's words", async (box) => {
  await box.fail("events -f foo=bar", 1, /^Error response from daemon: Invalid filter 'foo'\n$/);
  await box.fail("events -f foo", 125, /bad format of filter \(expected name=value\)/);
  await box.fail(
    "events --format {{.Bad}}",
    64,
    /^Error parsing format: template: .*\*events.Message\n$/,
  );
  await box.fail("events x", 1, /accepts no arguments/);
});

boxTest("damaged and torn lines of the log hide nothing else", async (box) => {
  await box.busybox();
  await box.ok("create --name first busybox true");
  const log = `${box.root}/events/log`;
  await Deno.writeTextFile(log, 'nonsense\n{"status":"start","id":"ab', { append: true });
  await box.ok("create --name second busybox true");
  deepEqual(await history(box, ...ofContainers), [
    "container create (image=busybox, name=first)",
    "container create (image=busybox, name=second)",
  ]);
});

boxTest("the log is put aside when it is large, and a follower goes on", async (box) => {
  await box.busybox();
  const log = `${box.root}/events/log`;
  const live = box.spawn("events --since 0");
  await live.waitFor("image import");
  await Deno.writeTextFile(log, "x".repeat(4 << 20) + "\n", { append: true });
  await box.ok("create --name made busybox true");
  await live.waitFor("name=made");
  deepEqual((await Deno.readTextFile(log)).split("\n").length, 2);
  ok((await Deno.stat(`${log}.1`)).size > 4 << 20);
  equal((await history(box)).length, 3);
});

boxTest("where events cannot be noted everything else works", async (box) => {
  await box.busybox();
  await Deno.remove(`${box.root}/events`, { recursive: true });
  await Deno.writeTextFile(`${box.root}/events`, "");
  equal((await box.ok("run --rm busybox echo works")).trim(), "works");
  deepEqual(await history(box), []);
});
