/** Networks: what containers see of them, and what the host keeps of them. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, eventually } from "./harness.ts";

const inspectNetworks = async (box: Box, name: string) =>
  JSON.parse(await box.ok(["inspect", "-f", "{{json .NetworkSettings.Networks}}", name]));

/** Lines of `ip addr` in a container with an address. */
async function addressesIn(box: Box, name: string): Promise<string[]> {
  const text = await box.ok(["exec", name, "ip", "addr"]);
  return text.split("\n").flatMap((line) => /inet6? (\S+) .*\b(\w+)$/.exec(line)?.slice(1, 3) ?? [])
    .join(" ").match(/\S+ \S+/g) ?? [];
}

const reaches = (box: Box, from: string, address: string) =>
  box.ok(["exec", from, "ping", "-c", "1", "-W", "5", address]);

boxTest("the default network is a bridge with an address for each container", {
  network: "default",
}, async (box) => {
  await box.busybox();
  await box.ok("run -d --name one busybox sleep 100");
  await box.ok("run -d --name two --hostname twin --domainname example.org busybox sleep 100");
  const { bridge: one } = await inspectNetworks(box, "one");
  const { bridge: two } = await inspectNetworks(box, "two");
  match(one.IPAddress, /\.0\.2$/);
  match(two.IPAddress, /\.0\.3$/);
  const hex = one.IPAddress.split(".").map((n: string) => Number(n).toString(16).padStart(2, "0"));
  equal(one.MacAddress, `02:42:${hex.join(":")}`);
  equal(await box.ok(["inspect", "-f", "{{.NetworkSettings.IPAddress}}", "one"]), one.IPAddress);
  deepEqual(await addressesIn(box, "one"), ["127.0.0.1/8 lo", `${one.IPAddress}/16 eth0`]);
  await reaches(box, "one", two.IPAddress);
  await reaches(box, "one", one.Gateway);
  const hosts = await box.ok("exec two cat /etc/hosts");
  equal(hosts.split("\n").at(-1), `${two.IPAddress}\ttwin.example.org twin`);
  const listed = JSON.parse(
    await box.ok(["network", "inspect", "-f", "{{json .Containers}}", "bridge"]),
  );
  deepEqual(Object.values(listed).map((each) => (each as { Name: string }).Name).sort(), [
    "one",
    "two",
  ]);

  // The seed's way to look at a server in a container.
  await box.ok(["exec", "-d", "one", "sh", "-c", "echo hello > /index.html; httpd -h /"]);
  const get = ["run", "--rm", "--link", "one:web", "busybox", "wget", "-q", "-O-", "http://web/"];
  await eventually("the server answers", async () => (await box.run(get)).stdout === "hello\n");

  // Another container's network: no address, no files of its own.
  const shared = "run --rm --network container:one busybox";
  equal((await box.ok(`${shared} ip addr`)).includes(`${one.IPAddress}/16`), true);
  equal(await box.ok(`${shared} cat /etc/hosts`), await box.ok("exec one cat /etc/hosts"));

  // What was given back is given again, with a bridge in place.
  await box.ok("rm -f one");
  await box.ok("run -d --name three busybox sleep 100");
  equal((await inspectNetworks(box, "three")).bridge.IPAddress, one.IPAddress);
  await reaches(box, "two", one.IPAddress);
  await box.ok("stop -t 0 two");
  equal((await inspectNetworks(box, "two")).bridge.IPAddress, "");
  await box.fail("run --rm --network container:two busybox true", 125, /non running container/);
});

boxTest(
  "networks of one's own: made, joined while running, left, removed",
  { network: "default" },
  async (box) => {
    await box.busybox();
    await box.ok(
      "network create --subnet 10.213.7.0/24 --ip-range 10.213.7.128/25 " +
        "--gateway 10.213.7.1 --label team=blue back",
    );
    await box.ok("network create --internal --subnet 10.213.8.0/24 quiet");
    equal(await box.ok("network ls --format {{.Name}} -f label=team=blue"), "back");
    await box.ok(
      "run -d --name web --network back --ip 10.213.7.77 --network-alias www busybox sleep 100",
    );
    const { back } = await inspectNetworks(box, "web");
    deepEqual([back.IPAddress, back.Gateway], ["10.213.7.77", "10.213.7.1"]);
    equal(back.Aliases[0], "www");
    match(await box.ok("exec web cat /etc/resolv.conf"), /^nameserver 127\.0\.0\.11$/m);
    match(await box.ok("exec web ip route"), /^default via 10\.213\.7\.1 dev eth0/m);

    await box.ok("run -d --name lone --network quiet busybox sleep 100");
    equal((await box.ok("exec lone ip route")).includes("default"), false);
    await box.ok("network connect --alias db quiet web");
    deepEqual(await addressesIn(box, "web"), [
      "127.0.0.1/8 lo",
      "10.213.7.77/24 eth0",
      "10.213.8.3/24 eth1",
    ]);
    await reaches(box, "web", "10.213.8.2");
    match(await box.ok("exec web cat /etc/hosts"), /^10\.213\.8\.3\t/m);
    match(await box.ok("exec web ip route"), /^default via 10\.213\.7\.1 dev eth0/m);
    await box.ok("network disconnect back web");
    deepEqual(await addressesIn(box, "web"), ["127.0.0.1/8 lo", "10.213.8.3/24 eth1"]);
    equal((await box.ok("exec web ip route")).includes("default"), false);
    deepEqual(Object.keys(await inspectNetworks(box, "web")), ["quiet"]);

    // A container that does not run keeps what it is to be connected to.
    await box.ok("stop -t 0 web");
    await box.ok("network connect --ip 10.213.7.200 back web");
    await box.ok("start web");
    equal((await box.ok("exec web ip addr")).includes("10.213.7.200/24"), true);

    await box.fail(
      "network rm quiet",
      1,
      /^Error response from daemon: error while removing network: network quiet id \w+ has active endpoints$/m,
    );
    await box.ok("rm -f web lone");
    equal(await box.ok("network rm quiet"), "quiet");
    match(await box.ok("network prune -f"), /^Deleted Networks:\nback\n?$/);
    const names = await box.ok([
      "events",
      "--since",
      "1h",
      "--until",
      "0s",
      "-f",
      "type=network",
      "--format",
      "{{.Action}} {{.Actor.Attributes.name}}",
    ]);
    deepEqual(names.split("\n").slice(0, 4), [
      "create back",
      "create quiet",
      "connect back",
      "connect quiet",
    ]);
  },
);

boxTest("what cannot be is refused in docker's words", { network: "default" }, async (box) => {
  await box.busybox();
  await box.ok("network create --subnet 10.213.9.0/30 small");
  const refused: [command: string, code: number, message: string][] = [
    ["network create small", 1, "network with name small already exists"],
    [
      "network create --subnet 10.213.9.0/24 other",
      1,
      "Pool overlaps with other one on this address space",
    ],
    [
      "network create --subnet 10.1.0.0/33 other",
      1,
      "Invalid subnet 10.1.0.0/33 : invalid CIDR address: 10.1.0.0/33",
    ],
    ["network create -d nosuch other", 1, 'plugin "nosuch" not found'],
    [
      "network create -o com.docker.network.bridge.host_binding_ipv4=zz other",
      1,
      "failed to parse com.docker.network.bridge.host_binding_ipv4 value: zz (nil ip)",
    ],
    [
      "run --rm --network small --link-local-ip 10.1.1.1 busybox true",
      125,
      "invalid link local IP address: 10.1.1.1.",
    ],
    [
      "run --rm --network small --link-local-ip zz busybox true",
      125,
      "Invalid link-local IP address: [zz].",
    ],
    [
      "network create -o com.docker.network.bridge.enable_icc=maybe other",
      1,
      "failed to parse com.docker.network.bridge.enable_icc value: maybe " +
      '(strconv.ParseBool: parsing "maybe": invalid syntax)',
    ],
    ["network create -o com.docker.network.driver.mtu=-5 other", 1, "invalid MTU number: -5"],
    [
      "network create --subnet 10.213.10.0/24 --gateway 10.213.10.0 other",
      1,
      "failed to allocate gateway (10.213.10.0): Address already in use",
    ],
    [
      "network create --subnet 10.213.10.0/31 other",
      1,
      "failed to allocate gateway (): No available addresses on this pool",
    ],
    ["network create bridge", 1, "operation is not permitted on predefined bridge network"],
    ["network rm host", 1, "host is a pre-defined network and cannot be removed"],
    ["run --rm --network nosuch busybox true", 125, "network nosuch not found."],
    [
      "run --rm --network small --ip 10.9.9.9 busybox true",
      125,
      "Invalid address 10.9.9.9: It does not belong to any of this network's subnets.",
    ],
    ["run --rm --network small --ip 10.213.9.1 busybox true", 125, "Address already in use."],
    [
      "run --rm --ip 172.17.0.9 busybox true",
      125,
      "user specified IP address is supported on user defined networks only.",
    ],
    ["run --rm --network container:nosuch busybox true", 125, "No such container: nosuch."],
    ["network connect small nosuch", 1, "No such container: nosuch"],
    ["network connect nosuch small", 1, "network nosuch not found"],
  ];
  for (const [command, code, message] of refused) {
    const stderr = await box.fail(command, code, /./);
    equal(
      stderr.split("\n")[0].replace(/^box: /, ""),
      `Error response from daemon: ${message}`,
      command,
    );
  }
  await box.fail("network rm nosuch", 1, /^Error: No such network: nosuch$/m);
  await box.fail(
    "network create --gateway 10.1.0.1 other",
    1,
    /^every ip-range or gateway must have a corresponding subnet$/m,
  );
  await box.ok("run -d --name only --network small busybox sleep 100");
  await box.fail(
    "run --rm --network small busybox true",
    125,
    /no available IPv4 addresses on this network's address pools: small/,
  );
  await box.fail(
    "run --rm --network small --ip 10.213.9.2 busybox true",
    125,
    /: Address already in use\./,
  );
  await box.ok("rm -f only");
  await box.ok("network rm small");
});

/** As many containers as BOX_NETWORK_CONTAINERS says, some at a time. */
const CONTAINERS = Number(Deno.env.get("BOX_NETWORK_CONTAINERS") ?? 40);
const AT_ONCE = CONTAINERS < 200 ? 8 : 20;

boxTest(
  "many containers on one bridge, some of whose box is killed: no address is given twice",
  { network: "default" },
  async (box) => {
    await box.busybox();
    const seen: string[] = [];
    let started = 0;
    const worker = async () => {
      for (let number = started++; number < CONTAINERS; number = started++) {
        const name = `c${number}`;
        if (number % 5 === 4) {
          // Killed wherever it is; what has begun of the container is the next command's to clear away.
          const child = box.spawn(["run", "--name", name, "busybox", "sleep", "100"]);
          await new Promise((resolve) => setTimeout(resolve, 60 + 340 * Math.random()));
          child.kill("SIGKILL");
          await child.wait();
          await box.run(["rm", "-f", name]);
          continue;
        }
        const address = "ip -4 -o addr show eth0 | awk '{print $4}'";
        await box.ok(["run", "-d", "--name", name, "busybox", "sh", "-c", `${address}; sleep 100`]);
        await eventually(
          "it has said its address",
          async () => (await box.run(["logs", name])).stdout !== "",
        );
        const own = (await box.ok(["logs", name])).trim();
        equal(seen.includes(own), false, `${own} is ${name}'s, and another's`);
        seen.push(own);
        await box.ok(["exec", name, "true"]);
        seen.splice(seen.indexOf(own), 1);
        await box.ok(["rm", "-f", name]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await box.ok("ps"); // what the last one to be killed had is given back by the next command
    const leases = `${box.root}/network/leases`;
    const left = [...Deno.readDirSync(leases)].filter(({ isDirectory }) => isDirectory)
      .flatMap(({ name }) => [...Deno.readDirSync(`${leases}/${name}`)]);
    deepEqual(left, []);
  },
);
