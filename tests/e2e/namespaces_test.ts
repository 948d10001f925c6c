/** --pid, --ipc and --uts: namespaces that containers share with the host and with each other. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, type RunningProcess } from "./harness.ts";

/** Runs a shell script in a container of busybox; returns what it prints. */
async function inBusybox(box: Box, script: string, ...options: string[]): Promise<string> {
  return await box.ok(["run", "--rm", ...options, "busybox", "sh", "-c", script]);
}

/** A container of this name that runs until its input ends, with a file in /dev/shm. */
async function donor(box: Box, name: string, ...options: string[]): Promise<RunningProcess> {
  const script = `echo ${name} > /dev/shm/file; echo started; cat > /dev/null`;
  const args = ["run", "-i", "--name", name, ...options, "busybox", "sh", "-c", script];
  const process = box.spawn(args);
  await process.waitFor("started\n");
  return process;
}

const idOf = (box: Box, name: string) => box.ok(["inspect", "-f", "{{.Id}}", name]);

/** The names of all processes whose environment has this variable. */
function processesWith(variable: string): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`).split("\0");
      return environment.includes(variable) ? [Deno.readTextFileSync(`/proc/${name}/comm`)] : [];
    } catch {
      return []; // no process, or gone
    }
  });
}

boxTest("namespaces are a container's own unless the host's are asked for", async (box) => {
  await box.busybox();
  const names = ["pid", "ipc", "uts"];
  const host = names.map((name) => Deno.readLinkSync(`/proc/self/ns/${name}`));
  const script = "for name in pid ipc uts; do readlink /proc/self/ns/$name; done";
  for (const options of [[], ["--pid=host"], ["--ipc=host"], ["--uts=host"]]) {
    const namespaces = (await inBusybox(box, script, ...options)).split("\n");
    const shared = names.filter((_, i) => namespaces[i] === host[i]);
    deepEqual(shared.map((name) => `--${name}=host`), options);
  }
});

boxTest("with --pid host a container sees the host's processes", async (box) => {
  await box.busybox();
  const comm = await Deno.readTextFile("/proc/self/comm");
  equal(await inBusybox(box, `cat /proc/${Deno.pid}/comm`, "--pid", "host"), comm.trim());
  equal(await inBusybox(box, "cat /proc/self/comm", "--pid=host", "--init"), "cat");
  await box.ok("create --name made --pid host busybox");
  const format = "{{.HostConfig.PidMode}} {{.HostConfig.SecurityOpt}}";
  equal(await box.ok(["inspect", "-f", format, "made"]), "host [label=disable]");
});

boxTest("what a container leaves in the host's pid namespace ends with it", async (box) => {
  await box.busybox();
  const mark = `MARK=${crypto.randomUUID()}`;
  // In a session of its own, deaf to signals, and with the container's output open.
  const script = `setsid sh -c "trap '' HUP TERM; echo up; sleep 1000 & sleep 1000" & read; exit 7`;
  const args = ["run", "--rm", "-i", "--pid", "host", "-e", mark, "busybox", "sh", "-c", script];
  const process = box.spawn(args);
  await process.waitFor("up\n");
  equal(processesWith(mark).length >= 3, true);
  await process.closeStdin();
  const { code, stderr } = await process.wait(60_000);
  deepEqual([code, stderr], [7, ""]);
  deepEqual(processesWith(mark), []);
});

boxTest("--pid container:NAME joins the pid namespace of a container that runs", async (box) => {
  await box.busybox();
  await donor(box, "donor");
  const id = await idOf(box, "donor");
  const processes = await inBusybox(box, "ps -o pid,args", "--pid", "container:donor");
  match(processes, /^ +1 cat$/m);
  match(processes, /ps -o pid,args$/m);
  const namespace = "readlink /proc/self/ns/pid";
  equal(
    await inBusybox(box, namespace, "--pid", `container:${id}`),
    await inBusybox(box, namespace, "--pid", `container:${id.slice(0, 12)}`),
  );
  const mark = `MARK=${crypto.randomUUID()}`;
  await inBusybox(box, "sleep 1000 & true", "--pid", "container:donor", "-e", mark);
  deepEqual(processesWith(mark), [], "it ends what it leaves behind");
  await box.ok("create --name joined --pid container:donor busybox true");
  equal(await box.ok("inspect -f {{.HostConfig.PidMode}} joined"), `container:${id}`);
  await box.ok("start -a joined");
});

boxTest("the end of a container is the end of those in its pid namespace", async (box) => {
  await box.busybox();
  const first = await donor(box, "donor");
  const script = "echo in; sleep 1000";
  const second = box.spawn(
    ["run", "--rm", "--pid", "container:donor", "busybox", "sh", "-c", script],
  );
  await second.waitFor("in\n");
  await first.closeStdin();
  equal((await first.wait()).code, 0);
  equal((await second.wait()).code, 137);
});

boxTest("a shareable ipc namespace is shared with its /dev/shm, again and again", async (box) => {
  await box.busybox();
  await donor(box, "first", "--ipc", "shareable");
  await donor(box, "second", "--ipc", "container:first");
  const look = "readlink /proc/self/ns/ipc; cat /dev/shm/file; mount | grep -c ' /dev/shm '";
  const [namespace, ...rest] = (await inBusybox(box, look, "--ipc=container:first")).split("\n");
  deepEqual(rest, ["second", "1"]);
  equal(await inBusybox(box, look, "--ipc=container:second"), [namespace, ...rest].join("\n"));
  ok(!(await inBusybox(box, "readlink /proc/self/ns/ipc; ls /dev/shm")).includes(namespace));
  // What the second wrote is the first's.
  await inBusybox(box, "echo third > /dev/shm/file", "--ipc=container:second");
  match(await inBusybox(box, look, "--ipc=container:first"), /\nthird\n/);
  equal(await inBusybox(box, "ls -A /dev/shm", "--ipc=container:first", "--tmpfs=/dev/shm"), "");
});

boxTest("--ipc none has no /dev/shm, and host the host's", async (box) => {
  await box.busybox();
  const list = "ls -d /dev/shm /dev/mqueue 2>&1; true";
  const none = "ls: /dev/shm: No such file or directory\n/dev/mqueue";
  equal(await inBusybox(box, list, "--ipc", "none"), none);
  equal(await inBusybox(box, list), "/dev/mqueue\n/dev/shm");
  const file = `/dev/shm/box-e2e-${crypto.randomUUID()}`;
  await Deno.writeTextFile(file, "the host's");
  try {
    equal(await inBusybox(box, `cat ${file}`, "--ipc", "host"), "the host's");
    equal(await inBusybox(box, "ls -A /dev/shm"), "");
  } finally {
    await Deno.remove(file);
  }
});

boxTest("with --uts host a container has the host's name", async (box) => {
  await box.busybox();
  const name = Deno.hostname();
  equal(await inBusybox(box, "hostname", "--uts", "host"), name);
  const named = "hostname; cat /proc/sys/kernel/domainname /etc/hostname; echo $HOSTNAME";
  equal(
    await inBusybox(box, named, "-h", "web", "--domainname", "example.org"),
    "web\nexample.org\nweb\nweb",
  );
  equal(Deno.hostname(), name);
});

boxTest("a namespace cannot be joined where there is none to share", async (box) => {
  await box.busybox();
  const running = await donor(box, "running");
  await box.ok("create --name stopped busybox true");
  const [alive, stopped] = [await idOf(box, "running"), await idOf(box, "stopped")];
  const response = "box: Error response from daemon:";
  const cases: [option: string, message: string][] = [
    ["--pid=container:stopped", `container ${stopped} is not running`],
    [
      "--ipc=container:stopped",
      `can't join IPC of container ${stopped}: container ${stopped} is not running`,
    ],
    [
      "--ipc=container:running",
      `can't join IPC of container ${alive}: non-shareable IPC ` +
      "(hint: use IpcMode:shareable for the donor container)",
    ],
  ];
  for (const [option, message] of cases) {
    const { code, stderr } = await box.run(["run", "--rm", option, "busybox", "true"]);
    deepEqual([code, stderr], [125, `${response} ${message}.\n`]);
  }

  await box.ok("create --name orphan --pid container:running busybox true");
  await running.closeStdin();
  await running.wait();
  await box.ok("rm running");
  const { code, stderr } = await box.run("start -a orphan");
  const gone = `cannot join PID of a non running container: ${alive}: No such container: ${alive}`;
  deepEqual([code, stderr], [1, `Error response from daemon: ${gone}\n`]);
});
