/**
 * `deno task test:rootless [FILE...]`: the end-to-end tests with box run by an ordinary user, nobody,
 * who has no ids but his own; BOX_TEST_USER names another. The tests themselves are root's, who
 * looks at what box does.
 *
 * Left out is what is about root's own box, or needs what no ordinary user has.
 */

const project = new URL("..", import.meta.url).pathname;

/** Files of tests that are run. */
const files = [
  "commit_test.ts",
  "detach_test.ts",
  "exec_test.ts",
  "import_test.ts",
  "logs_test.ts",
  "rootless_network_test.ts",
  "rootless_test.ts",
  "run_test.ts",
  "volumes_test.ts",
];

/** Files that are left out, by the reason. */
const leftOutFiles: readonly (readonly [reason: string, files: readonly string[]])[] = [
  ["root looks at bridges and filters on the host, where an ordinary user's are not", [
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
  ["a store shared with dockerd or podman is root's", ["peers_test.ts"]],
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
  ["the store, or what is copied, is made, mounted or damaged by root from outside", [
    "cp_test.ts",
    "crash_test.ts",
    "damaged_container_test.ts",
    "damaged_image_test.ts",
    "damaged_store",
    "full_disk_test.ts",
    "store",
    "store_test.ts",
    "unsuitable_host_test.ts",
  ]],
];

/** Single tests of those files, by the reason. */
const leftOutTests: readonly (readonly [reason: string, names: readonly string[]])[] = [
  ["users other than root take subordinate ids", [
    "an empty volume gets what the image has in its place, once",
    "exec's user is looked up in the container",
    "working directory, user, host name, labels, entrypoint",
  ]],
  ["devices cannot be made in a user namespace", [
    "an image shows what the committed container showed",
  ]],
  ["the capabilities are those of the namespace, which has more than this host's root may have", [
    "exec has the container's rights, or with --privileged box's own",
  ]],
  [
    "the container lives for two seconds, too short where each command starts Deno twice",
    ["ps", "logs it", "logs -f it", "stats --no-stream", "wait it"].map((command) =>
      `after the death of all of box, '${command}' finds a monitor again`
    ),
  ],
  ["takes a control group", [
    "a running container whose file is cut in half can be removed",
    "a commit that is killed does not leave the container standing still",
    "a running container stands still while it is committed, and goes on afterwards",
    "exec in a container that is in no state for it",
    "exec's programs end with the container (--pid 'host')",
  ]],
  ["root looks into what is mounted in the user's namespace, or owns what is in the store", [
    "a container survives its box, and its log and exit code are not lost",
    "a damaged volume can be seen and removed, and does not hide others",
    "a nested mount lies on top of the one around it",
    "a volume with options is mounted while containers use it",
    "docker says the same of what a container changed",
    "what has ended without a monitor is told from its keeper's note",
  ]],
];

const untried = ["others have not been tried as an ordinary user yet", remaining()] as const;
for (const [reason, names] of [...leftOutFiles, ...leftOutTests, untried]) {
  console.log(`left out: ${names.join(", ")}: ${reason}`);
}
const chosen = Deno.args.length > 0 ? Deno.args : files.map((name) => `tests/e2e/${name}`);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "--allow-all", "--quiet", "tools/test.ts", `--filter=${filter()}`, ...chosen],
  cwd: project,
  env: { BOX_TEST_USER: Deno.env.get("BOX_TEST_USER") ?? "nobody" },
}).spawn().status;
Deno.exit(code);

function remaining(): string[] {
  const known = new Set([...files, ...leftOutFiles.flatMap(([, names]) => names)]);
  return [...Deno.readDirSync(`${project}tests/e2e`)].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts") && !known.has(name)).sort();
}

/** A regular expression for every name but those. */
function filter(): string {
  const escaped = leftOutTests.flatMap(([, names]) => names)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return `/^(?!(${escaped.join("|")})$)/`;
}
