/** The compiled program's first module. */
import { loadScript, readPart, run } from "./load.js";

// The code that the command needs, guessed by the first word that could be it: a wrong one only costs time.
const command = Deno.args.find((word) => /^[a-z]+$/.test(word));
const code = readPart(`code/${command}`) ?? readPart("code/version");

const { runProgram, registry } = run(loadScript(code));
Deno.exit(await runProgram(registry, Deno.args));
