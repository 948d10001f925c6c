/**
 * `deno task bench [WORD...] [--runs N]`: how box compares with what is installed of docker, podman,
 * crun and the usual tools, with the same work, in one run on one machine. WORDs choose rows.
 *
 * Asserts nothing. Believe the ratios rather than the numbers, and those only when the machine had
 * nothing else to do. TMPDIR says where the stores are, /var/tmp by default.
 */
import { parseOptions, usage } from "./options.ts";
import { chooseRows, groups } from "./rows.ts";

/** Runs the bench itself in a mount namespace, which takes its mounts away however it ends. */
async function runInMountNamespace(args: readonly string[]): Promise<number> {
  const bench = new URL("bench.ts", import.meta.url).pathname;
  const child = new Deno.Command("unshare", {
    args: ["--mount", Deno.execPath(), "run", "--allow-all", "--quiet", bench, ...args],
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  return (await child.status).code;
}

const options = parseOptions(Deno.args);
if (options === undefined || chooseRows(groups, options.words).length === 0) {
  console.error(usage(groups));
  Deno.exit(2);
}
if (Deno.uid() !== 0) {
  console.error("the bench must be run by root, as dockerd must");
  Deno.exit(1);
}
Deno.exit(await runInMountNamespace(Deno.args));
