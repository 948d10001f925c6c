/** A container of box next to one of docker and one of podman: what a process may do there, call by call and file by file. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { syscallNumbers } from "../../runtime/sandbox/seccomp/syscall_numbers.ts";
import { boxTest, busyboxTar, needs, type Program, withDockerd, withPodman } from "./harness.ts";

interface Findings {
  readonly status: Record<string, string>;
  /** Type and options, by mount point. */
  readonly mounts: Record<string, string>;
  /** "r", "w" or both; what can be neither read nor written to is not among them. */
  readonly files: Record<string, string>;
  /** The error, by number. */
  readonly calls: Record<string, string>;
  /** The same for calls whose arguments a filter looks at. */
  readonly arguments: Record<string, string>;
}

const numbers = syscallNumbers(Deno.build.arch === "aarch64" ? "AARCH64" : "X86_64");

/** Calls that end, replace or double the process that tries them. */
const leftOut = ["exit", "exit_group", "fork", "vfork", "clone", "clone3", "rt_sigreturn", "pause"]
  .concat(["restart_syscall", "sync", "vhangup", "wait4", "rt_sigsuspend"])
  .map((name) => numbers.get(name)).filter((number) => number !== undefined);

async function probe(engine: Program): Promise<Findings> {
  const script = await Deno.readTextFile(new URL("isolation/probe.py", import.meta.url));
  const { socket, personality, clone } = Object.fromEntries(numbers);
  const libraries = ["/usr", "/lib", "/lib64"].flatMap((path) => ["-v", `${path}:${path}:ro`]);
  return JSON.parse(
    await engine.ok([
      ...["run", "--rm", "--network", "none", ...libraries, "busybox"],
      ...["python3", "-c", script, JSON.stringify({ leftOut, socket, personality, clone })],
    ], { timeout: 120_000 }),
  );
}

const names = new Map([...numbers].map(([name, number]) => [String(number), name]));

/** What is not as in docker 20.10, and why. */
const stricter: Record<string, string> = {
  io_uring_setup: "docker forbids it since 25.0",
  io_uring_enter: "docker forbids it since 25.0",
  io_uring_register: "docker forbids it since 25.0",
  "socket 38": "AF_ALG: docker forbids it in its newest versions",
  "socket 40": "AF_VSOCK: docker forbids it since 23.0",
};

/** Entries that two records have in different ways, with both. */
function differences(
  ours: Record<string, string>,
  theirs: Record<string, string>,
): [key: string, ours: string | undefined, theirs: string | undefined][] {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return keys.filter((key) => ours[key] !== theirs[key])
    .map((key) => [key, ours[key], theirs[key]]);
}

function compareCalls(box: Findings, docker: Findings): void {
  const found = [
    ...differences(box.calls, docker.calls),
    ...differences(box.arguments, docker.arguments),
  ].map(([key, ours, theirs]) => [names.get(key) ?? key, ours, theirs] as const);
  deepEqual(
    found.map(([name, ours]) => `${name}: ${ours}`).sort(),
    Object.keys(stricter).map((name) => `${name}: EPERM`).sort(),
  );
  ok(Object.keys(box.calls).length > 430);
  equal(box.calls[String(numbers.get("read"))], "EBADF");
  equal(box.calls[String(numbers.get("add_key"))], "EPERM");
  equal(box.calls["460"], "ENOSYS");
}

/** Files that can be read or written to in a container of box, and not in one of docker. */
function compareFiles(box: Findings, docker: Findings): void {
  const more = Object.entries(box.files).filter(([path, rights]) => {
    const theirs = docker.files[path] ?? "";
    return [...rights].some((right) => !theirs.includes(right));
  });
  deepEqual(more, []);
  ok(Object.keys(box.files).length > 300);
}

/** Mount points that only one of the two has. */
const otherMounts: [pattern: RegExp, reason: string][] = [
  [/^\/(usr|lib|lib64)(\/|$)/, "the probe's own"],
  [/^\/sys\/fs\/cgroup/, "what there is of control groups depends on the host"],
  [/^\/proc\/interrupts$/, "masked by box, as by docker since 27.1: it tells of other containers"],
  [/^\/sys\/devices\/virtual\/powercap$/, "masked by box, as by docker since 24.0.7"],
  [/^\/proc\/(kcore|keys|timer_list|acpi|scsi|asound)$/, "masked alike, by mounts of other kinds"],
];

/** Options that each mount must have if docker's has it. */
const protections = ["ro", "nosuid", "nodev", "noexec"];

function compareMounts(box: Findings, docker: Findings): void {
  const isCompared = (point: string) => !otherMounts.some(([pattern]) => pattern.test(point));
  const points = ({ mounts }: Findings) => Object.keys(mounts).filter(isCompared).sort();
  deepEqual(points(box), points(docker));
  for (const point of points(box)) {
    const [[ourType, ours], [theirType, theirs]] = [box, docker].map(({ mounts }) =>
      mounts[point].split(" ")
    );
    equal(ourType, theirType, point);
    const missing = protections.filter((each) =>
      theirs.split(",").includes(each) && !ours.split(",").includes(each)
    );
    deepEqual(missing, [], point);
  }
}

/** What two engines refuse, box refuses, too. */
function compareRefusals(box: Findings, docker: Findings, podman: Findings): void {
  const isRefused = (error: string) => error === "EPERM" || error === "ENOSYS";
  for (const kind of ["calls", "arguments"] as const) {
    const refused = Object.keys(box[kind]).filter((key) =>
      isRefused(docker[kind][key]) && isRefused(podman[kind][key])
    );
    deepEqual(refused.filter((key) => !isRefused(box[kind][key])), []);
    ok(refused.length > 0);
  }
}

boxTest(
  "a container of box is as walled in as docker's, in all that can be tried",
  { needs: [needs.program("python3")] },
  async (box) => {
    await box.busybox();
    await withDockerd(`${box.temp}/docker`, async (docker) => {
      await docker.ok(["import", await busyboxTar(), "busybox"]);
      const [ours, theirs] = [await probe(box), await probe(docker)];
      deepEqual(ours.status, theirs.status);
      compareCalls(ours, theirs);
      compareFiles(ours, theirs);
      compareMounts(ours, theirs);
      await withPodman(async (podman) => {
        await podman.ok(["import", await busyboxTar(), "busybox"]);
        compareRefusals(ours, theirs, await probe(podman));
      });
    });
  },
);
