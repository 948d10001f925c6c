import assert from "node:assert/strict";
import { Script } from "node:vm";
import { scriptOf } from "../../../../tools/compile/script.ts";

type Main = Record<string, unknown>;

function run(modules: Record<string, string>): Main {
  const script = new Script(scriptOf(new Map(Object.entries(modules)), "./main.js"));
  const module: { exports: Main } = { exports: {} };
  script.runInThisContext()(module, (name: string) => ({ builtin: name }));
  return module.exports;
}

Deno.test("modules of one script import one another by their names there", () => {
  const main = run({
    "./main.js": `import {
  a,
  b as other
} from "./names.js";
import {
  builtin
} from "node:path";
var sum = a + other;

export {
  sum,
  builtin as name
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
  assert.deepEqual(main, { sum: 3, name: "node:path" });
});

Deno.test("a module of the script runs when it is first imported, and once", async () => {
  const main = run({
    "./main.js": `import "./once.js";
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
  const { default: late } = await (main.later as () => Promise<Main>)();
  assert.equal(late, "late");
  assert.equal((globalThis as unknown as { runs: number }).runs, 11);
  delete (globalThis as Partial<{ runs: number }>).runs;
});

Deno.test("modules that import one another in a circle are refused", () => {
  const circle = { "./main.js": 'import "./b.js";\n', "./b.js": 'import "./main.js";\n' };
  assert.throws(() => run(circle), /import one another: .\/main.js -> .\/b.js -> .\/main.js/);
});
