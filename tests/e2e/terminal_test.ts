/** Containers with a terminal, as somebody sees them who sits in front of one. */
import { equal, match, ok } from "node:assert/strict";
import { monitorsOf, untilLogged, untilNobodyMonitors } from "./containers/detached.ts";
import { inspect } from "./containers/running.ts";
import { type Box, boxTest, eventually, PseudoTerminal, run } from "./harness.ts";

/** What busybox's shell asks root with. */
const PROMPT = "/ # ";

const CTRL_C = "\x03", CTRL_P = "\x10", CTRL_Q = "\x11", CTRL_Z = "\x1a", ESCAPE = "\x1b";
const DETACH = CTRL_P + CTRL_Q;

type TerminalOptions = ConstructorParameters<typeof PseudoTerminal>[1];

/** Runs box in a terminal of its own. */
function open(box: Box, args: string | string[], options: TerminalOptions = {}): PseudoTerminal {
  const { defaults } = box;
  return new PseudoTerminal(box.commandLine(args), {
    ...defaults,
    ...options,
    env: { ...defaults.env, ...options.env },
  });
}

boxTest("a shell has a terminal of the container's own, as large as the user's", async (box) => {
  await box.busybox();
  const size = { rows: 33, columns: 101 }, env = { TERM: "vt100" };
  await using terminal = open(box, "run -it --name it busybox sh", { size, env });
  await terminal.waitFor(PROMPT);
  equal(terminal.isRestored, false, "it is raw");
  const ask = (command: string) => terminal.ask(command, PROMPT);
  equal(await ask("tty"), "/dev/pts/0\n");
  equal(await ask("stty size"), "33 101\n");
  equal(await ask("echo $TERM"), "xterm\n");
  equal(await ask("ls /dev/pts"), "0     ptmx\n");
  terminal.resize({ rows: 50, columns: 132 });
  await eventually("it has the new size", async () => await ask("stty size") === "50 132\n");
  terminal.type("exit 3\r");
  equal(await terminal.wait(), 3);
  ok(terminal.isRestored);
  match(await box.ok("logs it"), /tty\r\n\/dev\/pts\/0\r\n/);
});

boxTest("a program knows the size of its terminal from the start", async (box) => {
  await box.busybox();
  const size = { rows: 12, columns: 34 };
  await using terminal = open(box, "run -it --rm busybox stty size", { size });
  await terminal.waitFor("12 34\r\n");
  equal(await terminal.wait(), 0);
});

boxTest("a shell has job control", async (box) => {
  await box.busybox();
  await using terminal = open(box, "run -it --rm busybox sh");
  await terminal.waitFor(PROMPT);
  const ask = (command: string) => terminal.ask(command, PROMPT);
  terminal.type("echo begun; sleep 1000\r");
  await terminal.waitFor("begun\r\n");
  await inForeground(box, "sleep 1000");
  terminal.type(CTRL_C);
  await terminal.waitFor(PROMPT);
  equal(await ask("echo $?"), "130\n");
  terminal.type("echo begun; sleep 1001\r");
  await terminal.waitFor("begun\r\n");
  await inForeground(box, "sleep 1001");
  terminal.type(CTRL_Z);
  await terminal.waitFor(PROMPT);
  match(await ask("jobs"), /^\[1\].*Stopped.*sleep 1001/);
  terminal.type("fg\r");
  await terminal.waitFor("sleep 1001\r\n");
  await inForeground(box, "sleep 1001");
  terminal.type(CTRL_C);
  await terminal.waitFor(PROMPT);
  equal(await ask("jobs"), "");
  terminal.type("\x04"); // the end of the input
  equal(await terminal.wait(), 0);
  ok(!terminal.screen.includes("job control"), terminal.screen);
});

/** Waits until a command of the only container runs in the foreground of its terminal. */
async function inForeground(box: Box, command: string): Promise<void> {
  const id = await box.ok("ps -q");
  await eventually(`${command} runs`, async () => {
    const { stdout } = await box.run(["top", id, "-o", "pid,stat,args"]);
    return stdout.split("\n").some((line) => line.includes(command) && /\s[SR]\w*\+/.test(line));
  });
}

boxTest("the detach keys leave the container alone; others attach to it", async (box) => {
  await box.busybox();
  await using terminal = open(box, "run -it --name it busybox sh");
  await terminal.waitFor(PROMPT);
  await terminal.ask("x=mine", PROMPT);
  terminal.type(DETACH);
  equal(await terminal.wait(), 0);
  ok(terminal.isRestored);
  equal(await inspect(box, "{{.State.Running}}", "it"), "true");

  await using first = open(box, "attach it"), second = open(box, "attach it");
  await eventually("both are attached", () => {
    first.type("\r");
    return first.screen.includes(PROMPT) && second.screen.includes(PROMPT);
  });
  first.type("echo $x$x\r");
  await first.waitFor("minemine\r\n");
  await second.waitFor("minemine\r\n");
  second.type("echo yours\r");
  await first.waitFor("yours\r\n");
  second.type(DETACH);
  equal(await second.wait(), 1); // as in docker
  await second.waitFor(/read escape sequence\r\n$/);
  ok(second.isRestored);
  first.type("exit 7\r");
  equal(await first.wait(), 7);
  ok(first.isRestored);
  equal(await box.ok("wait it"), "7");
  await untilNobodyMonitors(box);
});

boxTest("a container with a terminal is started, attached to and left again", async (box) => {
  await box.busybox();
  await box.ok("run -dit --name it busybox sh");
  await untilLogged(box, "it", "BusyBox");
  await using attached = open(box, "attach --detach-keys=ctrl-a,x it", {
    size: { rows: 9, columns: 99 },
  });
  await eventually("it is attached", () => {
    attached.type("\r");
    return attached.screen.includes(PROMPT);
  });
  await eventually(
    "it has this terminal's size",
    async () => (await attached.ask("stty size", PROMPT)).endsWith("9 99\n"),
  );
  attached.type("\x01x");
  equal(await attached.wait(), 1);
  ok(attached.isRestored);
  await box.ok("kill it");
  await using started = open(box, "start -ai it");
  await started.waitFor(PROMPT);
  equal(await started.ask("tty", PROMPT), "/dev/pts/0\n");
  started.type("exit 4\r");
  equal(await started.wait(), 4);
  ok(started.isRestored);
});

boxTest("attach --no-stdin only looks", async (box) => {
  await box.busybox();
  await box.ok(["run", "-dit", "--name", "it", "busybox", "sh"]);
  await untilLogged(box, "it", "BusyBox");
  await using looking = open(box, "attach --no-stdin it"), typing = open(box, "attach it");
  await eventually("both are attached", () => {
    typing.type("\r");
    return looking.screen.includes(PROMPT) && typing.screen.includes(PROMPT);
  });
  ok(looking.isRestored, "its modes are as they were");
  looking.type("echo no\r");
  typing.type("echo yes\r");
  await looking.waitFor(/yes\r+\n/);
  typing.type("exit 2\r");
  equal(await typing.wait(), 2);
  equal(await looking.wait(), 2);
  ok(!typing.screen.includes("echo no"), typing.screen);
});

boxTest(
  "detach keys that make no sense are refused, and the terminal is as before",
  async (box) => {
    await box.busybox();
    await using terminal = open(box, "run -it --detach-keys=nonsense busybox sh");
    await terminal.waitFor("Invalid detach keys (nonsense) provided");
    equal(await terminal.wait(), 125);
    ok(terminal.isRestored);
  },
);

boxTest("vi and top draw and quit", async (box) => {
  await box.busybox();
  await using terminal = open(box, "run -it --rm busybox sh");
  await terminal.waitFor(PROMPT);
  terminal.type("vi /text\r");
  await terminal.waitFor(`${ESCAPE}[`);
  await terminal.waitFor(/~[^]*\/text/);
  terminal.type("ihello vi");
  await terminal.waitFor("hello vi");
  terminal.type(ESCAPE);
  await terminal.waitFor("- /text"); // or what follows would be taken for the rest of a key
  terminal.type(":wq\r");
  await terminal.waitFor(PROMPT);
  equal(await terminal.ask("cat /text", PROMPT), "hello vi\n");
  terminal.type("top\r");
  await terminal.waitFor(/Mem: [^]*PID [^]*COMMAND/);
  terminal.type("q");
  await terminal.waitFor(PROMPT);
  terminal.type("exit\r");
  equal(await terminal.wait(), 0);
});

const deaf = "echo ready; while :; do sleep 0.05; done";

/** How a session in a terminal may end. */
const endings: [
  what: string,
  args: string[],
  end: (box: Box, pid: number) => unknown,
  code: number,
][] = [
  [
    "a signal that the container takes",
    ["run", "-it", "--name", "it", "busybox", "sh", "-c", `trap 'exit 9' TERM; ${deaf}`],
    (_, pid) => Deno.kill(pid, "SIGTERM"),
    9,
  ],
  [
    "a signal that box takes",
    ["run", "-it", "--name", "it", "--sig-proxy=false", "busybox", "sh", "-c", deaf],
    (_, pid) => Deno.kill(pid, "SIGTERM"),
    143,
  ],
  [
    "the death of the container",
    ["run", "-it", "--name", "it", "busybox", "sh", "-c", deaf],
    (box) => box.ok("kill it"),
    137,
  ],
  [
    "its removal",
    ["run", "-it", "--name", "it", "busybox", "sh", "-c", deaf],
    (box) => box.ok("rm -f it"),
    137,
  ],
];

for (const [what, args, end, code] of endings) {
  boxTest(`a terminal has its modes again after ${what}`, async (box) => {
    await box.busybox();
    await using terminal = open(box, args);
    await terminal.waitFor("ready");
    equal(terminal.isRestored, false);
    await end(box, terminal.process.pid);
    equal(await terminal.wait(), code);
    ok(terminal.isRestored);
  });
}

boxTest("a terminal has its modes again after a start that failed", async (box) => {
  await box.busybox();
  await using terminal = open(box, "run -it --rm busybox nosuch");
  equal(await terminal.wait(), 127);
  ok(terminal.isRestored);
});

boxTest("attach gives the terminal its modes back when box is ended", async (box) => {
  await box.busybox();
  await box.ok("run -dit --name it busybox sh");
  await using terminal = open(box, "attach it");
  await eventually("it is attached", () => {
    terminal.type("\r");
    return terminal.screen.includes(PROMPT);
  });
  equal(terminal.isRestored, false);
  terminal.process.kill("SIGTERM");
  equal(await terminal.wait(), 143);
  ok(terminal.isRestored);
  equal(await inspect(box, "{{.State.Running}}", "it"), "true");
});

boxTest("a terminal that is taken away ends what listens to it", async (box) => {
  await box.busybox();
  const script = `trap 'exit 12' HUP; ${deaf}`;
  await using terminal = open(box, ["run", "-it", "--name", "it", "busybox", "sh", "-c", script]);
  await terminal.waitFor("ready");
  terminal.hangUp();
  await eventually(
    "it has ended",
    async () => await inspect(box, "{{.State.Status}} {{.State.ExitCode}}", "it") === "exited 12",
  );
});

boxTest("-t without a terminal, and -i with one that is none", async (box) => {
  await box.busybox();
  equal(await box.ok("run --rm -t busybox tty"), "/dev/pts/0\r");
  await box.fail("run --rm -it busybox tty", 1, /^the input device is not a TTY\n$/);
  equal(monitorsOf(box).length, 0);
  equal((await run(["true"])).code, 0);
});
