import assert from "node:assert/strict";
import { noArgs } from "../../../../commands/cli/arguments.ts";
import { defineCommand } from "../../../../commands/cli/command.ts";
import { commandHelp, groupHelp, programHelp } from "../../../../commands/cli/help.ts";
import { bool, filter, int, string, unsupported } from "../../../../commands/cli/options.ts";
import type { Registry } from "../../../../commands/cli/registry.ts";

const ps = defineCommand({
  usage: "[OPTIONS]",
  summary: "List containers",
  args: noArgs,
  options: {
    size: bool("s", "Display total file sizes"),
    quiet: bool("q", "Only display container IDs"),
    "no-trunc": bool(null, "Don't truncate output"),
    latest: bool("l", "Show the latest created container (includes all states)"),
    last: int("n", "Show n last created containers (includes all states)", { default: -1 }),
    format: string(null, "Pretty-print containers using a Go template"),
    filter: filter("f", "Filter output based on conditions provided"),
    all: bool("a", "Show all containers (default shows just running)"),
    detach: unsupported("bool", "d", "What box does not have is not in its help"),
  },
  run() {},
});

// What docker 20.10 prints for `docker container ls --help`.
const PS_HELP = `
Usage:  box container ls [OPTIONS]

List containers

Aliases:
  ls, ps, list

Options:
  -a, --all             Show all containers (default shows just running)
  -f, --filter filter   Filter output based on conditions provided
      --format string   Pretty-print containers using a Go template
  -n, --last int        Show n last created containers (includes all
                        states) (default -1)
  -l, --latest          Show the latest created container (includes all
                        states)
      --no-trunc        Don't truncate output
  -q, --quiet           Only display container IDs
  -s, --size            Display total file sizes`;

Deno.test("a command's help is laid out as Docker's", () => {
  assert.equal(commandHelp("box container ls", ["ps", "list"], ps, 80), PS_HELP);
});

Deno.test("help fits the terminal", () => {
  const longest = (width: number) =>
    Math.max(...commandHelp("box ps", [], ps, width).split("\n").map(({ length }) => length));
  for (const width of [60, 80, 100]) assert.ok(longest(width) < width, String(width));
  assert.ok(longest(100) > 80);
});

Deno.test("defaults are shown as pflag shows them", () => {
  const command = defineCommand({
    usage: "[OPTIONS]",
    summary: "Run",
    args: noArgs,
    options: {
      pull: string(null, "Pull image before running", { default: "missing" }),
      "sig-proxy": bool(null, "Proxy received signals to the process", true),
      "stop-signal": string(null, "Signal to stop a container", { shownDefault: "SIGTERM" }),
      time: int("t", "Seconds to wait", { default: 10 }),
      type: string(null, "Return JSON", { placeholder: "kind" }),
    },
    run() {},
  });
  assert.equal(
    commandHelp("box run", [], command, 120).split("Options:\n")[1],
    [
      '      --pull string          Pull image before running (default "missing")',
      "      --sig-proxy            Proxy received signals to the process (default true)",
      '      --stop-signal string   Signal to stop a container (default "SIGTERM")',
      "  -t, --time int             Seconds to wait (default 10)",
      "      --type kind            Return JSON",
    ].join("\n"),
  );
});

Deno.test("a command without options has no list of them", () => {
  const command = defineCommand({
    usage: "CONTAINER NEW_NAME",
    summary: "Rename a container",
    args: noArgs,
    run() {},
  });
  assert.equal(
    commandHelp("box rename", [], command, 80),
    "\nUsage:  box rename CONTAINER NEW_NAME\n\nRename a container",
  );
});

Deno.test("a command's help has its forms, its description and its examples", () => {
  const command = defineCommand({
    usage: ["CONTAINER:SRC_PATH DEST_PATH|-", "SRC_PATH|- CONTAINER:DEST_PATH"],
    summary: "Copy files",
    description: "Use '-' to read a tar archive.",
    args: noArgs,
    options: { archive: bool("a", "Archive mode") },
    examples: [
      ["box cp web:/etc/hosts .", "Copy a file out of a container"],
      ["box cp . web:/srv", "Copy a directory into it"],
    ],
    run() {},
  });
  assert.equal(
    commandHelp("box cp", [], command, 80),
    `
Usage:  box cp CONTAINER:SRC_PATH DEST_PATH|-
\tbox cp SRC_PATH|- CONTAINER:DEST_PATH

Copy files

Use '-' to read a tar archive.

Options:
  -a, --archive   Archive mode

Examples:
  # Copy a file out of a container
  box cp web:/etc/hosts .

  # Copy a directory into it
  box cp . web:/srv`,
  );
});

const entry = (summary: string) => ({
  summary,
  module: "",
  load: () => Promise.resolve({ command: ps }),
});

const registry: Registry = {
  summary: "What box is",
  commands: { rm: entry("Remove one or more containers"), ps: entry("List containers") },
  groups: {
    container: { summary: "Manage containers", commands: { ls: entry("List containers") } },
  },
  hidden: {},
  missing: [],
};

Deno.test("a group's help lists its commands", () => {
  assert.equal(
    groupHelp("box container", registry.groups.container),
    `
Usage:  box container COMMAND

Manage containers

Commands:
  ls          List containers

Run 'box container COMMAND --help' for more information on a command.`,
  );
});

Deno.test("the program's help lists groups, commands and the options before them", () => {
  const help = programHelp(registry, 80);
  assert.match(help, /^\nUsage: {2}box \[OPTIONS\] COMMAND\n\nWhat box is\n\nOptions:\n/);
  assert.match(help, /\n {6}--root string +Directory of the store/);
  assert.match(help, /\nManagement Commands:\n {2}container {3}Manage containers\n\n/);
  assert.match(help, /\nCommands:\n {2}ps {10}List containers\n {2}rm {10}Remove one/);
  assert.ok(!help.includes("--host"), "what box refuses is not in its help");
});
