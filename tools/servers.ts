/**
 * Real servers under load: nginx, redis and PostgreSQL out of Debian's packages, in an image that box builds and docker loads, on a
 * network of box's, on one of docker's, and on the host itself, all in one run. They and who asks them are on a host whose network
 * is their own. Each round asks at every place, forwards and backwards in turn; what is printed are the medians, the slowest and the
 * fastest. A run takes four minutes.
 *
 *     deno task bench:servers [SECONDS] [ROUNDS]
 */
import { Box } from "../tests/e2e/harness/box.ts";
import { withDockerd } from "../tests/e2e/harness/dockerd.ts";
import { HOST, HostNetwork } from "../tests/e2e/harness/host_network.ts";
import { eventually } from "../tests/e2e/harness/process.ts";
import type { Program } from "../tests/e2e/harness/program.ts";
import { median } from "./bench/statistics.ts";

const [seconds = 3, rounds = 3] = Deno.args.map(Number);

const dockerfile = `FROM debian
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light redis-server redis-tools wrk postgresql \\
  && rm -rf /var/lib/apt/lists/* && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/
USER postgres
RUN initdb -D /tmp/db --auth trust && echo "host all all all trust" >> /tmp/db/pg_hba.conf \\
  && echo "listen_addresses = '*'" >> /tmp/db/postgresql.conf \\
  && pg_ctl -D /tmp/db -w start && pgbench -i -s 5 -q postgres && pg_ctl -D /tmp/db -w stop
USER root
`;

interface Server {
  readonly name: "nginx" | "redis" | "postgres";
  readonly port: number;
  readonly user?: string;
  readonly command: readonly string[];
  /** The command that asks it, in a shell; prints requests a second behind the mark. */
  readonly load: (host: string, port: number) => string;
  readonly result: RegExp;
}

const servers: readonly Server[] = [
  {
    name: "nginx",
    port: 80,
    command: ["nginx", "-g", "daemon off;"],
    load: (host, port) => `wrk -t 1 -c 16 -d ${seconds}s http://${host}:${port}/`,
    result: /^Requests\/sec: +([\d.]+)/m,
  },
  {
    name: "redis",
    port: 6379,
    command: ["redis-server", "--save", "", "--protected-mode", "no"],
    load: (host, port) =>
      `timeout ${10 * seconds} redis-benchmark -h ${host} -p ${port} -c 16 -n ${
        10_000 * seconds
      } -t get -q`,
    result: /GET: ([\d.]+) requests per second/,
  },
  {
    name: "postgres",
    port: 5432,
    user: "postgres",
    command: ["postgres", "-D", "/tmp/db"],
    // One row by its key for each: what is measured are exchanges, not the disk.
    load: (host, port) =>
      `pgbench -h ${host} -p ${port} -U postgres -S -c 16 -j 1 -T ${seconds} postgres`,
    result: /^tps = ([\d.]+)/m,
  },
];

/** Where a server is asked, and from where: in a container of box's on the host's network, or on the server's own. */
interface Place {
  readonly name: string;
  readonly client: readonly string[];
  readonly host: string;
  readonly port: number;
}

const own = await Box.create();
try {
  await own.debian();
  await Deno.writeTextFile(`${own.temp}/Dockerfile`, dockerfile);
  await own.ok(["build", "--network", "host", "-t", "servers", own.temp]);
  const archive = `${own.temp}/servers.tar`;
  await own.ok(["save", "-o", archive, "servers"]);
  await HostNetwork.with(async (network) => {
    const box = network.onHost(own),
      enter = (...words: string[]) => network.onHostCommand(...words);
    await withDockerd(`${own.temp}/docker`, async (docker) => {
      await docker.ok(["load", "-i", archive]);
      for (const server of servers) await measure(server, box, docker);
    }, { bridge: true, enter });
  });
} finally {
  console.log((await own.finish()).join("\n"));
  await own.remove();
}

async function measure(server: Server, box: Program, docker: Program): Promise<void> {
  const { name, port, user = "root", command } = server,
    [ofBox, ofDocker] = [20_000 + port, 30_000 + port];
  await box.ok("network create bench");
  await docker.ok("network create bench");
  const run = ["run", "-d", "--user", user];
  await box.ok([...run, "--name", `${name}-host`, "--network", "host", "servers", ...command]);
  for (const [engine, published] of [[box, ofBox], [docker, ofDocker]] as const) {
    const options = ["--name", name, "--network", "bench", "-p", `${published}:${port}`];
    await engine.ok([...run, ...options, "servers", ...command]);
  }
  const onHost = ["run", "--rm", "--network", "host", "servers"];
  const byName = ["run", "--rm", "--network", "bench", "servers"];
  const places: readonly (Place & { engine: Program })[] = [
    { name: "host", engine: box, client: onHost, host: "127.0.0.1", port },
    { name: "box, published", engine: box, client: onHost, host: HOST, port: ofBox },
    { name: "docker, published", engine: box, client: onHost, host: HOST, port: ofDocker },
    { name: "box, by name", engine: box, client: byName, host: name, port },
    { name: "docker, by name", engine: docker, client: byName, host: name, port },
  ];
  const rates = new Map<string, number[]>(places.map((place) => [place.name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? places : places.toReversed();
    for (const { name: where, engine, client, host, port } of order) {
      const rate = await ask(server, engine, [...client, "sh", "-c", server.load(host, port)]);
      rates.get(where)!.push(rate);
    }
  }
  const of = (name: string) => median(rates.get(name)!);
  for (const place of places) {
    const all = rates.get(place.name)!, [least, most] = [Math.min(...all), Math.max(...all)];
    const range = `${Math.round(least)} to ${Math.round(most)}`;
    console.log(
      `${name}, ${place.name}: ${Math.round(of(place.name))} requests a second (${range})`,
    );
  }
  for (const way of ["published", "by name"]) {
    const [one, other] = [of(`box, ${way}`), of(`docker, ${way}`)];
    const ratios = `${(one / of("host")).toFixed(2)} host, ${(one / other).toFixed(2)} docker`;
    console.log(`${name}, ${way}: box / ${ratios}`);
  }
  await box.ok(["rm", "-f", name, `${name}-host`]);
  await docker.ok(["rm", "-f", name]);
  await box.ok("network rm bench");
  await docker.ok("network rm bench");
}

/** Requests a second. */
async function ask(
  { name, result }: Server,
  engine: Program,
  command: string[],
): Promise<number> {
  let rate = NaN;
  // A server that has just been started may not listen yet.
  await eventually(`${name} answers`, async () => {
    const { code, stdout } = await engine.run(command);
    rate = Number(result.exec(stdout.replaceAll("\r", "\n"))?.[1]);
    return code === 0 && rate > 0;
  }, 60_000);
  return rate;
}
