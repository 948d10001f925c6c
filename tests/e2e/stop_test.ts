/** Ending containers from beside: kill, stop and wait. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest, eventually, type RunningProcess } from "./harness.ts";

const statuses = (box: Box) => box.ok(["ps", "-a", "--format", "{{.Names}} {{.Status}}"]);

/** What the container's file says of who ended it. */
async function isManuallyStopped(box: Box, name: string): Promise<boolean> {
  const id = await inspect(box, "{{.Id}}", name);
  const text = await Deno.readTextFile(`${box.root}/containers/${id}/config.v2.json`);
  return JSON.parse(text).HasBeenManuallyStopped;
}

boxTest("kill ends containers, and returns when their end is recorded", async (box) => {
  await box.busybox();
  const processes = await Promise.all(
    ["one", "two"].map((name) => runBeside(box, `--name ${name}`, idle)),
  );
  equal(await box.ok("kill one two"), "one\ntwo");
  for (const line of (await statuses(box)).split("\n")) match(line, /^(one|two) Exited \(137\)/);
  for (const process of processes) equal((await process.wait()).code, 137);
  ok(await isManuallyStopped(box, "one"));
});

boxTest("kill -s sends any signal, by name or number", async (box) => {
  await box.busybox();
  const process = await runBeside(box, "--name it", `trap 'echo got it' USR1; ${idle}`);
  for (const signal of ["USR1", "SIGUSR1", "sigusr1", "10"]) {
    equal(await box.ok(`container kill -s ${signal} it`), "it");
    await process.waitFor("got it");
  }
  match(await statuses(box), /^it Up/);
  equal(await box.ok(["kill", "--signal=", "it"]), "it");
  equal((await process.wait()).code, 137);
});

boxTest("stop asks with the container's own signal, and takes the program's word", async (box) => {
  await box.busybox();
  await runBeside(box, "--name term", `trap 'exit 3' TERM; ${idle}`);
  await runBeside(box, "--name own --stop-signal USR2", `trap 'exit 4' USR2; ${idle}`);
  equal(await box.ok("stop term own"), "term\nown");
  match(await statuses(box), /^own Exited \(4\) .*\nterm Exited \(3\) .*$/);
  ok(await isManuallyStopped(box, "term"));
  equal(await box.ok("stop term"), "term"); // stopped already
});

boxTest("stop kills what does not end in time, all at once", async (box) => {
  await box.busybox();
  await runBeside(box, "--name own --stop-timeout 1", idle);
  equal(await box.ok("stop own"), "own");
  const [[, asked], [, killed]] = await kills(box, "own");
  ok(killed - asked >= 1 && killed - asked < 9, "the container's own time is a second");
  const names = ["one", "two", "three"];
  for (const name of names) await runBeside(box, `--name ${name}`, idle);
  equal(await box.ok("stop --time 5 one two three"), "one\ntwo\nthree");
  const all = await kills(box, ...names);
  deepEqual(all.map(([signal]) => signal), ["15", "15", "15", "9", "9", "9"]);
  ok(all[3][1] - all[0][1] >= 5, "they had five seconds");
  equal((await statuses(box)).match(/Exited \(137\)/g)?.length, 4);
});

/** The signals that containers got, and when, in seconds. */
async function kills(box: Box, ...names: string[]): Promise<[signal: string, time: number][]> {
  const filters = ["event=kill", ...names.map((name) => `container=${name}`)]
    .flatMap((filter) => ["--filter", filter]);
  const until = String(Date.now() / 1000);
  const events = await box.ok(["events", "--until", until, ...filters, "--format", "{{json .}}"]);
  return events.split("\n").map((line) => {
    const { Actor: { Attributes: { signal } }, timeNano } = JSON.parse(line);
    return [signal, timeNano / 1e9];
  });
}

boxTest("a container that is removed with its end can be stopped and killed", async (box) => {
  await box.busybox();
  for (const command of ["stop -t 0", "kill"]) {
    const process = await runBeside(box, "--rm --name brief", idle);
    equal(await box.ok(`${command} brief`), "brief");
    equal((await process.wait()).code, 137);
    equal(await box.ok("ps -aq"), "");
  }
});

boxTest("wait prints the exit codes, at once or when there are any", async (box) => {
  await box.busybox();
  await box.run(["run", "--name", "over", "busybox", "sh", "-c", "exit 7"]);
  await runBeside(box, "--name first", `trap 'exit 1' USR1; ${idle}`);
  await runBeside(box, "--name second", `trap 'exit 2' USR1; ${idle}`);
  equal(await box.ok("wait over"), "7");
  const waiting = box.spawn("wait first second over");
  await box.ok("kill -s USR1 second");
  await eventually("the second has ended", async () => /second Exited/.test(await statuses(box)));
  equal(waiting.stdout, "");
  await box.ok("kill -s USR1 first");
  const { code, stdout } = await waiting.wait();
  deepEqual([code, stdout], [0, "1\n2\n7\n"]);
});

boxTest("wait tells also how a container ended that is removed with its end", async (box) => {
  await box.busybox();
  await runBeside(box, "--rm --name brief", `trap 'exit 9' USR1; ${idle}`);
  const waiting = [box.spawn("wait brief"), box.spawn("container wait brief")];
  const id = await inspect(box, "{{.Id}}", "brief");
  const note = `${box.root}/containers/${id}/exit-status`;
  await eventually("both wait", async () => await holders(note, waiting) === waiting.length);
  await box.ok("kill -s USR1 brief");
  for (const each of waiting) equal((await each.wait()).stdout, "9\n");
  equal(await box.ok("ps -aq"), "");
});

/** How many of these processes have a file open. */
async function holders(file: string, processes: readonly RunningProcess[]): Promise<number> {
  const open = await Promise.all(processes.map(async ({ pid }) => {
    const links = Array.fromAsync(
      Deno.readDir(`/proc/${pid}/fd`),
      ({ name }) => Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => ""),
    );
    return (await links).includes(file);
  }));
  return open.filter(Boolean).length;
}

boxTest("only a signal that is meant to end a container speaks against a restart", async (box) => {
  await box.busybox();
  await runBeside(box, "--name server --stop-signal QUIT", `trap : HUP QUIT; ${idle}`);
  await box.ok("kill -s HUP server");
  equal(await isManuallyStopped(box, "server"), false);
  await box.ok("kill -s QUIT server");
  equal(await isManuallyStopped(box, "server"), true);
  await runBeside(box, "--name plain", `trap : HUP; ${idle}`);
  await box.ok("kill -s HUP plain");
  equal(await isManuallyStopped(box, "plain"), true);
});

boxTest("restart stops a container and starts it in the background", async (box) => {
  await box.busybox();
  await runBeside(box, "--name it", `trap 'exit 3' TERM; ${idle}`);
  const before = await inspect(box, "{{.State.Pid}} {{.State.StartedAt}}", "it");
  equal(await box.ok("restart -t 60 it"), "it");
  const after = await inspect(box, "{{.State.Pid}} {{.State.StartedAt}}", "it");
  ok(before !== after, after);
  match(await statuses(box), /^it Up/);
  equal(await isManuallyStopped(box, "it"), false);
  await box.ok("kill it");
  equal(await box.ok("restart it"), "it"); // stopped already
  match(await statuses(box), /^it Up/);
  await box.fail("restart nosuch", 1, /^Error response from daemon: No such container: nosuch\n$/);
});
