/** Processes that come into a container from outside, before the eyes of one that may trace all it sees. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { boxTest, eventually, needs } from "./harness.ts";

/**
 * Looks at all processes there are, over and over again: their rights, namespaces and files. Writes into the memory of those
 * that have not yet executed their program. Prints what it has seen when its input ends.
 */
const tracer = `
import os, select, sys
seen, mine = set(), os.getpid()
namespaces = ["mnt", "pid", "net", "ipc", "uts", "cgroup"]
print("looking", flush=True)
while not select.select([0], [], [], 0)[0]:
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) in (1, mine): continue
        at = "/proc/" + pid + "/"
        try:
            name = open(at + "comm").read().strip()
            for line in open(at + "status"):
                if line.startswith(("CapPrm", "CapEff", "CapBnd")): seen.add((name, line.strip()))
            for kind in namespaces:
                same = os.readlink(at + "ns/" + kind) == os.readlink("/proc/self/ns/" + kind)
                if not same: seen.add((name, "another " + kind))
            if os.readlink(at + "root") != "/": seen.add((name, "another root"))
            for fd in os.listdir(at + "fd"):
                link = os.readlink(at + "fd/" + fd)
                if not link.startswith(("pipe:", "/dev/null", "socket:")): seen.add((name, "open " + link))
            if name == "box-keeper":
                memory = os.open(at + "mem", os.O_RDWR)
                for line in open(at + "maps"):
                    start, end = (int(word, 16) for word in line.split()[0].split("-"))
                    if " rw" in line and os.pwrite(memory, bytes(64), end - 64): seen.add((name, "written"))
                os.close(memory)
        except (OSError, ValueError): pass
for name, what in sorted(seen):
    if name == "box-keeper": print(what)
`;

const libraries = ["/usr", "/lib", "/lib64"].flatMap((path) => ["-v", `${path}:${path}:ro`]);
/** To be searched for long. */
const path = "PATH=" + Array.from({ length: 400 }, (_, i) => `/nowhere/${i}`).join(":") + ":/bin";

boxTest(
  "what is executed beside a tracer has no more rights than that, from the beginning",
  { needs: [needs.program("python3")] },
  async (box) => {
    await box.busybox();
    const rights = ["--cap-add", "SYS_PTRACE"];
    const process = box.spawn([
      ...["run", "-i", "--rm", "--name", "tracer", ...rights, ...libraries, "busybox"],
      ...["python3", "-c", tracer],
    ]);
    await eventually("it looks", () => process.stdout.includes("looking"));
    for (let round = 0; round < 8; round++) {
      // It may be spoilt, and does not last.
      await box.run(["exec", "-e", path, "tracer", "true"], { timeout: 20_000 });
    }
    const joined = ["run", "--rm", "--pid", "container:tracer", "-e", path, "busybox", "true"];
    await box.run(joined, { timeout: 20_000 });
    await process.closeStdin();
    equal((await process.wait()).code, 0, process.stderr);
    const seen = process.stdout.trim().split("\n").slice(1);
    const capabilities = "00000000a80c25fb", other = "00000000a80425fb";
    ok(seen.includes(`CapBnd:\t${capabilities}`), `too fast to be seen:\n${process.stdout}`);
    const allowed = ["CapBnd", "CapEff", "CapPrm"].flatMap((set) => [
      `${set}:\t${capabilities}`,
      `${set}:\t${other}`,
    ]).concat("written");
    // The other container has namespaces, and a root, of its own.
    const others = ["another cgroup", "another ipc", "another mnt", "another net", "another uts"];
    deepEqual(seen.filter((each) => ![...allowed, ...others].includes(each)), []);
    equal(await box.ok("ps -aq"), "");
  },
);
