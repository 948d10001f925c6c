/**
 * `deno task test:rootless [FILE...]`: the end-to-end tests with box run by an ordinary user, nobody,
 * with subordinate ids as distributions give them to users; BOX_TEST_USER names another, with the
 * ids that he has. The tests themselves are root's, who looks at what box does. What is left out is
 * named in rootless/left_out.ts, with the reasons.
 *
 * That a user without such ids gets on is the business of rootless_test.ts, which always runs.
 */
import { leftOutFiles, leftOutTests } from "./rootless/left_out.ts";

const project = new URL("..", import.meta.url).pathname;

/** Binds a file over /etc/subuid and /etc/subgid, in mounts of its own, for the rest of the command line. */
const withIds =
  `mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift && exec "$@"`;

/** From 2^30 on: nobody else's, and out of the way of --userns=auto. */
const IDS = "nobody:1073741824:65536\n";

for (const [reason, names] of leftOutFiles) console.log(`left out: ${names.join(", ")}: ${reason}`);
const reasons = leftOutTests.flatMap(([reason, names]) => names.map((name) => [name, reason]));
const user = Deno.env.get("BOX_TEST_USER"), chosen = Deno.args.length > 0 ? Deno.args : files();
const tests = [Deno.execPath(), "run", "--allow-all", "--quiet", "tools/test.ts", ...chosen];
const ids = await Deno.makeTempFile();
try {
  await Deno.writeTextFile(ids, IDS);
  await Deno.chmod(ids, 0o644);
  const [program, ...args] = user
    ? tests
    : ["unshare", "--mount", "sh", "-c", withIds, "sh", ids, ...tests];
  const { code } = await new Deno.Command(program, {
    args,
    cwd: project,
    env: {
      BOX_TEST_USER: user ?? "nobody",
      BOX_TEST_LEFT_OUT: JSON.stringify(Object.fromEntries(reasons)),
    },
  }).spawn().status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(ids);
}

function files(): string[] {
  const leftOut = new Set(leftOutFiles.flatMap(([, names]) => names));
  return [...Deno.readDirSync(`${project}tests/e2e`)].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts") && !leftOut.has(name)).sort()
    .map((name) => `tests/e2e/${name}`);
}
