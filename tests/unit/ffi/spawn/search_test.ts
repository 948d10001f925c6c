import { describe } from "../../../../ffi/spawn/describe.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { isErrno } from "../../../../ffi/errno.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { candidates, execute, searchAndExecute } from "../../../../ffi/spawn/search.ts";
import { output } from "./helpers.ts";

Deno.test("candidates() are the places that PATH names", () => {
  deepEqual(candidates("sh", "/usr/bin:/bin"), ["/usr/bin/sh", "/bin/sh"]);
  deepEqual(candidates("sh", ":/bin:"), ["./sh", "/bin/sh", "./sh"]);
  deepEqual(candidates("/bin/sh", "/usr/bin"), ["/bin/sh"]);
  deepEqual(candidates("./sh", "/usr/bin"), ["./sh"]);
});

Deno.test("execute() lists an attempt for each path", () => {
  const program = execute({ paths: ["/a/x", "/b/x"], argv: ["x", "-y"], env: ["A=b"] });
  const attempt = (path: string, result: string) => [
    `execve("${path}", ["x", "-y", 0], ["A=b", 0]) error -> continue`,
    `subtract(${result}, -2) zero -> next path`,
    `subtract(${result}, -20) zero -> next path`,
    `cause = subtract(${result}, 0)`,
    `subtract(${result}, -13) zero -> next path`,
    `subtract(0, 0) zero -> nothing executed`,
    `next path:`,
  ];
  deepEqual(describe(program), [
    ...attempt("/a/x", "#0"),
    ...attempt("/b/x", "#6"),
    "nothing executed:",
    "subtract(cause, 0) negative -> fatal",
  ]);
});

/** A directory for each of these names, with a command `x` in the state that the name says. */
async function withDirectories(test: (path: (...names: string[]) => string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  const make = async (name: string, content: string, mode: number) => {
    await Deno.mkdir(`${directory}/${name}`);
    await Deno.writeTextFile(`${directory}/${name}/x`, content);
    await Deno.chmod(`${directory}/${name}/x`, mode);
  };
  try {
    await make("good", "#!/bin/sh\necho good $1\n", 0o755);
    await make("forbidden", "#!/bin/sh\n", 0o644);
    await make("garbage", "neither script nor program\n", 0o755);
    await make("lost", "#!/no/such/interpreter\n", 0o755);
    await Deno.writeTextFile(`${directory}/file`, "");
    await Deno.mkdir(`${directory}/folder/x`, { recursive: true });
    await test((...names) => names.map((name) => `${directory}/${name}`).join(":"));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const command = (path: string) => ({
  paths: candidates("x", path),
  argv: ["x", "argument"],
  env: ["PATH=/bin:/usr/bin"],
});

Deno.test("execute() runs the first that can be executed", async () => {
  await withDirectories(async (path) => {
    for (
      const names of [["good"], ["missing", "good"], [
        "file",
        "forbidden",
        "folder",
        "good",
        "garbage",
      ]]
    ) {
      equal((await output(execute(command(path(...names))))).text, "good argument\n");
    }
  });
});

Deno.test("execute() fails with the error that matters", async () => {
  await withDirectories((path) => {
    const cases: [string[], string][] = [
      [["missing"], "ENOENT"],
      [["missing", "file"], "ENOENT"],
      [["lost"], "ENOENT"],
      [["forbidden", "missing"], "EACCES"],
      [["folder"], "EACCES"],
      [["garbage", "good"], "ENOEXEC"],
      [["forbidden", "garbage"], "ENOEXEC"],
    ];
    for (const [names, code] of cases) {
      const failure = start(execute(command(path(...names)))).waitUntilExecuted();
      ok(isErrno(failure, code), `${names}: ${failure?.message}`);
      equal(failure.operation, "execute x");
    }
    return Promise.resolve();
  });
});

Deno.test("searchAndExecute() leaves it to the program what to do when nothing was executed", async () => {
  const { program, cause } = searchAndExecute({ paths: ["/no/such/file"], argv: ["x"], env: [] });
  program.call("exit_group", [program.subtract(100, cause)], { what: "exit" });
  equal((await output(program)).code, 102);
});
