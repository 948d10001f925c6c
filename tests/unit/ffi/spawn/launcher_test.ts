/** What a container's process is before it executes the container's program. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { close, makePipe } from "../../../../ffi/file.ts";
import { exitCode, reap } from "../../../../ffi/spawn/pidfd.ts";
import { Launcher } from "../../../../ffi/spawn/launcher.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { SpawnProgram } from "../../../../ffi/spawn/program.ts";
import { candidates } from "../../../../ffi/spawn/search.ts";
import { readToEnd } from "./helpers.ts";

/** Launches a command with its output caught; `failure` is the errno's name if it was not executed. */
function launch(...argv: string[]) {
  const PATH = "/usr/bin:/bin", env = [`PATH=${PATH}`, "SEEN=by the command"];
  using launcher = new Launcher({ paths: candidates(argv[0], PATH), argv, env });
  const [readEnd, writeEnd] = makePipe(), program = new SpawnProgram();
  for (const fd of [1, 2]) program.call("dup3", [writeEnd, fd, 0], { what: `redirect ${fd}` });
  program.append(launcher.execute());
  using process = start(program);
  close(writeEnd);
  const failed = process.waitUntilExecuted();
  if (failed) throw failed;
  const failure = launcher.waitForCommand()?.code, output = readToEnd(readEnd);
  close(readEnd);
  return { failure, output, code: exitCode(reap(process.pidfd)) };
}

Deno.test("a launcher executes the command, and leaves it nothing of its own", () => {
  const { failure, output, code } = launch(
    "sh",
    "-c",
    'echo $0 $1 "$SEEN"; for fd in /proc/$$/fd/*; do readlink $fd; done; exit 3',
    "zero",
    "one",
  );
  deepEqual([failure, code], [undefined, 3]);
  match(output, /^zero one by the command\n/);
  ok(!/launcher|memfd/.test(output), output);
});

Deno.test("a launcher tells why the command was not executed", () => {
  for (
    const [command, reason] of [
      ["no-such-program", "ENOENT"],
      ["/no/such/program", "ENOENT"],
      ["/etc/passwd", "EACCES"],
      ["/etc/passwd/x", "ENOENT"],
    ]
  ) {
    deepEqual(launch(command), { failure: reason, output: "", code: 127 });
  }
});

Deno.test("a command that is /proc/self/exe leads to the launcher, which ends (CVE-2019-5736)", async () => {
  const refused = (name: string) => ({
    failure: undefined,
    output: `exec ${name}: no such file or directory\n`,
    code: 1,
  });
  deepEqual(launch("/proc/self/exe"), refused("/proc/self/exe"));
  const script = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(script, "#!/proc/self/exe\n");
    await Deno.chmod(script, 0o755);
    deepEqual(launch(script), refused(script));
  } finally {
    await Deno.remove(script);
  }
});

Deno.test("arguments that are too long for the kernel are its error", () => {
  equal(launch("true", "x".repeat(3 << 20)).failure, "E2BIG");
});
