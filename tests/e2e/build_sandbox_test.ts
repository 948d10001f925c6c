/** RUN as a container: the networks that it can have, its limits and its rights. */
import { equal, match } from "node:assert/strict";
import { build, context, show } from "./build/context.ts";
import { isUnified } from "./containers/limits.ts";
import { type Box, boxTest, eventually, needs, Program } from "./harness.ts";

const withDefault = { network: "default" } as const;

const gateway = "$(ip route | awk '/default/ { print $3 }')";

/** Runs `use` while a server of the host's answers on all its addresses. */
async function withServer(use: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve(
    { hostname: "0.0.0.0", port: 0, onListen() {} },
    () => new Response("from the host\n"),
  );
  try {
    await use(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

boxTest(
  "RUN reaches the host over the bridge, on its network, or not at all",
  withDefault,
  (box) =>
    withServer(async (port) => {
      await box.busybox();
      const path = context(
        box,
        `FROM busybox
RUN wget -qO /bridge http://${gateway}:${port}/ && grep -q eth0 /proc/net/dev
RUN --network=host wget -qO /host http://127.0.0.1:${port}/
RUN --network=none test "$(grep -c : /proc/net/dev)" = 1 && ! wget -qO- http://127.0.0.1:${port}/`,
      );
      await build(box, path, "-t", "it");
      equal(await show(box, "it", "cat /bridge /host"), "from the host\nfrom the host");
      const onHost = context(box, `FROM busybox\nRUN wget -qO- http://127.0.0.1:${port}/`);
      match(await build(box, onHost, "--network", "host"), /from the host/);
      const { code } = await box.run(["build", "--network", "none", "--no-cache", onHost]);
      equal(code, 1);
    }),
);

boxTest(
  "RUN finds others by name on a network of its own, or is beside one",
  withDefault,
  async (box) => {
    await box.busybox();
    await box.ok("network create backend");
    await box.ok(["run", "-d", "--name", "web", "--network", "backend", "busybox", "httpd", "-f"]);
    const path = context(
      box,
      "FROM busybox\nRUN nslookup web && wget -S -O- http://web/ 2>&1 | cat",
    );
    match(await build(box, path, "--network", "backend"), /HTTP\/1\.\d 404/);
    const beside = context(box, "FROM busybox\nRUN wget -S -O- http://127.0.0.1/ 2>&1 | cat");
    match(await build(box, beside, "--network", "container:web"), /HTTP\/1\.\d 404/);
    const { code, stderr } = await box.run(["build", "--network", "nowhere", path]);
    equal(code, 1);
    match(stderr, /network nowhere not found/);
    await box.ok("rm -f web");
    await box.ok("network rm backend");
  },
);

const leases = (box: Box) => {
  const directory = `${box.root}/network/leases`;
  return [...Deno.readDirSync(directory)].filter(({ isDirectory }) => isDirectory)
    .flatMap(({ name }) => [...Deno.readDirSync(`${directory}/${name}`)]);
};

boxTest("what a killed build had of the network is given back", withDefault, async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo ready; sleep 1000");
  const building = box.spawn(["build", path]);
  await eventually("it runs", () => /#\d+ [\d.]+ ready/.test(building.stderr));
  equal(leases(box).length, 1);
  building.kill("SIGKILL");
  await building.wait();
  await box.ok("create busybox");
  equal(leases(box).length, 0);
});

boxTest("without CAP_NET_ADMIN RUN has the host's network", {
  ...withDefault,
  needs: [needs.program("setpriv")],
}, async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN readlink /proc/self/ns/net");
  const weaker = new Program(
    ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", ...box.commandLine([])],
    box.defaults,
  );
  const { code, stderr } = await weaker.run(["build", path]);
  equal(code, 0, stderr);
  match(stderr, /CAP_NET_ADMIN.* This command has the host's network\./);
  match(stderr, new RegExp(Deno.readLinkSync("/proc/self/ns/net").replace(/[[\]]/g, "\\$&")));
  const asked = await weaker.run(["build", "--network", "bridge", "--no-cache", path]);
  equal(asked.code, 1);
  match(asked.stderr, /networks need the capabilities CAP_NET_ADMIN/);
});

boxTest("RUN has limits and rights as a container has them", {
  needs: [needs.cgroupController("memory"), needs.cgroupController("cpu")],
}, async (box) => {
  await box.busybox();
  const files = isUnified()
    ? "memory.max cpuset.cpus"
    : "memory/memory.limit_in_bytes cpuset/cpuset.cpus";
  const path = context(
    box,
    `FROM busybox
RUN cd /sys/fs/cgroup && echo limits $(cat ${files}) $(ulimit -n) $(ulimit -u)
RUN echo rights $(grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status)
RUN echo masked $(grep -c ' /proc/sys ' /proc/self/mounts)
RUN echo shm $(df -k /dev/shm | awk 'END { print $2 }')`,
  );
  const limits =
    "-m 64m --memory-swap 64m --cpuset-cpus 0 --ulimit nofile=77 --ulimit nproc=99:100";
  const rights = "--security-opt no-new-privileges --security-opt seccomp=unconfined";
  const systemPaths = "--security-opt systempaths=unconfined";
  const options = `${limits} ${rights} ${systemPaths} --shm-size 1m -t it`.split(" ");
  const output = await build(box, path, ...options);
  match(output, new RegExp(` limits ${64 << 20} 0 77 99$`, "m"));
  match(output, / rights NoNewPrivs: 1 Seccomp: 0$/m);
  match(output, / masked 0$/m);
  match(output, / shm 1024$/m);
  const plain = await build(box, path, "--no-cache");
  match(plain, / masked 1$/m);
  match(plain, / rights NoNewPrivs: 0 Seccomp: 2$/m);

  const hog = context(box, "FROM busybox\nRUN tail /dev/zero");
  const killed = await box.run(["build", "-m", "16m", "--memory-swap", "16m", hog]);
  equal(killed.code, 1);
  match(killed.stderr, /did not complete successfully: exit code: 137/);
  const refused = await box.run(["build", "-m", "1m", hog]);
  equal(refused.code, 1);
  match(refused.stderr, /Minimum memory limit allowed is 6MB/);
  const tooMuch = await box.run(["build", "--cpuset-cpus", "4000", hog]);
  equal(tooMuch.code, 1);
  match(tooMuch.stderr, /Requested CPUs are not available/);
});
