/** box build on a terminal: what is drawn while it goes on, and what is left standing. */
import { equal, match, ok } from "node:assert/strict";
import { context } from "./build/context.ts";
import { boxTest } from "./harness.ts";
import { PseudoTerminal } from "./harness/pseudo_terminal.ts";

boxTest("a build on a terminal is drawn in place", async (box) => {
  await box.busybox();
  const gate = `${box.temp}/context/gate`;
  const path = context(
    box,
    `FROM busybox
RUN --mount=target=/ctx echo 编译中; while [ ! -e /ctx/gate ]; do sleep 0.05; done; echo over
CMD echo hi
`,
  );
  const size = { rows: 12, columns: 60 };
  const commandLine = box.commandLine(["build", "-t", "live", path]);
  await using terminal = new PseudoTerminal(commandLine, { ...box.defaults, size });
  await terminal.waitFor(/\[\+\] Building \d+\.\ds \(2\/3\)/);
  await terminal.waitFor(" => => # 编译中");
  await terminal.waitFor("\x1b[5A\r"); // over the five lines from before
  await Deno.writeTextFile(gate, "");
  equal(await terminal.wait(), 0);
  await terminal.waitFor(/Building \d+\.\ds \(4\/4\) FINISHED/);
  await terminal.waitFor(/=> => naming to docker.io\/library\/live:latest +0.0s/);
  await terminal.waitFor(" 1 warning found (use --check to expand):");
  const [shown, hidden] = ["\x1b[?25h", "\x1b[?25l"].map((each) =>
    terminal.screen.lastIndexOf(each)
  );
  ok(shown > hidden, "the cursor can be seen again");
  equal(terminal.isRestored, true);
});

boxTest("a build that fails on a terminal says why below what was drawn", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo output; exit 3\n");
  const commandLine = box.commandLine(["build", "--progress=tty", path]);
  await using terminal = new PseudoTerminal(commandLine, box.defaults);
  equal(await terminal.wait(), 1);
  const last = await terminal.waitFor(/=> ERROR \[2\/2\] RUN echo output; exit 3/);
  const rest = terminal.screen.slice(terminal.screen.lastIndexOf(last[0]));
  match(rest, /------\r\n > \[2\/2\] RUN .*:\r\noutput\r\n------\r\n/);
  match(rest, /ERROR: failed to solve: process .* exit code: 3/);
  await box.fail(["build", "--progress=tty", path], 1, /provided file is not a console/);
  const { stderr } = await box.run(["build", "--progress=auto", path]);
  ok(!stderr.includes("\x1b"));
});
