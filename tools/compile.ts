/** `deno task compile`: makes dist/box, one executable that needs nothing beside it. */

import { registry } from "../commands/registry.ts";
import { must } from "./command.ts";
import { cache, deno, makeExecutable } from "./compile/executable.ts";

const project = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const output = `${project}/dist/box`;

/** The program with its commands' modules written out, so that the bundler finds them. */
function entryModule(): string {
  const tables = [registry, ...Object.values(registry.groups)].map(({ commands }) => commands);
  const modules = [...tables, registry.hidden].flatMap((commands) =>
    Object.values(commands).map(({ module }) => module)
  );
  const loaders = [...new Set(modules)].map((module) =>
    `${JSON.stringify(module)}: () => import(${JSON.stringify(`${project}/commands/${module}`)}),`
  );
  return `
import { runProgram } from "${project}/commands/cli/program.ts";
import { bundledModules, registry } from "${project}/commands/registry.ts";
Object.assign(bundledModules, { ${loaders.join("\n")} });
Deno.exit(await runProgram(registry, Deno.args));
`;
}

/**
 * Bundles the program and all it loads, and returns the path of the entry.
 *
 * Split at the dynamic imports, because one file would load the `node:` modules of every command
 * and parse the code of all of them at each start: 27 ms instead of 19 with a megabyte of source.
 * Not minified: it gains nothing measurable, and stack traces stay readable.
 */
async function bundle(): Promise<string> {
  const directory = `${cache}/bundle`;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await Deno.mkdir(cache, { recursive: true });
  await Deno.writeTextFile(`${cache}/main.ts`, entryModule());
  await deno(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--code-splitting",
    `--outdir=${directory}`,
    `${cache}/main.ts`,
  ]);
  return `${directory}/main.js`;
}

async function main(): Promise<void> {
  await makeExecutable(await bundle(), output, console.log);
  const version = await must(output, ["--version"]);
  const { size } = await Deno.stat(output);
  console.log(`dist/box: ${version}, ${Math.round(size / 1e6)} MB`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
