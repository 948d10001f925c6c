import assert from "node:assert/strict";
import { type SyncWriter, writeCompletely } from "../../../../commands/cli/output.ts";

/** Takes at most `most` bytes at a time, and none at every second call. */
class SlowWriter implements SyncWriter {
  readonly taken: number[] = [];
  #calls = 0;
  constructor(private readonly most: number) {}

  writeSync(bytes: Uint8Array): number {
    if (this.#calls++ % 2 === 1) throw new Deno.errors.WouldBlock("try again");
    const count = Math.min(this.most, bytes.length);
    this.taken.push(...bytes.subarray(0, count));
    return count;
  }
}

Deno.test("writeCompletely() writes everything, however little is taken at a time", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
  const writer = new SlowWriter(3);
  writeCompletely(writer, bytes);
  assert.deepEqual(writer.taken, [...bytes]);
});

Deno.test("writeCompletely() passes on what is wrong", () => {
  const full: SyncWriter = {
    writeSync() {
      throw new Error("No space left on device");
    },
  };
  assert.throws(() => writeCompletely(full, new Uint8Array(1)), /No space left/);
});

/** Runs a module that prints; its standard output is closed after `read` bytes. */
async function runPrinter(source: string, read: number) {
  const output = new URL("../../../../commands/cli/output.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `import { print, printError, writeOut } from "${output}";${source}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader({ mode: "byob" });
  let text = "";
  while (text.length < read) {
    const { value, done } = await reader.read(new Uint8Array(read - text.length));
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  return { text, stderr, code: (await child.status).code };
}

Deno.test("print(), printError() and writeOut() write to the standard streams", async () => {
  const { text, stderr, code } = await runPrinter(
    `print("one"); printError("wrong"); writeOut("two"); writeOut(new Uint8Array([10]));`,
    100,
  );
  assert.deepEqual([text, stderr, code], ["one\ntwo\n", "wrong\n", 0]);
});

Deno.test("print() tells a reader that went away from other failures", async () => {
  const { text, stderr } = await runPrinter(
    `try { for (;;) print("line"); } catch (error) { printError(error.name); }`,
    10,
  );
  assert.deepEqual([text, stderr], ["line\nline\n", "OutputClosedError\n"]);
});
