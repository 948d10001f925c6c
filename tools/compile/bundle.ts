/** The program as one script. */
import { registry } from "../../commands/registry.ts";
import { cache, deno } from "./executable.ts";

const project = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The program with the modules written out that are not named where they are loaded, so that the bundler finds them. */
function entryModule(): string {
  const tables = [registry, ...Object.values(registry.groups)].map(({ commands }) => commands);
  const modules = [...tables, registry.hidden].flatMap((commands) =>
    Object.values(commands).map(({ module }) => module)
  );
  const loaders = [...new Set(modules)].map((module) =>
    `${JSON.stringify(module)}: () => import(${JSON.stringify(`${project}/commands/${module}`)}),`
  );
  return `
import { bundledModules, registry } from "${project}/commands/registry.ts";
import { bundledOperations } from "${project}/runtime/container/volumes.ts";
Object.assign(bundledModules, { ${loaders.join("\n")} });
bundledOperations.load = () => import("${project}/runtime/volume/operations.ts");
export { registry };
export { runProgram } from "${project}/commands/cli/program.ts";
`;
}

/**
 * Bundles the program and all it loads into one script.
 *
 * CommonJS, because only of a script, not of a module, can the compiled code be kept. A module that is imported late is run late
 * there, too. Not minified: it gains nothing measurable, and stack traces stay readable.
 */
export async function bundleProgram(): Promise<Uint8Array> {
  await Deno.mkdir(cache, { recursive: true });
  const entry = `${cache}/box.ts`, bundle = `${cache}/bundle`;
  await Deno.writeTextFile(entry, entryModule());
  await deno(Deno.execPath(), ["bundle", "--quiet", "--format=cjs", `--outdir=${bundle}`, entry]);
  const script = await Deno.readTextFile(`${bundle}/box.js`);
  return new TextEncoder().encode(`(function (module, require) {${script}\n})`);
}
