/** `deno task compile`: makes dist/box, one executable that needs nothing beside it. */

import { registry } from "../commands/registry.ts";
import { must } from "./command.ts";
import { bundleProgram } from "./compile/bundle.ts";
import { recordCode } from "./compile/code_cache.ts";
import { cache, type Compiler, findCompiler } from "./compile/executable.ts";
import { insertParts, layOut, type Parts } from "./compile/parts.ts";
import { scriptOf } from "./compile/script.ts";

const project = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const output = `${project}/dist/box`;

/** The directory with the modules that an executable starts with. */
async function makeRunner(parts: Parts): Promise<string> {
  const insiders = await commandsInside();
  const directory = `${cache}/runner`;
  await Deno.mkdir(directory, { recursive: true });
  for (const name of ["load.js", "main.js", "recorder.js"]) {
    await Deno.copyFile(`${project}/tools/compile/runner/${name}`, `${directory}/${name}`);
  }
  const index = Object.entries({ parts, insiders })
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`).join("");
  await Deno.writeTextFile(`${directory}/parts.js`, index);
  return directory;
}

async function commandsInside(): Promise<string[]> {
  const commands = await Promise.all(
    Object.entries(registry.commands).map(async ([name, entry]) =>
      [name, (await entry.load()).command.needsNamespaces !== false] as const
    ),
  );
  return commands.filter(([, isInside]) => isInside).map(([name]) => name);
}

/** Makes an executable of one of the runner's modules and the files that it reads. */
async function assemble(
  compiler: Compiler,
  module: string,
  files: ReadonlyMap<string, Uint8Array>,
  output: string,
): Promise<void> {
  const directory = await makeRunner(layOut(files, compiler.imageSize));
  await compiler.compile(`${directory}/${module}`, output);
  await insertParts(output, files);
}

async function main(): Promise<void> {
  const compiler = await findCompiler(console.log);
  const modules = await bundleProgram();
  const whole: [string, Uint8Array] = ["script/all", new TextEncoder().encode(scriptOf(modules))];
  const recorder = `${cache}/recorder`;
  await assemble(compiler, "recorder.js", new Map([whole]), recorder);
  const files = new Map([whole]);
  for (const [name, { script, code }] of await recordCode(recorder, modules)) {
    files.set(`script/${name}`, script).set(`code/${name}`, code);
  }
  await assemble(compiler, "main.js", files, output);
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
