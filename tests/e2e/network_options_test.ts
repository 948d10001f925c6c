/** What is asked of networks beyond the usual: several at once, links, walls between neighbours. */
import { deepEqual, equal, match } from "node:assert/strict";
import { killMonitor } from "./containers/detached.ts";
import { type Box, boxTest, eventually, FOREIGNER, HOST } from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

const sleep = "busybox sleep 1000";
const format = (box: Box, template: string, name: string) =>
  box.ok(["inspect", "-f", template, name]);

boxTest(
  "a container is started on several networks, each with what was asked of it",
  { network: "default" },
  async (box) => {
    await box.busybox();
    await box.ok("network create --subnet 10.214.1.0/24 front");
    await box.ok("network create --subnet 10.214.2.0/24 back");
    await box.ok(
      "run -d --name web --network name=back,ip=10.214.2.9,alias=www,alias=site,mac-address=02:42:0A:00:00:09 " +
        `--network name=front,link-local-ip=169.254.7.7 ${sleep}`,
    );
    const addresses = await box.ok(["exec", "web", "sh", "-c", "ip -4 -o addr; ip link show eth0"]);
    deepEqual(addresses.match(/eth\d +inet \S+/g)?.map((each) => each.replace(/ +/g, " ")), [
      "eth0 inet 10.214.2.9/24",
      "eth1 inet 10.214.1.2/24",
      "eth1 inet 169.254.7.7/16",
    ]);
    match(addresses, /link\/ether 02:42:0a:00:00:09/);
    equal(
      await format(box, "{{json .NetworkSettings.Networks.back.Aliases}}", "web").then((text) =>
        JSON.parse(text).slice(0, 2).join()
      ),
      "www,site",
    );
    // They are asked for again whenever it starts.
    await box.ok("restart -t 0 web");
    match(await box.ok("exec web ip addr"), /169\.254\.7\.7\/16/);
    const refused: [words: string, message: RegExp][] = [
      ["--network back --network back", /network "back" is specified multiple times/],
      ["--network back --network host", /cannot attach both user-defined and non-user-defined/],
      [
        "--network name=back,foo=bar",
        /^invalid argument "name=back,foo=bar" .*: invalid field key foo/,
      ],
      ["--network ip=1.2.3.4", /: network name\/id is not specified/],
      [
        "--network name=back,ip=10.214.2.7 --ip 10.214.2.8",
        /specify both --ip and per-network IPv4/,
      ],
      ["--network name=bridge,alias=a", /only supported for user-defined networks/],
    ];
    for (const [words, message] of refused) {
      await box.fail(`run --rm ${words} busybox`, 125, message);
    }
    await box.ok("rm -f web");
    await box.ok("network rm front back");
  },
);

boxTest(
  "links on the default network are told by variables; names come with the first network that has some",
  { network: "default" },
  async (box) => {
    await box.busybox();
    // Nobody looks after this one, until there is something to be done for it.
    const alone = "--log-driver none";
    await box.ok(`run -d --name my-db -e MODE=a=b --expose 5432 --expose 80-82 ${alone} ${sleep}`);
    const address = await format(box, "{{.NetworkSettings.IPAddress}}", "my-db");
    await box.ok(`run -d --name web --link my-db:the-db -e THE_DB_PORT_80_TCP_PROTO=own ${sleep}`);
    const variables = await box.ok(["exec", "web", "sh", "-c", "env | grep THE_DB"]);
    const expected = [
      ["PORT", `tcp://${address}:80`],
      ["PORT_80_TCP_START", `tcp://${address}:80`],
      ["PORT_80_TCP_ADDR", address],
      ["PORT_80_TCP_PROTO", "own"],
      ["PORT_80_TCP_PORT_END", "82"],
      ["PORT_5432_TCP", `tcp://${address}:5432`],
      ["PORT_5432_TCP_PORT", "5432"],
      ["NAME", "/web/the-db"],
      ["ENV_MODE", "a=b"],
    ];
    for (const [name, value] of expected) {
      equal(new RegExp(`^THE_DB_${name}=(.*)$`, "m").exec(variables)?.[1], value, name);
    }

    await box.ok("network create back");
    await box.ok(`run -d --name peer --network back ${sleep}`);
    await box.ok("network connect --alias store back my-db");
    match(await box.ok("exec my-db cat /etc/resolv.conf"), /^nameserver 127\.0\.0\.11$/m);
    const lookUp = "nslookup peer.";
    match(await box.ok(`exec my-db ${lookUp}`), /Name:\s+peer/);
    match(await box.ok("exec peer nslookup store."), /Name:\s+store/);
    // The next monitor makes anew what went with the last one.
    await killMonitor(box);
    await box.ok("ps");
    await eventually(
      "names are answered again",
      async () => (await box.run(`exec my-db ${lookUp}`)).code === 0,
    );
    await box.ok("rm -f web peer my-db");
    await box.ok("network rm back");
  },
);

hostTest(
  "walls of networks: neighbours kept apart, ports on one address, none beside the host's",
  async (
    _,
    { box, network },
  ) => {
    const bridge = "-o com.docker.network.bridge";
    await box.ok(
      `network create ${bridge}.enable_icc=false ${bridge}.host_binding_ipv4=127.0.0.1 apart`,
    );
    const serve = ["busybox", "httpd", "-f", "-p", "80", "-h", "/etc"];
    await box.ok(["run", "-d", "--name", "web", "--network", "apart", "-p", "8080:80", ...serve]);
    equal(await box.ok("port web"), "80/tcp -> 127.0.0.1:8080");
    await box.ok(`run -d --name peer --network apart ${sleep}`);
    const page = (url: string) => network.host$("curl", "-sS", "--max-time", "10", url);
    await eventually(
      "it is served",
      () => page("http://127.0.0.1:8080/hostname").then(() => true, () => false),
    );
    /** Exit code of a program that connects, from the neighbour. */
    const get = async (address: string, port: number) =>
      (await box.run(["exec", "peer", "sh", "-c", `nc -w 1 ${address} ${port} </dev/null`])).code;
    const address = await box.ok(["exec", "web", "hostname", "-i"]);
    equal(await get(address, 80), 1);
    // Around the bridge, over the host.
    await box.ok("rm -f peer");
    await box.ok(`run -d --name peer --cap-add NET_ADMIN --network apart ${sleep}`);
    const gateway = await box.ok([
      "exec",
      "peer",
      "sh",
      "-c",
      "ip route | awk '/default/ {print $3}'",
    ]);
    await box.ok(["exec", "peer", "ip", "route", "add", `${address}/32`, "via", gateway]);
    equal(await get(address, 80), 1);

    // Docker takes ports there, and publishes none: two may ask for one.
    await box.ok(
      "network create -d macvlan -o parent=up0 --subnet 192.0.2.0/24 --gateway 192.0.2.1 lan",
    );
    for (const name of ["one", "two"]) {
      await box.ok(`run -d --name ${name} --network lan -p 8080:80 ${sleep}`);
      equal(await box.ok(["inspect", "-f", "{{json .NetworkSettings.Ports}}", name]), "{}");
    }
  },
);

hostTest("on macvlan and ipvlan a container is on the host's own network", async (
  _,
  { box, network },
) => {
  for (const [driver, address] of [["macvlan", "192.0.2.40"], ["ipvlan", "192.0.2.41"]]) {
    const range = ["--subnet", "192.0.2.0/24", "--gateway", HOST, "-o", "parent=up0"];
    await box.ok(["network", "create", "-d", driver, ...range, "lan"]);
    const serve = "busybox httpd -f -h /etc";
    const options = `--name web --network lan --ip ${address} --hostname web`;
    const { stderr } = await box.run(`run -d ${options} ${serve}`);
    if (driver === "ipvlan" && stderr.includes("Unknown device type")) break; // not in this kernel
    await box.ok(["exec", "web", "ping", "-c", "1", "-W", "5", FOREIGNER]);
    const get = ["curl", "-sS", "--max-time", "5", `http://${address}/hostname`];
    await eventually("it answers", () => network.foreign$(...get).then(() => true, () => false));
    equal(await network.foreign$(...get), "web");
    await box.ok("rm -f web");
    await box.ok("network rm lan");
  }
});
