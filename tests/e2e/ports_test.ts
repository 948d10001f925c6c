/** Published ports: who reaches them, who is refused them, and what survives. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { killMonitor } from "./containers/detached.ts";
import { type Box, eventually, HOST, type HostNetwork, type Program } from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

const serve = (text: string) => `mkdir /w; echo ${text} >/w/index.html; exec httpd -f -p 80 -h /w`;
/** Asks for a page from inside a container: busybox's wget, where it is static, does not resolve numbers. */
const get = (address: string, port: number) =>
  `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 ${address} ${port} | tail -n 1`;

const fetched = (network: HostNetwork, url: string) =>
  network.host$("curl", "-sS", "--max-time", "10", url);

/** Until the server listens. */
async function started(box: Program, args: string, text: string): Promise<void> {
  await box.ok([...args.split(" "), "busybox", "sh", "-c", serve(text)]);
}

hostTest("a published port is reached by everybody, and withdrawn with its container", async (
  own,
  { box, network },
) => {
  await started(box, "run -d --name web -p 8080:80", "hello");
  await eventually(
    "it is served",
    async () =>
      await network.foreignCode("curl", "-s", "-o", "/dev/null", `http://${HOST}:8080/`) === 0,
  );
  for (const url of ["http://127.0.0.1:8080/", "http://[::1]:8080/", `http://${HOST}:8080/`]) {
    equal(await fetched(network, url), "hello", url);
  }
  equal(await box.ok(["exec", "web", "sh", "-c", get(HOST, 8080)]), "hello");
  equal(await box.ok(["run", "--rm", "busybox", "sh", "-c", get(HOST, 8080)]), "hello");
  // The container's own address is none of the other machine's business.
  const address = await box.ok([
    "inspect",
    "-f",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
    "web",
  ]);
  await network.foreign$("ip", "route", "add", address, "via", HOST);
  notEqual(
    await network.foreignCode("curl", "-s", "--max-time", "1", `http://${address}/`),
    0,
  );
  deepEqual((await box.ok("port web")).split("\n"), [
    "80/tcp -> 0.0.0.0:8080",
    "80/tcp -> :::8080",
  ]);
  equal(
    await box.ok(["ps", "--format", "{{.Ports}}"]),
    "0.0.0.0:8080->80/tcp, :::8080->80/tcp",
  );
  // Nobody looks after it any more: what the kernel does, it goes on with; the rest waits for the next box.
  await killMonitor(own);
  equal(await fetched(network, "http://127.0.0.1:8080/"), "hello");
  const waiting = fetched(network, "http://[::1]:8080/");
  await box.ok("ps");
  equal(await waiting, "hello");
  await box.ok("stop -t 0 web");
  equal(await box.ok("port web"), "");
  notEqual((await network.host$("nft", "list", "ruleset")).includes(`${address} . 80`), true);
});

hostTest("a port that somebody has is refused, and left to him", async (own, { box, network }) => {
  const other = network.onHost(own.otherStore("other"));
  await started(box, "run -d --name web -p 127.0.0.1:8080:80", "first");
  const refused = (words: string) =>
    new RegExp(
      "^box: Error response from daemon: driver failed programming external connectivity " +
        `on endpoint two: ${words}\\.?\n`,
    );
  const create = ["create", "--name", "two", "-p", "8080:80", "-p", "8081:81", "busybox", "true"];
  await box.ok(create);
  await box.fail("start two", 1, /Bind for 0\.0\.0\.0:8080 failed: port is already allocated/);
  await box.fail(
    ["run", "--name", "three", ...create.slice(3)],
    125,
    /Bind for 0\.0\.0\.0:8080 failed: port is already allocated\.\n$/,
  );
  match(await box.ok(["ps", "-a", "-f", "name=two", "--format", "{{.Status}}"]), /^Created/);
  // Another store is another program.
  await other.ok(["load", "-i", await saved(own)]);
  await other.fail(
    create.with(0, "run"),
    125,
    refused(
      "Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
    ),
  );
  await other.ok([
    "run",
    "-d",
    "--name",
    "web",
    "-p",
    "8082:80",
    "busybox",
    "sh",
    "-c",
    serve("other"),
  ]);
  for (const [port, text] of [[8080, "first"], [8082, "other"]]) {
    await eventually(
      `${text} is served`,
      async () => await fetched(network, `http://127.0.0.1:${port}/`).catch(() => "") === text,
    );
  }
  await other.ok("rm -f web two");
  // It is published wherever the container is.
  await box.ok("network create back");
  await box.ok("network connect back web");
  await box.ok("network disconnect bridge web");
  equal(await fetched(network, "http://127.0.0.1:8080/"), "first");
});

hostTest("-P takes free ports; datagrams find their way back", async (own, { box, network }) => {
  await own.debian();
  const echo =
    "use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 53, Proto => 'udp');" +
    'while ($s->recv($d, 99)) { $s->send("echo $d") }';
  const options = ["--expose", "8000-8001", "--expose", "53/udp", "-p", "9000-9001:9000-9001"];
  await box.ok(["run", "-d", "--name", "any", "-P", ...options, "debian", "perl", "-e", echo]);
  const port = Number((await box.ok("port any 53/udp")).split("\n")[0].split(":")[1]);
  for (const address of ["127.0.0.1", HOST, "::1"]) {
    await eventually(
      `${address} answers`,
      async () => await network.host$("bash", "-c", exchange(address, port)) === "echo ping",
    );
  }
  equal(await network.foreign$("bash", "-c", exchange(HOST, port)), "echo ping");
  match(
    await box.ok(["ps", "--format", "{{.Ports}}"]),
    /0\.0\.0\.0:9000-9001->9000-9001\/tcp, :::9000-9001->9000-9001\/tcp/,
  );
  equal((await box.ok("port any")).split("\n").length, 10);
});

/** A script that sends a datagram, and prints the one that comes back within a second. */
const exchange = (address: string, port: number) =>
  `exec 3<>/dev/udp/${address}/${port}; echo ping >&3; timeout 1 dd bs=99 count=1 <&3 2>/dev/null; :`;

/** The image as a file. */
async function saved(box: Box): Promise<string> {
  const file = `${box.temp}/busybox.tar`;
  await box.ok(["save", "-o", file, "busybox"]);
  return file;
}
