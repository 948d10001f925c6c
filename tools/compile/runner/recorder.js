/**
 * Box as it is built, to see what it runs. COMMANDS is a JSON array of arrays of words.
 *
 * `recorder modules FILE COMMANDS` runs commands and writes to FILE the names of the modules that have run, a JSON array;
 * `recorder code SCRIPT FILE COMMANDS` runs them with the modules of a script and writes to FILE the code of all its functions
 * that have been called; `recorder check SCRIPT FILE` fails if V8 would not take this code back. Anything else is what the
 * program itself would do: box starts itself. With COMMANDS `"enter"` it is the way into a user namespace that is gone, but for
 * the last step. A monitor that box starts for one of the commands is recorded as BOX_RECORD_MONITOR says, an array of a task and
 * its files.
 */
import { run, scriptOf } from "./load.js";

/** Returns the names of the modules that have run. */
async function runAll(script, commands) {
  const scene = JSON.parse(commands);
  if (scene === "enter") {
    const { prepareToEnter, running } = run(script, { main: "./enter.js" });
    await prepareToEnter(console.error).catch(() => {}); // where there can be none
    return Object.keys(running);
  }
  const { runProgram, registry, running } = run(script);
  for (const words of scene) await runProgram(registry, words);
  return Object.keys(running);
}

/** A monitor's file is waited for: it is there when it is whole. */
function write(file, bytes) {
  const unfinished = `${file}-${Deno.pid}`;
  Deno.writeFileSync(unfinished, bytes);
  Deno.renameSync(unfinished, file);
}

const tasks = {
  async modules(file, commands) {
    write(file, new TextEncoder().encode(JSON.stringify(await runAll(undefined, commands))));
  },
  async code(source, file, commands) {
    const script = scriptOf(Deno.readFileSync(source));
    await runAll(script, commands);
    write(file, script.createCachedData());
  },
  check(source, file) {
    const script = scriptOf(Deno.readFileSync(source), Deno.readFileSync(file));
    if (script.cachedDataRejected) throw new Error(`V8 does not take back ${file}`);
  },
};

const monitor = Deno.args[0] === "monitor" && Deno.env.get("BOX_RECORD_MONITOR");
const [task, ...rest] = monitor ? [...JSON.parse(monitor), JSON.stringify([Deno.args])] : Deno.args;
if (Object.hasOwn(tasks, task)) {
  await tasks[task](...rest);
  Deno.exit(0);
}
const { runProgram, registry } = run();
Deno.exit(await runProgram(registry, Deno.args));
