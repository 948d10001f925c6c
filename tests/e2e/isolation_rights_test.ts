/** What a container's processes may do, and what they inherit from box: docker's rights, and nothing of the caller's. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest, needs, run } from "./harness.ts";
import { hostImage, hostPrograms, inBusybox } from "./isolation/containers.ts";

boxTest("rights are docker's, and no more than those of the user", async (box) => {
  await box.busybox();
  const fields = "^(Cap|Groups|NoNewPrivs|Sig(Blk|Ign)|Umask|PPid|Uid|Gid)";
  const status = async (...options: string[]) => {
    const command = [
      "run",
      "--rm",
      ...options,
      "busybox",
      "grep",
      "-E",
      fields,
      "/proc/self/status",
    ];
    const lines = (await box.ok(command)).split("\n");
    return Object.fromEntries(
      lines.map((line) => line.split(":").map((word) => word.trim().replaceAll("\t", " "))),
    );
  };
  // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
  // SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP
  const docker = "00000000a80425fb", none = "0000000000000000";
  const common = { CapInh: none, CapBnd: docker, CapAmb: none, NoNewPrivs: "0", Umask: "0022" };
  const rest = { PPid: "0", SigBlk: none, SigIgn: none };
  const all = { ...common, ...rest, CapPrm: docker, CapEff: docker };
  deepEqual(await status(), { ...all, Uid: "0 0 0 0", Gid: "0 0 0 0", Groups: "0" });
  deepEqual(await status("-u", "alice"), {
    ...common,
    ...rest,
    CapPrm: none,
    CapEff: none,
    Uid: "1000 1000 1000 1000",
    Gid: "1000 1000 1000 1000",
    Groups: "29 1000",
  });
  equal((await status("-u", "12:34")).Groups, "34");
  equal((await status("-u", "0:34")).CapEff, docker);
});

boxTest("a setuid program has its owner's rights", hostPrograms, async (box) => {
  await hostImage(box, "setuid", "cp $(which id) /id && chmod 4755 /id");
  equal(await box.ok("run --rm -u 1000 setuid /id -u"), "0");
  equal(await box.ok("run --rm -u 1000 setuid /id -ru"), "1000");
});

boxTest("the environment of box, and its keys, are its own", async (box) => {
  await box.busybox();
  const env = { BOX_TEST_SECRET: "hunter2" };
  const look = ["run", "--rm", "--init", "busybox", "sh", "-c"];
  const show = "env; tr '\\0' '\\n' < /proc/1/environ; tr '\\0' '\\n' < /proc/self/environ";
  const output = await box.ok([...look, show], { env });
  ok(!/hunter2|BOX_|DENO|XDG|LANG=|TERM=/.test(output), output);
  equal(await inBusybox(box, "cat /proc/keys | wc -c"), "0");
});

const python = { needs: [needs.program("python3")] };

boxTest("the session keyring is another one", python, async (box) => {
  await box.busybox();
  // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
  const number = Deno.build.arch === "aarch64" ? 219 : 250;
  const code = `import ctypes; print(ctypes.CDLL(None).syscall(${number}, 0, -3, 0))`;
  const own = (await run(["python3", "-c", code])).stdout.trim();
  const libraries = ["/usr", "/lib", "/lib64"].flatMap((path) => ["-v", `${path}:${path}:ro`]);
  // By default it may not even ask.
  const options = ["--security-opt", "seccomp=unconfined", ...libraries];
  const keyring = await box.ok(["run", "--rm", ...options, "busybox", "python3", "-c", code]);
  match(keyring, /^\d+$/);
  ok(keyring !== own, `both have ${own}`);
});
