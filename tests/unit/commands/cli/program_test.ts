import assert from "node:assert/strict";
import { atLeast, noArgs } from "../../../../commands/cli/arguments.ts";
import { type Command, defineCommand } from "../../../../commands/cli/command.ts";
import { CliError } from "../../../../commands/cli/errors.ts";
import { bool, list, string, unsupported } from "../../../../commands/cli/options.ts";
import { print } from "../../../../commands/cli/output.ts";
import { runProgram } from "../../../../commands/cli/program.ts";
import type { CommandEntry, Registry } from "../../../../commands/cli/registry.ts";
import { VERSION } from "../../../../commands/cli/version.ts";
import { NotFoundError } from "../../../../storage/errors.ts";

const run = defineCommand({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Run a command in a new container",
  args: atLeast(1),
  interspersed: false,
  failure: "refusal",
  options: {
    env: list("e", "Set environment variables"),
    hostname: string("h", "Container host name"),
    detach: unsupported("bool", "d", "Run container in background"),
  },
  run({ options, args, root }) {
    print(JSON.stringify({ ...options, args, root }));
    if (args[0] === "nosuch") throw new NotFoundError("No such image: nosuch:latest");
    return args.length;
  },
});

const rm = defineCommand({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Remove one or more containers",
  args: atLeast(1),
  options: { force: bool("f", "Force") },
  async run({ options, args }) {
    print(`${args.join(" ")} ${options.force}`);
    await Promise.resolve();
    if (args.includes("nosuch")) throw new CliError("Error: No such container: nosuch");
  },
});

const info = defineCommand({
  usage: "[OPTIONS]",
  summary: "Display system-wide information",
  args: noArgs,
  run() {
    throw new Error("disk on fire");
  },
});

function entry(command: Command): CommandEntry {
  return { summary: command.summary, module: "", load: () => Promise.resolve({ command }) };
}

const registry: Registry = {
  summary: "What box is",
  commands: { run: entry(run), rm: entry(rm), info: entry(info) },
  groups: {
    container: {
      summary: "Manage containers",
      commands: { rm: { ...entry(rm), aliases: ["remove"] }, run: entry(run) },
    },
  },
  hidden: {},
  missing: ["push"],
};

/** Runs the program with its output caught. */
async function box(...argv: string[]) {
  let out = "", err = "";
  const decoder = new TextDecoder();
  const { stdout, stderr } = Deno;
  const catching = (stream: object, take: (text: string) => void) =>
    Object.defineProperty(stream, "writeSync", {
      configurable: true,
      value(bytes: Uint8Array) {
        take(decoder.decode(bytes));
        return bytes.length;
      },
    });
  catching(stdout, (text) => out += text);
  catching(stderr, (text) => err += text);
  try {
    return { code: await runProgram(registry, argv), out, err };
  } finally {
    Reflect.deleteProperty(stdout, "writeSync");
    Reflect.deleteProperty(stderr, "writeSync");
  }
}

Deno.test("a command gets its options, its arguments and the store's root", async () => {
  const { code, out, err } = await box("--root", "/store", "run", "-e", "A=1", "web", "-x", "y");
  assert.deepEqual(JSON.parse(out), {
    env: ["A=1"],
    help: false,
    args: ["web", "-x", "y"],
    root: "/store",
  });
  assert.deepEqual([code, err], [3, ""], "what it returns is the exit code");
});

Deno.test("commands are found by their long names and aliases", async () => {
  for (const words of [["rm"], ["container", "rm"], ["container", "remove"]]) {
    assert.deepEqual(await box(...words, "-f", "a", "b"), { code: 0, out: "a b true\n", err: "" });
  }
});

Deno.test("what goes wrong is printed to standard error, with Docker's exit code", async () => {
  const RUN_USAGE = "\n\nUsage:  box run [OPTIONS] IMAGE [COMMAND] [ARG...]" +
    "\n\nRun a command in a new container";
  const cases: [argv: string[], code: number, err: string][] = [
    [["bogus"], 1, "box: 'bogus' is not a box command.\nSee 'box --help'"],
    [["rnu"], 1, "box: 'rnu' is not a box command. Did you mean 'run'?\nSee 'box --help'"],
    [["push"], 1, "box: 'push' is not supported yet.\nSee 'box --help'"],
    [
      ["container", "bogus"],
      1,
      "box: 'container bogus' is not a box command.\nSee 'box container --help'",
    ],
    [
      ["container", "push"],
      1,
      "box: 'container push' is not supported yet.\nSee 'box container --help'",
    ],
    [["--bogus"], 125, "unknown flag: --bogus\nSee 'box --help'."],
    [["container", "--bogus"], 125, "unknown flag: --bogus\nSee 'box container --help'."],
    [["run", "--bogus"], 125, "unknown flag: --bogus\nSee 'box run --help'."],
    [
      ["container", "remove", "-z"],
      125,
      "unknown shorthand flag: 'z' in -z\nSee 'box container rm --help'.",
    ],
    [["run", "-h"], 125, "flag needs an argument: 'h' in -h\nSee 'box run --help'."],
    [["run"], 1, `"box run" requires at least 1 argument.\nSee 'box run --help'.${RUN_USAGE}`],
    [
      ["info", "x"],
      1,
      `"box info" accepts no arguments.\nSee 'box info --help'.\n\n` +
      "Usage:  box info [OPTIONS]\n\nDisplay system-wide information",
    ],
    [
      ["run", "-d", "web"],
      125,
      "box: --detach (-d) is not supported yet.\nSee 'box run --help'.",
    ],
    [
      ["run", "-d"],
      125,
      "box: --detach (-d) is not supported yet.\nSee 'box run --help'.",
    ],
    [
      ["-H", "x", "run"],
      125,
      "box: --host (-H) is not supported: box has no daemon to connect to.\nSee 'box --help'.",
    ],
    [["info"], 1, "box: disk on fire"],
    [["help", "rm", "x"], 1, "unknown help topic: x"],
    [["help", "bogus"], 1, "box: 'bogus' is not a box command.\nSee 'box --help'"],
  ];
  for (const [argv, code, err] of cases) {
    assert.deepEqual(await box(...argv), { code, out: "", err: `${err}\n` }, argv.join(" "));
  }
});

Deno.test("an engine's error follows what was printed before it", async () => {
  const { code, out, err } = await box("run", "nosuch");
  assert.match(out, /nosuch/);
  assert.equal(
    err,
    "box: Error response from daemon: No such image: nosuch:latest.\nSee 'box run --help'.\n",
  );
  assert.equal(code, 125);
});

Deno.test("--debug adds the stack of an error", async () => {
  const { code, err } = await box("--debug", "info");
  assert.match(err, /^box: disk on fire\nError: disk on fire\n +at .*program_test\.ts/);
  assert.equal(code, 1);
});

Deno.test("help is printed for whoever asks for it", async () => {
  const cases: [argv: string[], firstLine: string][] = [
    [["--help"], "Usage:  box [OPTIONS] COMMAND"],
    [["help"], "Usage:  box [OPTIONS] COMMAND"],
    [["container", "--help"], "Usage:  box container COMMAND"],
    [["help", "container"], "Usage:  box container COMMAND"],
    [["rm", "--help"], "Usage:  box rm [OPTIONS] CONTAINER [CONTAINER...]"],
    [["help", "rm"], "Usage:  box rm [OPTIONS] CONTAINER [CONTAINER...]"],
    [["container", "remove", "x", "--help"], "Usage:  box container rm [OPTIONS] CONTAINER"],
    [["help", "container", "rm"], "Usage:  box container rm [OPTIONS] CONTAINER"],
    [["run", "-d", "--help"], "Usage:  box run [OPTIONS] IMAGE [COMMAND] [ARG...]"],
  ];
  for (const [argv, firstLine] of cases) {
    const { code, out, err } = await box(...argv);
    assert.deepEqual([code, err], [0, ""], argv.join(" "));
    assert.ok(out.startsWith(`\n${firstLine}`), out);
  }
});

Deno.test("box and a group alone print their help to standard error, as Docker does", async () => {
  for (const argv of [[], ["-D"], ["container"]]) {
    const { code, out, err } = await box(...argv);
    assert.deepEqual([code, out], [0, ""]);
    assert.match(err, /^\nUsage: {2}box /);
  }
});

Deno.test("-h is help with a warning", async () => {
  for (const argv of [["-h"], ["rm", "-h"], ["container", "-h"]]) {
    const { code, out, err } = await box(...argv);
    assert.equal(err, "Flag shorthand -h has been deprecated, please use --help\n");
    assert.match(out, /^\nUsage: {2}box /);
    assert.equal(code, 0);
  }
});

Deno.test("--version prints the version", async () => {
  for (const flag of ["-v", "--version"]) {
    assert.deepEqual(await box(flag), { code: 0, out: `box version ${VERSION}\n`, err: "" });
  }
});
