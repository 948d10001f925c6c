/** What passes through the streams of containers: to and from those who are attached. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { endsOnTerm, readNotes, untilLogged } from "./containers/detached.ts";
import { fails } from "./containers/running.ts";
import { type Box, boxTest, eventually } from "./harness.ts";

const both = ["sh", "-c", "echo out; echo err >&2; exit 5"];

boxTest("-a chooses what is attached", async (box) => {
  await box.busybox();
  const cases: [options: string[], stdout: string, stderr: string][] = [
    [[], "out\n", "err\n"],
    [["-a", "stdout"], "out\n", ""],
    [["-a", "stderr"], "", "err\n"],
    [["-a", "stdout", "-a", "STDERR"], "out\n", "err\n"],
  ];
  for (const [options, stdout, stderr] of cases) {
    const result = await box.run(["run", "--rm", ...options, "busybox", ...both]);
    deepEqual([result.code, result.stdout, result.stderr], [5, stdout, stderr]);
  }
  const { code, stdout } = await box.run("run -a stdin -i --name it busybox cat", {
    stdin: "in\n",
  });
  deepEqual([code, stdout], [0, `${await box.ok("ps -aq --no-trunc")}\n`]);
  equal(await box.ok("logs it"), "in");
});

boxTest("the end of the input is the container's, if it has one", async (box) => {
  await box.busybox();
  const script = ["sh", "-c", "cat; echo after"];
  equal(await box.ok(["run", "--rm", "-i", "busybox", ...script], { stdin: "in\n" }), "in\nafter");
  equal(await box.ok(["run", "--rm", "busybox", ...script], { stdin: "in\n" }), "after");
  await box.ok(["create", "-i", "--name", "it", "busybox", ...script]);
  equal(await box.ok("start -ai it", { stdin: "again\n" }), "again\nafter");
});

boxTest(
  "a container in the background reads on when one who was attached has no more to say",
  async (box) => {
    await box.busybox();
    const script = "read a; echo got $a; read b; echo got $b; exit 8";
    await box.ok(["run", "-d", "-i", "--name", "it", "busybox", "sh", "-c", script]);
    const first = box.spawn("attach it");
    await first.write("one\n");
    await first.closeStdin();
    await first.waitFor("got one\n");
    const second = box.spawn("attach it");
    await second.write("two\n");
    deepEqual([(await second.wait()).code, (await first.wait()).code], [8, 8]);
    equal(first.stdout, "got one\ngot two\n");
    await box.fail("attach it", 1, /^You cannot attach to a stopped container, start it first\n$/);
    await fails(box, "attach nosuch", "Error: No such container: nosuch");
  },
);

boxTest("attach passes signals on, unless told not to", async (box) => {
  await box.busybox();
  await box.ok([
    "run",
    "-d",
    "--name",
    "it",
    "busybox",
    "sh",
    "-c",
    `echo ready; ${endsOnTerm(6)}`,
  ]);
  await untilLogged(box, "it", "ready\n");
  const aside = box.spawn("attach --sig-proxy=false it"), attached = box.spawn("attach it");
  await eventually("it listens for signals", () => catches(attached.pid, SIGTERM));
  aside.kill("SIGTERM");
  equal((await aside.wait()).code, 143);
  attached.kill("SIGTERM");
  equal((await attached.wait()).code, 6);
});

/** Whether a process has a handler for a signal: proc_pid_status(5). */
function catches(pid: number, signal: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mask = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)![1]}`);
  return (mask & (1n << BigInt(signal - 1))) !== 0n;
}

const SIGTERM = 15;

/** A shell command that writes so many bytes in lines. */
const lines = (size: number) => `yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c ${size}`;

const LINES = lines(100_000_000);

boxTest("a hundred megabytes pass through a container whole", async (box) => {
  await box.busybox();
  const checksum = await box.shell(`${LINES} | sha256sum`);
  equal(
    await box.shell(`${LINES} | box run --rm -i --log-driver none busybox cat | sha256sum`),
    checksum,
  );
});

boxTest("a hundred megabytes reach whoever is attached, and come from there", async (box) => {
  await box.busybox();
  const checksum = await box.shell(`${LINES} | sha256sum`);
  await box.ok(["run", "-di", "--name", "writer", "busybox", "sh", "-c", `read x; ${LINES}`]);
  equal(await box.shell("echo go | box attach writer | sha256sum"), checksum);
  const script = "head -c 100000000 | sha256sum";
  await box.ok(["run", "-di", "--name", "reader", "busybox", "sh", "-c", script]);
  equal(await box.shell(`${LINES} | box attach reader`), checksum);
});

boxTest("a line of a megabyte is one line, to who is attached and in the log", async (box) => {
  await box.busybox();
  const script = "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo next";
  const expected = `${"x".repeat(1_000_000)}\nnext`;
  equal(await box.ok(["run", "--name", "it", "busybox", "sh", "-c", script]) === expected, true);
  equal(await box.ok("logs it") === expected, true);
});

/** Bytes that the first process of a container has written. */
async function written(box: Box, name: string): Promise<number> {
  const { State: { Pid: pid } } = await readNotes(box, name);
  return Number(/^wchar: (\d+)$/m.exec(await Deno.readTextFile(`/proc/${pid}/io`))![1]);
}

/** Waits until a container has written something, and then nothing for a while. */
async function untilHeldUp(box: Box, name: string): Promise<void> {
  let last = -1;
  await eventually(`${name} is held up`, async () => {
    const before = last;
    last = await written(box, name).catch(() => 0); // it has not been started yet
    if (last > 100_000 && last === before) return true;
    await new Promise((resolve) => setTimeout(resolve, 200)); // time in which it would have written
    return false;
  }, 20_000);
}

/** Reads nothing until there is a file `go`. */
const SLOW_READER = "(while [ ! -e go ]; do sleep 0.05; done; exec sha256sum)";

boxTest("who reads slowly slows the container, and nothing is lost", async (box) => {
  await box.busybox();
  const size = 20_000_000, checksum = await box.shell(`${lines(size)} | sha256sum`);
  await box.shell(`${lines(size)} > lines`);
  const bind = ["-v", `${box.temp}/lines:/lines`];
  await box.ok(["create", "--name", "near", ...bind, "busybox", "cat", "/lines"]);
  const attached = ["sh", "-c", "read x; exec cat /lines"];
  await box.ok(["run", "-di", "--name", "far", ...bind, "busybox", ...attached]);
  const commands = { near: "box start -a near", far: "echo go | box attach far" };
  for (const [name, command] of Object.entries(commands)) {
    const reading = box.shell(`${command} | ${SLOW_READER}`);
    await untilHeldUp(box, name);
    ok(await written(box, name) < size);
    await Deno.writeTextFile(`${box.temp}/go`, "");
    equal(await reading, checksum);
    equal(await box.ok(`wait ${name}`), "0");
    await Deno.remove(`${box.temp}/go`);
  }
});
