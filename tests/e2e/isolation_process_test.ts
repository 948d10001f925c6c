/** A container's processes: nothing of box is in them, behind them, or left to them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest, eventually } from "./harness.ts";
import { hostImage, hostPrograms, inBusybox } from "./isolation/containers.ts";

boxTest("/proc/self/exe as the program is not box (CVE-2019-5736)", hostPrograms, async (box) => {
  const script = `
    ln -s /proc/self/exe /link
    printf '#!/proc/self/exe\\nx\\n' > /script
    printf '#!/link --version\\nx\\n' > /through-link
    chmod +x /script /through-link`;
  await hostImage(box, "evil", script);
  for (const program of ["/proc/self/exe", "/proc/1/exe", "/link", "/script", "/through-link"]) {
    for (const options of [[], ["-u", "1000"], ["-w", "/tmp"]]) {
      const command = ["run", "--rm", ...options, "--entrypoint", program, "evil", "--version"];
      const { code, stdout, stderr } = await box.run(command, { timeout: 20_000 });
      deepEqual([code, stdout], [1, ""], stderr);
      equal(stderr, `exec ${program}: no such file or directory\n`);
    }
  }
});

boxTest(
  "process 1 is the container's own program, or an init that nobody can change",
  async (box) => {
    await box.busybox();
    const look = "readlink /proc/1/exe; cat /proc/1/comm; grep -c / /proc/1/maps";
    match(await inBusybox(box, look), /^\/bin\/busybox\nsh\n/);
    const spoil = `readlink /proc/1/exe; for way in '>' '>>' '1<>'; do
      eval "echo spoilt $way /proc/1/exe" 2>&1 || :; done`;
    const [exe, ...refusals] = (await inBusybox(box, spoil, "--init")).split("\n");
    equal(exe, "/memfd:box-init (deleted)");
    equal(refusals.length, 3);
    for (const refusal of refusals) match(refusal, /Text file busy|Operation not permitted/);
    const init = "tr '\\0' '\\n' < /proc/1/environ; ls -l /proc/1/cwd /proc/1/root /proc/1/fd";
    ok(!(await inBusybox(box, init, "--init")).includes(box.root));
  },
);

boxTest("a container has three descriptors, whatever its caller leaves open", async (box) => {
  await box.busybox();
  const list = "'ls /proc/$$/fd; ls /proc/1/fd; true'";
  for (const options of ["", "-i", "--init", "--network host", "--read-only", "-u 1000"]) {
    const caller = "exec 5</proc 7</etc/passwd 8<&0 9</";
    equal(
      await box.shell(`${caller}; box run --rm ${options} busybox sh -c ${list}`),
      "0\n1\n2\n0\n1\n2",
      options,
    );
  }
});

boxTest("no working directory leads to a descriptor of box (CVE-2024-21626)", async (box) => {
  await box.busybox();
  const directories = Array.from({ length: 48 }, (_, i) => `/proc/self/fd/${i + 3}`);
  directories.push("/proc/self/fd/9/etc", "/proc/1/fd/9", "/proc/self/task/1/fd/9");
  const caller = "exec 5</proc 7</etc 9</";
  const script = directories.map((directory) =>
    `box run --rm -w ${directory} busybox pwd; echo "code $?"`
  );
  const output = await box.shell(`${caller}; exec 2>&1; ${script.join("; ")}`);
  const lines = output.split("\n");
  deepEqual(lines.filter((line) => line.startsWith("code")), directories.map(() => "code 125"));
  const refusals = lines.filter((line) => line.includes("change to the working directory"));
  equal(refusals.length, directories.length, output);
});

boxTest(
  "no container that is to be removed outlives its box for long, whatever it does against it",
  hostPrograms,
  async (box) => {
    // The kernel does not kill a setuid program when its parent dies.
    await hostImage(box, "setuid", "cp $(which sleep) /endless && chmod 4755 /endless");
    const process = box.spawn("run --rm --name orphan -u 1000 setuid /endless 1000");
    await eventually("the container runs", async () => (await box.ok("ps -q")) !== "");
    const pid = await box.ok("inspect -f {{.State.Pid}} orphan");
    process.kill("SIGKILL");
    await process.wait();
    await box.ok("create --name next setuid true");
    await eventually("its end", () => Deno.stat(`/proc/${pid}`).then(() => false, () => true));
    equal(await box.ok("ps -aq -f name=orphan"), "");
  },
);
