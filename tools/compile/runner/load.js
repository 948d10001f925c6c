/**
 * Loading the compiled program. All of box is one script, of which each command that is used much has an excerpt: the modules
 * that it runs, and what V8 had compiled of them when the executable was made. V8 checks first that this is of this V8 and of
 * this script; else it compiles again what is called.
 *
 * Deno's own code cache would be a file of a predictable name in /tmp, read by root, too; this one is in the executable.
 */
import { Script } from "node:vm";
import { parts } from "./parts.js";

/** Is there a part of this name in the executable? See tools/compile/parts.ts. */
export const hasPart = (name) => Object.hasOwn(parts, name);

function readPart(name) {
  const [offset, size] = parts[name];
  const bytes = new Uint8Array(size);
  const executable = Deno.openSync("/proc/self/exe");
  executable.seekSync(offset, Deno.SeekMode.Start);
  for (let at = 0; at < size;) {
    const count = executable.readSync(bytes.subarray(at));
    if (count === null) throw new Error(`this executable is cut off: it has no ${name}`);
    at += count;
  }
  executable.close();
  return bytes;
}

/** The script, not yet run; its value is an object of its modules' functions. */
export function scriptOf(source, cachedData) {
  // A URL, because what the script imports is resolved from it.
  return new Script(new TextDecoder().decode(source), { filename: "file:///box.js", cachedData });
}

/** The script of an excerpt, or of "all" modules, with the code that was kept of it if any was. */
export function excerpt(name) {
  const code = `code/${name}`;
  return scriptOf(readPart(`script/${name}`), hasPart(code) ? readPart(code) : undefined);
}

/**
 * Runs the program, or another `main` module. Modules are taken from `script`, from that which `more` loads if it lacks one, and else
 * from the script of all. Returns what `main` exports, and the names of the modules that have run by then and will.
 */
export function run(script, { more, main = "./box.js" } = {}) {
  const some = script?.runInThisContext() ?? {};
  let rest, all;
  const find = (name) =>
    some[name] ?? (rest ??= more?.().runInThisContext() ?? {})[name] ??
      (all ??= excerpt("all").runInThisContext())[name];
  const running = {};
  function require(name) {
    if (!name.startsWith("./")) return globalThis.process.getBuiltinModule(name);
    if (running[name] === undefined) {
      find(name)(running[name] = {}, require, later);
    }
    return running[name];
  }
  const later = (name) => new Promise((resolve) => resolve(require(name)));
  return { ...require(main), running };
}
