/** Networks with IPv6: the same walls and doors as IPv4's. */
import { equal, match, notEqual } from "node:assert/strict";
import { eventually, FOREIGNER, HOST, type HostNetwork } from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

const HOST6 = "2001:db8::1", FOREIGNER6 = "2001:db8::9";
const subnet = "fd00:77::/64", web = "fd00:77::2";

/** Gives both ends of the cable an address. */
async function addAddresses(network: HostNetwork): Promise<void> {
  const add = (address: string) => ["ip", "addr", "add", `${address}/64`, "dev", "up0", "nodad"];
  await network.host$(...add(HOST6));
  await network.foreign$(...add(FOREIGNER6));
}

hostTest("by IPv6, too, what is published is reached, and nothing else", async (
  _,
  { box, network },
) => {
  await addAddresses(network);
  const get = (host: string, port: number) => [
    ...["curl", "-sS", "--max-time", "3"],
    `http://${host.includes(":") ? `[${host}]` : host}:${port}/hostname`,
  ];
  await box.ok(`network create --ipv6 --subnet ${subnet} six`);
  const serve = ["busybox", "httpd", "-f", "-v", "-p", "80", "-h", "/etc"];
  const options = ["--name", "web", "--hostname", "web", "--network", "six", "-p", "8080:80"];
  await box.ok(["run", "-d", ...options, ...serve]);
  equal(
    await box.ok(["inspect", "-f", "{{.NetworkSettings.Networks.six.GlobalIPv6Address}}", "web"]),
    web,
  );
  await eventually(
    "it is served",
    async () => await network.foreignCode(...get(HOST6, 8080)) === 0,
  );
  equal(await network.foreign$(...get(HOST6, 8080)), "web");
  equal(await network.foreign$(...get(HOST, 8080)), "web");
  // The kernel sends it on, so that the server sees who asks.
  const logs = async () => (await box.run("logs web")).stderr;
  match(await logs(), new RegExp(`\\[${FOREIGNER6}\\]:`));
  match(await logs(), new RegExp(FOREIGNER));
  for (const address of [HOST6, "::1", "127.0.0.1"]) {
    equal(await network.host$(...get(address, 8080)), "web", address);
  }

  // Out by the host's address: nobody there knows a way to the container's.
  await box.ok(["exec", "web", "ping", "-6", "-c", "1", "-W", "5", FOREIGNER6]);
  await network.foreign$("ip", "route", "add", subnet, "via", HOST6);
  notEqual(await network.foreignCode(...get(web, 80)), 0);

  await box.ok("network create --ipv6 --subnet fd00:78::/64 other");
  const connect = (network: string, host: string, port: number) =>
    box.run(["run", "--rm", "--network", network, "busybox", "nc", "-w", "2", host, `${port}`]);
  equal((await connect("six", web, 80)).code, 0);
  equal((await connect("other", web, 80)).code, 1);
  equal((await connect("other", HOST6, 8080)).code, 0);
  equal((await connect("six", HOST6, 8080)).code, 0);
  equal((await box.run("run --rm --network six busybox ping -6 -c 1 -W 5 web")).code, 0);

  await box.ok("rm -f web");
  await eventually(
    "nothing is published",
    async () => !(await network.host$("nft", "list", "ruleset")).includes("8080"),
  );
  notEqual(await network.foreignCode(...get(HOST6, 8080)), 0);
});
