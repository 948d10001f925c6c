/** box: the program. */
import { runProgram } from "./commands/cli/program.ts";
import { registry } from "./commands/registry.ts";

if (import.meta.main) Deno.exit(await runProgram(registry, Deno.args));
