/** What `deno task test:rootless` leaves out: what is about root's own box, or needs what no ordinary user has. */

type LeftOut = readonly (readonly [reason: string, names: readonly string[]])[];

/** Files, or directories, of tests. */
export const leftOutFiles: LeftOut = [
  ["root looks at bridges and filters on the host, where an ordinary user's are not", [
    "names_test.ts",
    "network_neighbours_test.ts",
    "network_options_test.ts",
    "network_test.ts",
    "ports_test.ts",
  ]],
  ["limits, and freezing, take control groups, which nobody has been delegated", [
    "limits_test.ts",
    "pause_test.ts",
    "state_errors_test.ts",
  ]],
  ["a store shared with dockerd or podman is root's", ["peers_test.ts"]],
  ["what is compared is root's container", [
    "devices_test.ts",
    "isolation_attacks_test.ts",
    "isolation_host_test.ts",
    "isolation_peers_test.ts",
    "isolation_rights_test.ts",
    "isolation_trace_test.ts",
    "security_options_test.ts",
  ]],
  ["--userns takes root", ["user_namespaces_test.ts"]],
  ["the store, or what is copied, is made, mounted or damaged by root from outside", [
    "damaged_container_test.ts",
    "damaged_image_test.ts",
    "full_disk_test.ts",
    "store_test.ts",
    "unsuitable_host_test.ts",
  ]],
  ["it is about a user of its own, and run with the others", [
    "delegated_limits_test.ts",
    "nested_test.ts",
    "rootless_network_test.ts",
    "rootless_test.ts",
  ]],
  ["it starts no box", ["build_table_test.ts", "harness_test.ts"]],
];

/** Single tests of the other files. */
export const leftOutTests: LeftOut = [
  ["an ordinary user's network is not the host's, and leads there with /dev/net/tun only", [
    "RUN reaches the host over the bridge, on its network, or not at all",
    "what a killed build had of the network is given back",
    "without CAP_NET_ADMIN RUN has the host's network",
  ]],
  ["limits, and freezing, take control groups, which nobody has been delegated", [
    "--pid container:NAME joins the pid namespace of a container that runs",
    "container prune removes what does not run, and says how much that was",
    "what a container leaves in the host's pid namespace ends with it",
    "RUN has limits and rights as a container has them",
    "a build that is stopped or killed leaves nothing",
    "a commit that is killed does not leave the container standing still",
    "a paused container is not checked",
    "a running container stands still while it is committed, and goes on afterwards",
    "a running container whose file is cut in half can be removed",
    "exec in a container that is in no state for it",
    "exec's programs end with the container (--pid 'host')",
    "without ps top finds out the same",
  ]],
  ["devices cannot be made in a user namespace", [
    "accounts are read from an ordinary file in the image, of an ordinary size",
    "Debian with a package installed is committed, saved, loaded and run",
    "Debian with odd files is imported, saved and loaded as tar knows it",
    "an export can be imported again, and loses nothing",
    "an export is what docker exports of the same container, byte for byte",
    "an image shows what the committed container showed",
    "docker says the same of what a container changed",
  ]],
  ["the capabilities are those of the namespace, which has more than this host's root may have", [
    "exec has the container's rights, or with --privileged box's own",
  ]],
  [
    "files are given to other users, or by them, which takes root",
    ["has ended", "runs"].flatMap((state) => [
      `copies on the host belong to who makes them, and with -a to whom they belonged, of a container that ${state}`,
      `owners are kept as numbers on the way into a container, of a container that ${state}`,
    ]),
  ],
  ["the store is root's", [
    "docker prints what is recorded, and inspects as box does",
    "lists, histories and inspections are docker's",
    "what cannot be read is told, and does not hide the rest",
  ]],
  ["files are given to other users on the host", [
    "a base image is made of a root directory, and changed by hand",
  ]],
  [
    "what is mounted in the user's namespace, or the kernel's in his store, is looked or written into from outside",
    [
      "a container survives its box, and its log and exit code are not lost",
      "a file that a container wrote is found on the host, also when it no longer runs",
      "a volume with options is mounted while containers use it",
      "what can no longer be started gives up, and says why",
      "what has ended without a monitor is told from its keeper's note",
    ],
  ],
];
