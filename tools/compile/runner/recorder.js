/**
 * Box as it is built, to see what it runs. COMMANDS is a JSON array of arrays of words.
 *
 * `recorder modules FILE COMMANDS` runs commands and writes to FILE the names of the modules that have run, a JSON array;
 * `recorder code SCRIPT FILE COMMANDS` runs them with the modules of a script and writes to FILE the code of all its functions
 * that have been called; `recorder check SCRIPT FILE` fails if V8 would not take this code back. Anything else is what the
 * program itself would do: box starts itself.
 */
import { run, scriptOf } from "./load.js";

async function runAll({ runProgram, registry }, commands) {
  for (const words of JSON.parse(commands)) await runProgram(registry, words);
}

const tasks = {
  async modules(file, commands) {
    const program = run();
    await runAll(program, commands);
    Deno.writeTextFileSync(file, JSON.stringify(Object.keys(program.running)));
  },
  async code(source, file, commands) {
    const script = scriptOf(Deno.readFileSync(source));
    await runAll(run(script), commands);
    Deno.writeFileSync(file, script.createCachedData());
  },
  check(source, file) {
    const script = scriptOf(Deno.readFileSync(source), Deno.readFileSync(file));
    if (script.cachedDataRejected) throw new Error(`V8 does not take back ${file}`);
  },
};

const [task, ...rest] = Deno.args;
if (Object.hasOwn(tasks, task)) {
  await tasks[task](...rest);
  Deno.exit(0);
}
const { runProgram, registry } = run();
Deno.exit(await runProgram(registry, Deno.args));
