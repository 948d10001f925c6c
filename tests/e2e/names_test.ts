/** Names on networks of the user's own: who is found, by which name, and who answers. */
import { deepEqual, equal } from "node:assert/strict";
import { killMonitor } from "./containers/detached.ts";
import { eventually, HOST, type HostNetwork, RunningProcess } from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

/** Answers every question with 198.51.100.1, once it has said that it listens. */
const upstream = `use IO::Socket::INET; $| = 1;
my $s = IO::Socket::INET->new(LocalAddr => "${HOST}", LocalPort => 53, Proto => "udp") or die $!;
print "ready\\n";
while ($s->recv(my $q, 512)) {
  my ($name) = substr($q, 12) =~ /^((?:[^\\0].*?)\\0....)/s;
  $s->send(substr($q, 0, 2) . "\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" . $name .
    "\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4\\xc6\\x33\\x64\\x01");
}`;

hostTest("containers find each other by name, alias, id and address", async (own, { box }) => {
  await own.debian();
  await box.ok("network create back");
  const id = await box.ok(
    "run -d --name db --network back --network-alias store busybox sleep 1000",
  );
  const lookup = async (...names: string[]) => {
    const script = names.map((name) => `getent hosts ${name} || echo ${name} is unknown`).join(";");
    const text = await box.ok(["run", "--rm", "--network", "back", "debian", "sh", "-c", script]);
    return text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  };
  const [found] = await lookup("db"), [address] = found.split(" ");
  deepEqual(await lookup("store", id.slice(0, 12), "DB.back", address, "nosuch.invalid"), [
    `${address} store`,
    `${address} ${id.slice(0, 12)}`,
    `${address} DB.back`,
    `${address} db.back`,
    "nosuch.invalid is unknown",
  ]);
  // Names are as true as the files are: nobody has to be told of a new one, or of an end.
  await box.ok("rename db database");
  deepEqual(await lookup("database", "db"), [`${address} database`, "db is unknown"]);
  await box.ok("stop -t 0 database");
  deepEqual(await lookup("database"), ["database is unknown"]);
  // On the default network nobody has a name.
  await box.ok("start database");
  equal((await box.run("run --rm debian getent hosts database")).code, 2);
});

hostTest(
  "what is no container's name is asked of the servers that were named, also after the monitor was killed",
  async (
    own,
    { box, network },
  ) => {
    await own.debian();
    await box.ok("network create back");
    await box.ok("network create --internal inner");
    const server = await serveNames(network);
    const run = ["run", "-d", "--dns", HOST, "--network"];
    await box.ok([...run, "back", "--name", "outer", "debian", "sleep", "1000"]);
    await box.ok([...run, "inner", "--name", "inner", "debian", "sleep", "1000"]);
    equal(
      await box.ok("exec outer getent ahostsv4 example.org").then(firstAddress),
      "198.51.100.1",
    );
    equal((await box.run("exec inner getent ahostsv4 example.org")).code, 2);
    await killMonitor(own);
    await eventually(
      "the next monitor answers",
      async () =>
        (await box.run("exec outer getent ahostsv4 example.org")).stdout.startsWith("198.51.100.1"),
    );
    server.kill("SIGKILL");
    await server.wait();
  },
);

const firstAddress = (text: string) => text.split(/\s/)[0];

async function serveNames(network: HostNetwork): Promise<RunningProcess> {
  const server = new RunningProcess(network.onHostCommand("perl", "-e", upstream));
  await server.waitFor("ready\n");
  return server;
}
