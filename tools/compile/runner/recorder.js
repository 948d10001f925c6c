/**
 * Box as it is built, to see what V8 compiles: `recorder record FILE COMMANDS` runs commands (a JSON array of arrays of words)
 * and writes to FILE the code of all functions that have been called; `recorder check FILE...` fails if V8 would not take one
 * back. Anything else is what the program itself would do: box starts itself.
 */
import { loadScript, run } from "./load.js";

async function record(file, commands) {
  const script = loadScript();
  const { runProgram, registry } = run(script);
  for (const words of JSON.parse(commands)) await runProgram(registry, words);
  Deno.writeFileSync(file, script.createCachedData());
}

function check(files) {
  const rejected = files.filter((file) => loadScript(Deno.readFileSync(file)).cachedDataRejected);
  if (rejected.length > 0) throw new Error(`V8 does not take back ${rejected.join(", ")}`);
}

const [task, ...rest] = Deno.args;
if (task === "record") await record(...rest);
else if (task === "check") check(rest);
else {
  const { runProgram, registry } = run(loadScript());
  Deno.exit(await runProgram(registry, Deno.args));
}
Deno.exit(0);
