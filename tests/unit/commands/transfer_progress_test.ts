import assert from "node:assert/strict";
import { TransferProgress } from "../../../commands/transfer_progress.ts";

/** Passes two chunks of 500 bytes through; returns what was drawn. */
async function draw(isTerminal: boolean, patience: number, total?: number): Promise<string> {
  let drawn = "";
  const output = {
    isTerminal: () => isTerminal,
    writeSync(bytes: Uint8Array): number {
      drawn += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  async function* source() {
    yield new Uint8Array(500);
    yield new Uint8Array(500);
  }
  const progress = new TransferProgress("Importing", total, output, patience);
  assert.equal((await Array.fromAsync(progress.watch(source()))).length, 2);
  return drawn;
}

Deno.test("TransferProgress draws a bar, and takes it away in the end", async () => {
  const bar = ("=".repeat(19) + ">").padEnd(40);
  assert.equal(
    await draw(true, 0, 1000),
    `\r\x1b[KImporting  [${bar}]  500B/1kB\r\x1b[K`,
  );
});

Deno.test("TransferProgress only counts where the end is not known", async () => {
  assert.equal(await draw(true, 0), "\r\x1b[KImporting  500B\r\x1b[K");
});

Deno.test("TransferProgress is quiet when work is quick, and where nobody looks", async () => {
  assert.equal(await draw(true, 60_000, 1000), "");
  assert.equal(await draw(false, 0, 1000), "");
});
