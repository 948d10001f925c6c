/**
 * Loading the compiled program: all of box is one script. V8 takes over what it had compiled of it when the executable was
 * made, and checks first that it is of this V8 and of this script; else it compiles again what is called.
 *
 * Deno's own code cache would be a file of a predictable name in /tmp, read by root, too; this one is in the executable.
 */
import { Script } from "node:vm";
import { parts } from "./parts.js";

/** What was put into the executable under this name (see tools/compile/parts.ts); undefined if nothing was. */
export function readPart(name) {
  if (!Object.hasOwn(parts, name)) return undefined;
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

/** The script, not yet run. */
export function loadScript(cachedData) {
  const source = new TextDecoder().decode(readPart("box.js"));
  // A URL, because what the script imports is resolved from it.
  return new Script(source, { filename: "file:///box.js", cachedData });
}

/** Runs the script, which is one function of what CommonJS gives a module, and returns what it exports. */
export function run(script) {
  const module = { exports: {} };
  script.runInThisContext()(module, (name) => globalThis.process.getBuiltinModule(name));
  return module.exports;
}
