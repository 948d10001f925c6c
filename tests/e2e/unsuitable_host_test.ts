/** Places where box cannot do what it is asked for: it says so in one line, and leaves nothing. */
import { equal, match } from "node:assert/strict";
import {
  assertTidy,
  type Box,
  boxTest,
  busyboxTar,
  needs,
  onlyLine,
  refuses,
  run,
} from "./harness.ts";

/** Mounts a file system below the test's own directory for as long as the test takes. */
async function withMount(box: Box, args: string[], test: (path: string) => Promise<void>) {
  const path = await Deno.makeTempDir({ dir: box.temp, prefix: "mount-" });
  const { code, stderr } = await run(["mount", ...args, path]);
  equal(code, 0, stderr);
  try {
    await Deno.chmod(path, 0o755).catch(() => {}); // not where it is read-only
    await test(path);
  } finally {
    await run(["umount", "--lazy", path]);
  }
}

/** Layers are copied there, which works anywhere. */
async function copiesLayersOn(box: Box, path: string): Promise<void> {
  const root = `${path}/store`, env = { BOX_ROOT: root };
  await box.ok(["import", await busyboxTar(), "busybox"], { env });
  equal(await box.ok("info -f {{.Driver}}", { env }), "vfs");
  equal(await box.ok("run --name kept busybox cat /etc/hostname", { env }).then(Boolean), true);
  await box.ok("rm kept", { env });
  assertTidy(root);
  // As docker does, box says what it cannot have where it was told to.
  const refused = { env: { ...env, BOX_STORAGE_DRIVER: "overlay2" } };
  await box.ok(["import", await busyboxTar(), "busybox"], refused);
  await box.fail("run --rm busybox true", 125, /cannot mount an overlay in .*overlay2: /, refused);
}

boxTest("a store on an overlay copies layers", async (box) => {
  for (const name of ["lower", "upper", "work"]) await Deno.mkdir(`${box.temp}/${name}`);
  const directories = ["lower", "upper", "work"].map((name) => `${name}dir=${box.temp}/${name}`);
  const options = ["-t", "overlay", "-o", directories.join(","), "overlay"];
  await withMount(box, options, (path) => copiesLayersOn(box, path));
});

boxTest("a store where there are no extended attributes copies layers", async (box) => {
  await withMount(box, ["-t", "ramfs", "ramfs"], (path) => copiesLayersOn(box, path));
});

const fat = { needs: [needs.program("mkfs.vfat"), needs.fileSystem("vfat")] };

boxTest("a store where there are no links or owners is refused", fat, async (box) => {
  const image = `${box.temp}/fat`;
  equal((await run(["mkfs.vfat", "-C", image, "20000"])).code, 0);
  await withMount(box, ["-o", "loop", image], async (path) => {
    const archive = await busyboxTar(), env = { BOX_ROOT: `${path}/store` };
    const { code, stderr } = await box.run(["import", archive, "busybox"], { env });
    equal(code, 1);
    match(stderr, /^box: [^\n]+ \(E\w+\)\n$/);
    assertTidy(env.BOX_ROOT);
  });
});

boxTest("a store on a read-only file system can be read", async (box) => {
  await box.busybox();
  await box.ok("create --name made busybox true");
  await box.ok(["save", "-o", `${box.temp}/saved.tar`, "busybox"]);
  await withMount(box, ["--bind", "-o", "ro", box.root], async (root) => {
    const readOnly = /: read-only file system \(EROFS\)$/, archive = await busyboxTar();
    for (
      const command of [
        `import ${archive} new`,
        `load -i ${box.temp}/saved.tar`,
        "create busybox true",
        "rm made",
        "rmi -f busybox",
        "tag busybox new",
        "commit made new",
        "start -a made",
      ]
    ) {
      await refuses(box, command, { root, message: readOnly });
    }
    await refuses(box, "run --rm busybox true", { root, code: 125, message: readOnly });
    const env = { BOX_ROOT: root };
    for (const command of ["images -q", "ps -aq", "history -q busybox", "inspect made", "info"]) {
      await box.ok(command, { env });
    }
    await refuses(box, `import ${archive} new`, {
      root: `${root}/there/is/none`,
      message:
        /^Error response from daemon: cannot make the store STORE: mkdir .*: read-only file system \(EROFS\); choose another place with --root or BOX_ROOT$/,
    });
    equal(await box.ok("images -q", { env: { BOX_ROOT: `${root}/there/is/none` } }), "");
  });
});

/** Runs box under a program that takes something away from it. */
async function refusesUnder(
  box: Box,
  under: string[],
  message: RegExp,
  network = "default",
): Promise<void> {
  const command = box.commandLine(`run --rm --network ${network} busybox true`);
  const { code, stderr } = await run([...under, ...command], box.defaults);
  equal(code, 125, stderr);
  match(onlyLine(stderr), message);
  assertTidy(box.root);
  equal(await box.ok("ps -aq"), "");
}

const setpriv = { needs: [needs.program("setpriv")] };

boxTest(
  "without one of root's capabilities it is said what could not be done",
  setpriv,
  async (box) => {
    await box.busybox();
    const table: [capability: string, message: RegExp][] = [
      [
        "sys_admin",
        /cannot mount an overlay in .*: the store was made outside of user namespaces, .*BOX_ROOT\.$/,
      ],
      ["mknod", /unable to start container process: make \/dev\/null: operation not permitted/],
      [
        "setpcap",
        /unable to start container process: drop capability \d+: operation not permitted/,
      ],
      ["setgid", /unable to start container process: set supplementary groups: operation not per/],
      [
        "net_admin",
        /networks need the capabilities CAP_NET_ADMIN .*; --network none and --network ho/,
      ],
      [
        "sys_chroot",
        /unable to start container process: set capabilities: operation not permitted/,
      ],
    ];
    for (const [name, message] of table) {
      const under = ["setpriv", `--bounding-set=-${name}`, `--inh-caps=-${name}`];
      await refusesUnder(box, under, message);
    }
  },
);

const unshare = { needs: [needs.program("unshare"), needs.userNamespaces] };

boxTest("a kernel that gives out no more namespaces is told as such", unshare, async (box) => {
  await box.busybox();
  // The limits of a user namespace of its own: nobody else's are touched.
  for (const kind of ["net", "pid", "ipc", "uts"]) {
    const limit = `echo 0 > /proc/sys/user/max_${kind}_namespaces && exec "$@"`;
    await refusesUnder(
      box,
      ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", limit, "sh"],
      /unable to start container process: (create process|unshare): no space left on device \(ENOSPC\): a limit on namespaces is reached \(\/proc\/sys\/user\/max_\*_namespaces\)\.$/,
      kind === "net" ? "default" : "none",
    );
  }
  await refusesUnder(
    box,
    ["unshare", "--user", "--map-root-user"],
    /cannot mount an overlay in .*: operation not permitted \(EPERM\); mounting takes the capability/,
  );
});
