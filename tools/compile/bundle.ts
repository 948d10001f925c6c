/** The program as the modules of a script. */
import { registry } from "../../commands/registry.ts";
import { cache, deno } from "./executable.ts";
import { refuseCircles } from "./script.ts";

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

/** What an ordinary user's box does first, so that it need not load the rest twice. */
const entranceModule =
  `export { enterUserNamespace, prepareToEnter } from "${project}/runtime/rootless/enter.ts";\n`;

/**
 * Bundles the program and all it loads: modules by the name that they import one another by. "./box.js" is the program, and
 * "./enter.js" its way into a user namespace.
 */
export async function bundleProgram(): Promise<Map<string, string>> {
  const entries = [["box", entryModule()], ["enter", entranceModule]], bundle = `${cache}/bundle`;
  await Deno.remove(bundle, { recursive: true }).catch(() => {}); // the names of its files change
  await Deno.mkdir(bundle, { recursive: true });
  for (const [name, source] of entries) await Deno.writeTextFile(`${cache}/${name}.ts`, source);
  await deno(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--code-splitting",
    `--outdir=${bundle}`,
    ...entries.map(([name]) => `${cache}/${name}.ts`),
  ]);
  const modules = new Map<string, string>();
  for await (const { name } of Deno.readDir(bundle)) {
    modules.set(`./${name}`, await Deno.readTextFile(`${bundle}/${name}`));
  }
  refuseCircles(modules);
  return modules;
}
