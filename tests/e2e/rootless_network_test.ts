/** Networks of an ordinary user: bridges in a network namespace of his own, and the way from there to the outside. */
import { equal, match } from "node:assert/strict";
import { isAlive, killMonitor } from "./containers/detached.ts";
import {
  type Box,
  boxTest,
  eventually,
  FOREIGNER,
  HostNetwork,
  needs,
  Program,
  run,
  RunningProcess,
  skipUnless,
} from "./harness.ts";

const ordinary = {
  user: "nobody",
  network: "default" as const,
  needs: [needs.user("nobody"), needs.userNamespaces],
};

const serve = "mkdir /w; echo hello >/w/index.html; exec httpd -f -p 80 -h /w";
const fetched = async (address: string) => await (await fetch(`http://${address}/`)).text();

boxTest(
  "an ordinary user's containers find each other, and publish ports",
  ordinary,
  async (box) => {
    await box.busybox();
    await box.ok("network create back");
    const start = "run -d --name web --network back -p 127.0.0.1::80 busybox sh -c".split(" ");
    await box.ok([...start, serve]);
    await box.ok("run -d --name client --network back busybox sleep 1000");
    const get = "exec client wget -q -O - http://web/";
    await eventually("it is served", async () => (await box.run(get)).code === 0);
    equal(await box.ok(get), "hello");

    const address = await box.ok("port web 80");
    match(address, /^127\.0\.0\.1:[0-9]+$/);
    equal(await fetched(address), "hello\n");
    await killMonitor(box);
    const waiting = fetched(address); // the socket is the keeper's
    await box.ok("ps");
    equal(await waiting, "hello\n");

    await box.ok("network disconnect back client");
    await box.fail(get, 1, /bad address/);
    await box.ok("network connect back client");
    equal(await box.ok(get), "hello");
    await box.fail("network rm back", 1, /has active endpoints/);
    const holder = await holderOf(box);
    await box.ok("rm -f web client");
    await box.ok("network rm back");
    await eventually("the user's namespaces have gone", () => !isAlive(holder));
  },
);

for (const name of ["pasta", "slirp4netns"] as const) {
  boxTest(
    `an ordinary user's containers reach the outside through ${name}`,
    { ...ordinary, needs: [...ordinary.needs, ...["unshare", "setpriv", name].map(needs.program)] },
    async (own) => {
      await own.busybox();
      await untilAlone(own);
      await HostNetwork.with(async (network) => {
        await network.host$("ip", "route", "add", "default", "via", FOREIGNER);
        const box = await withPassers(own, [name], network);
        await Deno.writeTextFile(`${own.temp}/index.html`, "outside\n");
        const httpd = ["busybox", "httpd", "-f", "-p", "8000", "-h", own.temp];
        const server = new RunningProcess(network.onForeignCommand(...httpd));
        try {
          await box.ok(`run -d --name one --add-host outer:${FOREIGNER} busybox sleep 1000`);
          const ask = "exec one wget -q -O - http://outer:8000/";
          await eventually("it answers", async () => (await box.run(ask)).stdout === "outside\n");
        } finally {
          server.kill("SIGKILL");
          await server.wait();
        }
        // The host's own 127.0.0.1 is out of reach.
        await box.fail("exec one nc -w 1 10.0.2.2 22", 1, /unreachable|refused|timed out|^$/);

        const passer = passersOf(own);
        equal(passer.length > 0, true);
        const holder = await holderOf(own);
        await box.ok("rm -f one");
        await eventually("all has gone", () => [holder, ...passer].every((pid) => !isAlive(pid)));
      });
    },
  );
}

boxTest(
  "without a program that leads to the outside an ordinary user is told",
  { ...ordinary, needs: [...ordinary.needs, ...["unshare", "setpriv"].map(needs.program)] },
  async (own) => {
    await own.busybox();
    await untilAlone(own);
    const box = await withPassers(own, []);
    const warning = /^WARNING: Networks of your own do not lead to the outside: neither pasta /m;
    const { stderr, code } = await box.run("run --rm busybox ip route");
    equal(code, 0, stderr);
    match(stderr, warning);
    await box.ok("network create --internal quiet");
    equal((await box.run("run --rm --network quiet busybox true")).stderr, "");
    const context = `${own.temp}/context`;
    await Deno.mkdir(context);
    await Deno.writeTextFile(
      `${context}/Dockerfile`,
      "FROM busybox\nRUN readlink /proc/self/ns/net\n",
    );
    const built = await box.run(["build", context]);
    match(built.stderr, /neither pasta .* is installed\. This command has the host's network\./);
    equal(built.stderr.includes(Deno.readLinkSync("/proc/self/ns/net")), true, built.stderr);
    await box.ok("network rm quiet");
  },
);

async function holderOf(box: Box): Promise<number> {
  return Number(await Deno.readTextFile(`${box.defaults.env?.XDG_RUNTIME_DIR}/box/holder`));
}

/** Until the next command begins with namespaces of its own. */
async function untilAlone(box: Box): Promise<void> {
  const holder = await holderOf(box);
  await eventually("nobody is in the user's namespaces", () => !isAlive(holder));
}

/** Programs that pass on what comes from the user's network: by the path of that in their arguments. */
function passersOf(box: Box): number[] {
  const path = `${box.defaults.env?.XDG_RUNTIME_DIR}/box/network/namespace`;
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    if (!(pid > 0)) return false;
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(path);
    } catch {
      return false; // has ended
    }
  });
}

/** box on a host that has these programs only, and a /dev/net/tun for everybody, as udev makes it. */
async function withPassers(
  own: Box,
  names: readonly string[],
  network?: HostNetwork,
): Promise<Program> {
  const { uid, gid, ...defaults } = own.defaults, tun = `${own.temp}/tun`;
  skipUnless(
    (await run(["mknod", "-m", "666", tun, "c", "10", "200"])).code === 0,
    "no devices can be made here",
  );
  const hidden = ["pasta", "slirp4netns"].filter((name) => !names.includes(name))
    .flatMap((name) => needs.findProgram(name) ?? []);
  const mounts = [`${tun} /dev/net/tun`, ...hidden.map((path) => `/dev/null ${path}`)];
  const script = [...mounts.map((words) => `mount --bind ${words}`), 'exec "$@"'].join(" && ");
  const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  const shell = ["unshare", "--mount", "sh", "-c", script, "sh", ...become, ...own.commandLine([])];
  return new Program(network ? network.onHostCommand(...shell) : shell, defaults);
}
