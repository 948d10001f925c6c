/** The compiled program's first module. */
import { excerpt, hasPart, run } from "./load.js";
import { insiders } from "./parts.js";

// The command, guessed by the first word that could be it: a wrong one only costs time.
const command = Deno.args.find((word) => /^[a-z]+$/.test(word));

// In a user namespace the program starts again: an ordinary user's must not load much before. Why it could not, it finds out later.
if (insiders.includes(command) && Deno.uid() !== 0 && !Deno.env.has("BOX_ROOTLESS")) {
  const { enterUserNamespace } = run(excerpt("enter"), { main: "./enter.js" });
  await enterUserNamespace(console.error).catch(() => {});
}

const rare = command === undefined ? "version" : "all";
const name = hasPart(`code/${command}`) ? command : rare, more = `${name}+`;
const { runProgram, registry } = run(excerpt(name), {
  more: hasPart(`code/${more}`) ? () => excerpt(more) : undefined,
});
Deno.exit(await runProgram(registry, Deno.args));
