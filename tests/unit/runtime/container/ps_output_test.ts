import assert from "node:assert/strict";
import { filterProcesses } from "../../../../runtime/container/ps_output.ts";

Deno.test("only the lines of the processes that are meant are kept", () => {
  const output = "  PID TTY          TIME CMD\n" +
    "    1 ?        00:00:01 init\n" +
    "   12 pts/0    00:00:00 sh -c  a\u00a0b  c\n" +
    "  123 ?        00:00:00 other\n";
  assert.deepEqual(filterProcesses(output, [12]), {
    titles: ["PID", "TTY", "TIME", "CMD"],
    processes: [["12", "pts/0", "00:00:00", "sh -c a\u00a0b c"]],
  });
});

Deno.test("threads go with their process", () => {
  const output = "PID STAT CMD\n7 - ours\n- S -\n- S -\n8 - other\n- R -\n";
  assert.deepEqual(filterProcesses(output, [7]).processes, [
    ["7", "-", "ours"],
    ["-", "S", "-"],
    ["-", "S", "-"],
  ]);
});

Deno.test("a line with fewer words than titles is shown as it is", () => {
  assert.deepEqual(filterProcesses("PID WCHAN CMD\n7 x\n", [7]).processes, [["7", "x", ""]]);
});

Deno.test("without pids nothing can be told apart", () => {
  assert.throws(() => filterProcesses("COMMAND\nsh\n", [7]), {
    name: "EngineError",
    message: "Couldn't find PID field in ps output",
  });
  assert.throws(() => filterProcesses("PID CMD\nx sh\n", [7]), {
    name: "EngineError",
    message: "Unexpected pid 'x'",
  });
});
