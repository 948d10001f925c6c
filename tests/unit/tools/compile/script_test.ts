import assert from "node:assert/strict";
import { Script } from "node:vm";
import { run as runProgram } from "../../../../tools/compile/runner/load.js";
import { refuseCircles, scriptOf } from "../../../../tools/compile/script.ts";

type Program = Record<string, unknown> & { running: Record<string, unknown> };

function run(modules: Record<string, string>): Program {
  return runProgram(new Script(scriptOf(new Map(Object.entries(modules)))));
}

Deno.test("modules of one script import one another by their names there", () => {
  const program = run({
    "./box.js": `import {
  a,
  b as other
} from "./names.js";
import {
  sep
} from "node:path";
var sum = a + other;

export {
  sum,
  sep as separator
};
`,
    "./names.js": `var a = 1;
var c = 2;

export {
  a,
  c as b
};
`,
  });
  const { running, ...exported } = program;
  assert.deepEqual(exported, { sum: 3, separator: "/" });
  assert.deepEqual(Object.keys(running), ["./box.js", "./names.js"]);
});

Deno.test("a module of the script runs when it is first imported, and once", async () => {
  const program = run({
    "./box.js": `import "./once.js";
import "./counted.js";
var later = () => import("./late.js");
export { later };
`,
    "./once.js": `import "./counted.js";
`,
    "./counted.js": `globalThis.runs = (globalThis.runs ?? 0) + 1;
`,
    "./late.js": `globalThis.runs += 10;
export default "late";
`,
  });
  const { runs } = globalThis as unknown as { runs: number };
  assert.equal(runs, 1);
  const { default: late } = await (program.later as () => Promise<{ default: string }>)();
  assert.equal(late, "late");
  assert.equal((globalThis as unknown as { runs: number }).runs, 11);
  delete (globalThis as Partial<{ runs: number }>).runs;
});

Deno.test("modules that import one another in a circle are refused", () => {
  const circle = Object.entries({
    "./box.js": 'import "./b.js";\n',
    "./b.js": 'import "./box.js";\n',
  });
  assert.throws(
    () => refuseCircles(new Map(circle)),
    /import one another: .\/box.js -> .\/b.js -> .\/box.js/,
  );
});
