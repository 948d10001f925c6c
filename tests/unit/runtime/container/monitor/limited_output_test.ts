import { equal } from "node:assert/strict";
import { LimitedOutput } from "../../../../../runtime/container/monitor/limited_output.ts";

function text(...chunks: (string | number[])[]): string {
  const output = new LimitedOutput();
  for (const chunk of chunks) {
    output.add(typeof chunk === "string" ? new TextEncoder().encode(chunk) : new Uint8Array(chunk));
  }
  return output.text;
}

Deno.test("of a check's output the first 4096 bytes are kept", () => {
  equal(text(), "");
  equal(text("a\n", "b\n"), "a\nb\n");
  equal(text("x".repeat(4096)), "x".repeat(4096));
  equal(text("x".repeat(4095), "yz"), "x".repeat(4095) + "y...");
  equal(text("x".repeat(4096), "", "y"), "x".repeat(4096) + "...");
  equal(text([0xff], "ä"), "\ufffdä");
});
