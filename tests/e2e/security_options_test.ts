/** --cap-add, --cap-drop, --privileged, --security-opt, --group-add and --userns: docker's results and docker's words. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { assertTidy, type Box, boxTest, needs, onlyLine, type Program } from "./harness.ts";
import { hostImage, hostPrograms, inBusybox } from "./isolation/containers.ts";

/** /proc/self/status of a process in a container. */
async function status(box: Program, ...command: string[]): Promise<Record<string, string>> {
  const output = await box.ok([...command, "cat", "/proc/self/status"]);
  return Object.fromEntries(output.split("\n").map((line) => line.split(/:\s*/, 2)));
}

const run = (...options: string[]) => ["run", "--rm", ...options, "busybox"];
const none = "0".repeat(16), docker = "00000000a80425fb";

/** What box itself has, and therefore a privileged container. */
async function ownCapabilities(): Promise<string> {
  return /^CapPrm:\s*(\S+)/m.exec(await Deno.readTextFile("/proc/self/status"))![1];
}

boxTest("capabilities are what docker makes of the options", async (box) => {
  await box.busybox();
  const own = await ownCapabilities();
  const table: [options: string[], bounding: string, effective?: string][] = [
    [["--cap-add", "sys_ptrace", "--cap-drop", "CAP_MKNOD"], "00000000a00c25fb"],
    [["--cap-drop", "all", "--cap-add", "CHOWN"], "0000000000000001"],
    [["--cap-add", "ALL"], own],
    [["--cap-drop", "ALL", "-u", "1000", "--cap-add", "CHOWN"], "0000000000000001", none],
  ];
  for (const [options, bounding, effective = bounding] of table) {
    const { CapBnd, CapEff, CapPrm, CapInh, CapAmb, Seccomp } = await status(
      box,
      ...run(...options),
    );
    deepEqual(
      { CapBnd, CapEff, CapPrm, CapInh, CapAmb, Seccomp },
      {
        CapBnd: bounding,
        CapEff: effective,
        CapPrm: effective,
        CapInh: none,
        CapAmb: none,
        Seccomp: "2",
      },
      options.join(" "),
    );
  }
});

boxTest("exec, health checks and RUN have the rights of their containers", async (box) => {
  await box.busybox();
  const check = ["--health-cmd", "grep -E '^(CapEff|Seccomp|NoNewPrivs):' /proc/self/status"];
  const options = ["--cap-drop", "ALL", "--cap-add", "KILL", "--security-opt", "no-new-privileges"];
  await box.ok([
    ...["run", "-d", "--name", "walled", "--health-interval", "10ms", "--health-retries", "9"],
    ...[...check, ...options, "--group-add", "27", "busybox", "sleep", "1000"],
  ]);
  const kill = "0000000000000020";
  const executed = await status(box, "exec", "walled");
  deepEqual(
    [executed.CapEff, executed.CapBnd, executed.Seccomp, executed.NoNewPrivs, executed.Groups],
    [kill, kill, "2", "1", "0 27 "],
  );
  const privileged = await status(box, "exec", "--privileged", "walled");
  deepEqual([privileged.CapEff, privileged.Seccomp], [await ownCapabilities(), "2"]);
  const health = await box.ok([
    "inspect",
    "-f",
    "{{with .State.Health}}{{range .Log}}{{.Output}}{{end}}{{end}}",
    "walled",
  ]);
  if (health !== "") match(health, /CapEff:\t0{14}20\nNoNewPrivs:\t1\nSeccomp:\t2/);
  await box.ok("rm -f walled");

  await Deno.writeTextFile(
    `${box.temp}/Dockerfile`,
    "FROM busybox\nRUN grep -E '^(CapBnd|Seccomp):' /proc/self/status > /rights\n",
  );
  await box.ok(["build", "-q", "-t", "built", box.temp]);
  equal(await box.ok("run --rm built cat /rights"), `CapBnd:\t${docker}\nSeccomp:\t2`);
});

boxTest("a privileged container has the host's rights and devices", async (box) => {
  await box.busybox();
  const script = `grep -E '^(CapEff|CapBnd|Seccomp):' /proc/self/status
    grep -c ' /proc/[a-z]' /proc/mounts; grep -o ' /sys sysfs r[ow]' /proc/mounts
    cd /dev; find . -type b -o -type c | grep -v pts | wc -l; test -c /dev/console || echo none`;
  const lines = (await inBusybox(box, script, "--privileged")).split("\n");
  const own = await ownCapabilities();
  deepEqual(
    lines.toSpliced(5, 1),
    [`CapEff:\t${own}`, `CapBnd:\t${own}`, "Seccomp:\t0", "0", " /sys sysfs rw", "none"],
  );
  const listed = await box.shell(
    "cd /dev; find . \\( -path ./pts -o -path ./shm -o -path ./mqueue -o -path ./fd -o -name console -o -name ptmx \\) " +
      "-prune -o \\( -type b -o -type c \\) -print | wc -l",
  );
  equal(lines[5], listed.trim());
});

boxTest("nothing is hidden with systempaths=unconfined", async (box) => {
  await box.busybox();
  const script = "grep -c ' /proc/[a-z]' /proc/mounts; test -w /proc/sys/vm/drop_caches && echo rw";
  equal(await inBusybox(box, script, "--security-opt", "systempaths=unconfined"), "0\nrw");
});

boxTest("no-new-privileges makes setuid programs ordinary ones", hostPrograms, async (box) => {
  await hostImage(box, "setuid", "cp $(which id) /id && chmod 4755 /id");
  const id = (option: string) =>
    box.ok(["run", "--rm", "-u", "1000", "--security-opt", option, "setuid", "/id", "-u"]);
  equal(await id("no-new-privileges"), "1000");
  equal(await id("no-new-privileges:true"), "1000");
  equal(await id("no-new-privileges:false"), "0");
});

const profiles: Record<string, string> = {
  "errno.json": `{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    { "name": "mkdir", "action": "SCMP_ACT_ERRNO", "errnoRet": 12 },
    { "names": ["mkdirat", "nosuchcall"], "action": "SCMP_ACT_ERRNO", "errnoRet": 12 } ] }`,
  "kill.json": `{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS" } ] }`,
  // Nothing but what the program needs that is started.
  "strict.json": `{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [ { "action": "SCMP_ACT_ALLOW",
    "names": ["execve", "exit_group", "capset", "brk", "arch_prctl", "mmap", "mprotect", "munmap",
      "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat",
      "getrandom", "getuid", "geteuid", "getgid", "getegid", "prctl"] } ] }`,
  "empty.json": "{}",
  "cut.json": "{",
  "array.json": "[]",
  "action.json": '{"defaultAction":"SCMP_ACT_NOPE"}',
};

async function writeProfiles(box: Box): Promise<void> {
  for (const [name, text] of Object.entries(profiles)) {
    await Deno.writeTextFile(`${box.temp}/${name}`, text);
  }
}

boxTest("a seccomp profile of the user's", async (box) => {
  await box.busybox();
  await writeProfiles(box);
  const inTemp = { cwd: box.temp };
  const tryIt = (profile: string, ...command: string[]) =>
    box.run([
      ...["run", "--rm", "--security-opt", `seccomp=${profile}`, "busybox", ...command],
    ], inTemp);
  const refused = await tryIt("errno.json", "mkdir", "/x");
  equal(refused.code, 1);
  deepEqual(refused.stderr.split("\n"), [
    "WARNING: seccomp profile: unknown system calls are ignored: nosuchcall",
    "mkdir: can't create directory '/x': Cannot allocate memory",
    "",
  ]);
  equal((await tryIt("kill.json", "mkdir", "/x")).code, 159);
  equal((await tryIt("strict.json", "true")).code, 0);
  equal((await tryIt("strict.json", "pwd")).code, 1);
  for (const profile of ["empty.json", "unconfined"]) {
    const { stdout } = await tryIt(profile, "grep", "Seccomp:", "/proc/self/status");
    equal(stdout, "Seccomp:\t0\n", profile);
  }
  // Unlike docker, box does not pass over it.
  const privileged = "run --rm --privileged --security-opt seccomp=errno.json busybox mkdir /x";
  equal((await box.run(privileged, inTemp)).code, 1);
  // It is kept with the container: what executes in it later has it, too.
  await box.ok("run -d --name kept --security-opt seccomp=errno.json busybox sleep 1000", inTemp);
  await Deno.remove(`${box.temp}/errno.json`);
  match((await box.run("exec kept mkdir /x")).stderr, /Cannot allocate memory/);
  const shown = await box.ok(["inspect", "-f", "{{json .HostConfig.SecurityOpt}}", "kept"]);
  deepEqual(
    JSON.parse(JSON.parse(shown)[0].replace("seccomp=", "")).syscalls[0].errnoRet,
    12,
  );
  await box.ok("rm -f kept");
});

boxTest(
  "without the filter there is more to be had",
  { needs: [needs.userNamespaces] },
  async (box) => {
    await box.busybox();
    const attempt = "unshare -U true; echo $?";
    match(await inBusybox(box, `${attempt} 2>&1`), /not permitted\n1$|1$/);
    equal(await inBusybox(box, attempt, "--security-opt", "seccomp=unconfined"), "0");
  },
);

boxTest("what docker refuses is refused in its words, and leaves nothing", async (box) => {
  await box.busybox();
  await writeProfiles(box);
  const table: [options: string, message: RegExp][] = [
    [
      "--cap-add nope",
      /^box: Error response from daemon: invalid CapAdd: unknown capability: "CAP_NOPE"\.$/,
    ],
    [
      "--cap-drop cap_all",
      /^box: Error response from daemon: invalid CapDrop: unknown capability: "CAP_ALL"\.$/,
    ],
    ["--security-opt nonsense", /^box: Invalid --security-opt: "nonsense"\.$/],
    [
      "--security-opt foo=bar",
      /^box: Error response from daemon: invalid --security-opt 2: "foo=bar"\.$/,
    ],
    ["--security-opt no-new-privileges=maybe", /invalid --security-opt 2: "no-new-privileges=m/],
    ["--security-opt systempaths=foo", /invalid --security-opt 2: "systempaths=foo"\.$/],
    [
      "--security-opt seccomp=/nosuch",
      /^box: opening seccomp profile \(\/nosuch\) failed: open \/nosuch: no such file or directory\.$/,
    ],
    [
      "--security-opt seccomp=cut.json",
      /^box: compacting json for seccomp profile \(cut\.json\) failed: unexpected end of JSON input\.$/,
    ],
    [
      "--security-opt seccomp=array.json",
      /Decoding seccomp profile failed: json: cannot unmarshal array into Go value of type seccomp\.Seccomp\.$/,
    ],
    [
      "--security-opt seccomp=action.json",
      /string SCMP_ACT_NOPE is not a valid action for seccomp\.$/,
    ],
    ["--userns maybe", /^box: --userns: invalid USER mode\.$/],
    [
      "--group-add nope",
      /Unable to find group nope: no matching entries in group file\.$/,
    ],
    ["--group-add -3", /uids and gids must be in range 0-2147483647\.$/],
  ];
  for (const [options, message] of table) {
    const { code, stderr } = await box.run(`run --rm ${options} busybox true`, { cwd: box.temp });
    equal(code, 125, options);
    match(onlyLine(stderr.replace(/See 'box .*\n/, "")), message);
    assertTidy(box.root);
  }
});

boxTest("inspect tells of it as docker does", async (box) => {
  await box.busybox();
  const format =
    "{{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}} {{json .HostConfig.SecurityOpt}} " +
    "{{.HostConfig.Privileged}} {{json .HostConfig.GroupAdd}} {{.HostConfig.UsernsMode}} {{len .HostConfig.MaskedPaths}}";
  const table: [options: string, shown: string][] = [
    ["--cap-add sys_ptrace --cap-drop mknod", '["sys_ptrace"] ["mknod"] null false null  10'],
    ["--privileged", 'null null ["label=disable"] true null  0'],
    ["--security-opt no-new-privileges", 'null null ["no-new-privileges"] false null  10'],
    ["--security-opt systempaths=unconfined", "null null [] false null  0"],
    ["--pid host --security-opt label=type:x", 'null null ["label=type:x"] false null  10'],
    ["--group-add 5 --userns host", 'null null null false ["5"] host 10'],
  ];
  for (const [options, shown] of table) {
    const id = await box.ok(`create ${options} busybox true`);
    equal(await box.ok(["inspect", "-f", format, id]), shown, options);
    await box.ok(["rm", id]);
  }
  const files = await box.ok(
    "create --security-opt no-new-privileges --security-opt seccomp=unconfined --security-opt apparmor=x busybox",
  );
  const file = JSON.parse(
    await Deno.readTextFile(`${box.root}/containers/${files}/config.v2.json`),
  );
  deepEqual(
    [file.NoNewPrivileges, file.SeccompProfile, file.AppArmorProfile],
    [true, "unconfined", "x"],
  );
  await box.ok(["rm", files]);
  ok((await box.ok("info")).includes(" Security Options:\n  seccomp\n   Profile: default\n"));
});
