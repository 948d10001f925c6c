/**
 * A script of many modules, in which a module costs nothing until it is imported.
 *
 * A script, because only of a script, not of a module, can the compiled code be kept. Each module becomes a function of its own: a
 * bundler's one scope for all would have V8 make every function of the program at each start, which took a quarter of the
 * processor time of a short command. The functions are called by runner/load.js.
 */

/** A name list of an import or export statement, as `[outer, inner]`: what the module exports, and what it is called here. */
function names(list: string, isImport: boolean): [outer: string, inner: string][] {
  return list.split(",").map((item) => item.trim()).filter((item) => item !== "").map((item) => {
    const [first, second = first] = item.split(" as ");
    return isImport ? [first, second] : [second, first];
  });
}

/** `import {...} from "..."` and `import "..."`, as the bundler writes them. */
const importStatement = /^import (?:\{([^}]*)\} from )?"([^"]+)";$/gm;
const exportStatement = /^export (?:\{([^}]*)\}|default ([^;\n]+));$/gm;
const importCall = /\bimport\(("\.[^"]+")\)/g;
/** The bundler's way to node's modules for packages that are CommonJS. */
const createRequire = /^import \{ createRequire as (\w+) \} from "node:module";$/m;

function importFrom(_: string, list: string | undefined, module: string): string {
  const value = `$require(${JSON.stringify(module)})`;
  if (list === undefined) return `${value};`;
  const taken = names(list, true).map(([outer, inner]) => `${outer}: ${inner}`);
  return `const { ${taken.join(", ")} } = ${value};`;
}

function exportTo(_: string, list: string | undefined, value: string): string {
  if (list === undefined) return `$exports.default = ${value};`;
  return names(list, false).map(([outer, inner]) => `$exports.${outer} = ${inner};`).join("\n");
}

/**
 * The statements of a module as those of a function of `$exports`, `$require` and `$import`.
 *
 * What is exported is taken when the module has run: box has no `export let`.
 */
export function moduleBody(source: string): string {
  return source
    .replace(createRequire, "const $1 = () => $require;")
    .replaceAll(importStatement, importFrom)
    .replaceAll(exportStatement, exportTo)
    .replaceAll(importCall, "$import($1)")
    .replaceAll("import.meta.url", "undefined");
}

/** Throws if a module imports itself, directly or by others: what it exports is taken once, when it has run. */
export function refuseCircles(modules: ReadonlyMap<string, string>): void {
  const seen = new Set<string>();
  const visit = (name: string, importers: readonly string[]) => {
    if (importers.includes(name)) {
      throw new Error(`modules import one another: ${[...importers, name].join(" -> ")}`);
    }
    if (seen.has(name)) return;
    seen.add(name);
    for (const [, , imported] of (modules.get(name) ?? "").matchAll(importStatement)) {
      visit(imported, [...importers, name]);
    }
  };
  for (const name of modules.keys()) visit(name, []);
}

/** The script of `modules`, ES modules by the name that they import one another by: an object of their functions. */
export function scriptOf(modules: ReadonlyMap<string, string>): string {
  const functions = [...modules].toSorted().map(([name, source]) =>
    `${JSON.stringify(name)}($exports, $require, $import) {\n${moduleBody(source)}}`
  );
  return `({\n${functions.join(",\n")}\n})`;
}
