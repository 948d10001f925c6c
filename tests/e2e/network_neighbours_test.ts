/** Others on the host who have networks and packet filters of their own: both go on working. */
import { equal, match } from "node:assert/strict";
import {
  busyboxTar,
  eventually,
  FOREIGNER,
  HOST,
  type HostNetwork,
  needs,
  type Program,
  withDockerd,
} from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

const serve = (text: string) => `mkdir /w; echo ${text} >/w/index.html; exec httpd -f -p 80 -h /w`;
const ping = (address: string) => ["ping", "-c", "1", "-W", "5", address];

async function start(engine: Program, port: number, text: string): Promise<void> {
  const options = ["run", "-d", "--name", text, "-p", `${port}:80`, "busybox"];
  await engine.ok([...options, "sh", "-c", serve(text)]);
}

async function assertServed(network: HostNetwork, port: number, text: string): Promise<void> {
  const get = ["curl", "-sS", "--max-time", "5", `http://${HOST}:${port}/`];
  await eventually(
    `${text} is served`,
    () => network.foreign$(...get).then(() => true, () => false),
  );
  equal(await network.foreign$(...get), text);
}

hostTest("docker and box have networks on one host", async (own, { box, network }) => {
  const enter = (...command: string[]) => network.onHostCommand(...command);
  // There before docker is: it has what is forwarded dropped when it comes.
  await box.ok("network create early");
  await withDockerd(`${own.temp}/docker`, async (docker) => {
    await docker.ok(["import", await busyboxTar(), "busybox"]);
    await start(docker, 8080, "docker");
    await start(box, 8081, "box");
    await assertServed(network, 8080, "docker");
    await assertServed(network, 8081, "box");
    await docker.ok(["exec", "docker", ...ping(FOREIGNER)]);
    await box.ok(["exec", "box", ...ping(FOREIGNER)]);
    await box.ok(["run", "--rm", "--network", "early", "busybox", ...ping(FOREIGNER)]);
    // What box takes away is its own.
    await box.ok("rm -f box");
    await box.ok("network rm early");
    await eventually(
      "box's rules are gone",
      async () => !(await network.host$("nft", "list", "ruleset")).includes("box: "),
    );
    await assertServed(network, 8080, "docker");
    await docker.ok(["rm", "-f", "docker"]);
  }, { bridge: true, enter });
  await network.host$("nft", "flush", "ruleset");
  await network.host$("ip", "link", "del", "docker0");
}, { needs: [needs.program("iptables")] });

hostTest("a firewall that lets nothing through lets box's bridges through", async (
  _,
  { box, network },
) => {
  // As firewalld has it, in what counts here.
  const firewalld = `
    table inet firewalld {
      chain filter_FORWARD {
        type filter hook forward priority filter + 10; policy accept;
        ct state { established, related } accept
        ct status dnat accept
        iifname "lo" accept
        jump filter_FORWARD_ZONES
        reject with icmpx admin-prohibited
      }
      chain filter_FORWARD_ZONES { goto filter_FWD_public; }
      chain filter_FWD_public { reject with icmpx admin-prohibited; }
    }`;
  const strict = `
    table ip wall {
      chain forward { type filter hook forward priority 0; policy drop; ip daddr 203.0.113.0/24 drop; }
    }`;
  for (const ruleset of [firewalld, strict]) {
    await network.host$("nft", ruleset);
    const before = await network.host$("nft", "list", "ruleset");
    await start(box, 8081, "box");
    await assertServed(network, 8081, "box");
    await box.ok(["exec", "box", ...ping(FOREIGNER)]);
    match(await network.host$("nft", "list", "ruleset"), /comment "box: /);
    await box.ok("rm -f box");
    await eventually(
      "the firewall is as it was",
      async () => await network.host$("nft", "list", "ruleset") === before,
    );
    await network.host$("nft", "flush", "ruleset");
  }
});
