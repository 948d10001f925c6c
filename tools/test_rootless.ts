/**
 * `deno task test:rootless [FILE...]`: the end-to-end tests with box run by an ordinary user, nobody,
 * who has no ids but his own; BOX_TEST_USER names another. The tests themselves are root's, who
 * looks at what box does.
 *
 * Left out is what is about root's own box, or needs what no ordinary user has.
 */

const project = new URL("..", import.meta.url).pathname;

/** Files of tests that are left out, by the reason. */
const leftOut: readonly (readonly [reason: string, files: readonly string[]])[] = [
  ["networks of its own, and published ports, take the right to change the host's network", [
    "network_test.ts",
    "networks",
    "ports_test.ts",
    "names_test.ts",
  ]],
  ["limits, and freezing, take control groups, which nobody has been delegated", [
    "limits_test.ts",
    "pause_test.ts",
  ]],
  ["users other than root take subordinate ids", ["debian_test.ts", "seeds_test.ts"]],
  ["a store shared with dockerd or podman is root's", ["peers_test.ts", "registry"]],
  ["what is compared is root's container", [
    "isolation",
    "isolation_attacks_test.ts",
    "isolation_host_test.ts",
    "isolation_peers_test.ts",
    "isolation_rights_test.ts",
    "isolation_trace_test.ts",
    "security_options_test.ts",
    "devices_test.ts",
  ]],
  ["the store is filled, mounted or damaged by root from outside", [
    "crash_test.ts",
    "damaged_container_test.ts",
    "damaged_image_test.ts",
    "damaged_store",
    "full_disk_test.ts",
    "harness_test.ts",
    "store",
    "store_test.ts",
    "unsuitable_host_test.ts",
    "soak_test.ts",
  ]],
];

/** Single tests, by the same reasons. */
const leftOutTests: readonly (readonly [reason: string, names: readonly string[]])[] = [
  ["users other than root take subordinate ids", [
    "exec's user is looked up in the container",
    "working directory, user, host name, labels, entrypoint",
  ]],
  ["the capabilities are those of the namespace, which has more than this host's root may have", [
    "exec has the container's rights, or with --privileged box's own",
  ]],
  ["takes a control group", [
    "exec in a container that is in no state for it",
    "exec's programs end with the container (--pid 'host')",
  ]],
  ["root looks into what is mounted in the user's namespace, or owns what is mounted", [
    "a container survives its box, and its log and exit code are not lost",
    "a nested mount lies on top of the one around it",
  ]],
];

const names = Deno.args.length > 0 ? Deno.args : included().map((name) => `tests/e2e/${name}`);
for (const [reason, files] of [...leftOut, ...leftOutTests]) {
  console.log(`left out: ${files.join(", ")}: ${reason}`);
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "--allow-all", "--quiet", "tools/test.ts", `--filter=${filter()}`, ...names],
  cwd: project,
  env: { BOX_TEST_USER: Deno.env.get("BOX_TEST_USER") ?? "nobody" },
}).spawn().status;
Deno.exit(code);

function included(): string[] {
  const without = new Set([
    ...leftOut.flatMap(([, files]) => files),
    "harness",
    "trees.ts",
    "harness.ts",
  ]);
  return [...Deno.readDirSync(`${project}tests/e2e`)].map(({ name }) => name)
    .filter((name) => !without.has(name)).sort();
}

/** A regular expression for every name but those. */
function filter(): string {
  const escaped = leftOutTests.flatMap(([, names]) => names)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return `/^(?!(${escaped.join("|")})$)/`;
}
