/** The compiled program's first module. */
import { excerpt, hasPart, run } from "./load.js";

// The command, guessed by the first word that could be it: a wrong one only costs time.
const command = Deno.args.find((word) => /^[a-z]+$/.test(word));

const name = hasPart(`code/${command}`) ? command : "version", more = `${name}+`;
const { runProgram, registry } = run(
  excerpt(name),
  hasPart(`code/${more}`) ? () => excerpt(more) : undefined,
);
Deno.exit(await runProgram(registry, Deno.args));
