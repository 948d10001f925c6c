import { equal } from "node:assert/strict";
import { showTransfer } from "../../../commands/transfer_display.ts";

function record(isTerminal: boolean) {
  let text = "";
  const report = showTransfer({
    isTerminal: () => isTerminal,
    writeSync(bytes) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  report({ id: "latest", status: "Pulling from x" });
  report({ id: "a", status: "Pulling fs layer" });
  report({ id: "b", status: "Pulling fs layer" });
  report({ id: "a", status: "Downloading", current: 5, total: 10 });
  report({ id: "a", status: "Downloading", current: 6, total: 10 });
  report({ id: "a", status: "Pull complete" });
  report({ status: "Digest: d" });
  return text;
}

Deno.test("without a terminal, each change is a line, and how far it is is not told", () => {
  equal(
    record(false),
    "latest: Pulling from x\na: Pulling fs layer\nb: Pulling fs layer\na: Pull complete\nDigest: d\n",
  );
});

Deno.test("on a terminal each layer has its line, and is not drawn too often", () => {
  const bar = `${"=".repeat(24)}>`.padEnd(50);
  equal(
    record(true),
    "latest: Pulling from x\na: Pulling fs layer\nb: Pulling fs layer\n" +
      `\x1b[2A\x1b[2K\ra: Downloading [${bar}]  5B/10B\x1b[2B\r` +
      "\x1b[2A\x1b[2K\ra: Pull complete\x1b[2B\rDigest: d\n",
  );
});
