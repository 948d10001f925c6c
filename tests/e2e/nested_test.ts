/** box inside containers without privileges: the CI job that has docker around it, and nothing of it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest, busyboxTar, run, withDockerd, withPodman } from "./harness.ts";
import { inContainer } from "./harness/nested.ts";

const dockerfile = `FROM busybox
COPY file /file
RUN id && echo built > /built && rm /etc/group && test -c /dev/null && (setsid sleep 1000 &)
USER alice
WORKDIR /home/alice
RUN echo "$USER $PWD" > mine; (setsid sleep 1000 &) ; cat /etc/hosts > /dev/null
CMD ["cat", "/built"]
`;

/** What only overlays or mounts could do is not in it. */
const tour = `
box import busybox.tar busybox > /dev/null
box build -t built context 2>build.log
box run --rm built
code=0; box run --name changed built sh -c 'echo 2 > ~/two; rm mine; chroot / true' || code=$?
echo "exit code $code"
box diff changed
box commit changed committed > /dev/null
box cp changed:/home/alice/two - | tar xO
box save -o saved.tar built committed
box inspect -f '{{.Id}}' built committed | tee ids
box rm changed > /dev/null
box rmi built committed > /dev/null
box load -i saved.tar > /dev/null
box inspect -f '{{.Id}}' built committed | cmp - ids
box run -d --name background busybox sh -c 'echo up; setsid sleep 1000 & sleep 1000' > /dev/null
until box logs background | grep -q up; do :; done
box exec -u alice background id -un
box rm -f background > /dev/null
ps | grep 'sleep 1000' | grep -v grep || true
box info -f '{{range .Mechanisms}}{{.Uses}};{{end}}'
`;

async function share(box: Box): Promise<string> {
  const shared = `${box.temp}/shared`;
  await Deno.mkdir(`${shared}/context`, { recursive: true });
  await Deno.copyFile(await busyboxTar(), `${shared}/busybox.tar`);
  await Deno.writeTextFile(`${shared}/context/Dockerfile`, dockerfile);
  await Deno.writeTextFile(`${shared}/context/file`, "file\n");
  return shared;
}

/** What the tour has made is what it would have been outside. */
async function isGoodOutside(box: Box, shared: string, ids: string[]): Promise<void> {
  await box.ok(["load", "-i", `${shared}/saved.tar`]);
  const seen = await box.ok(["inspect", "-f", "{{.Id}}", "built", "committed"]);
  deepEqual(seen.split("\n"), ids);
  equal(await box.ok("run --rm committed cat two /file"), "2\nfile");
  const { stdout } = await run(["tar", "tf", `${shared}/saved.tar`]);
  equal(/(^|\/)(hosts|null)$/m.test(stdout), false);
}

boxTest("the whole tour in a container with docker's default profile", async (box) => {
  const shared = await share(box);
  await withDockerd(`${box.temp}/docker`, async (docker) => {
    const { stdout, stderr } = await inContainer(docker, shared, [], tour);
    const [built, code, ...rest] = stdout.trimEnd().split("\n");
    deepEqual([built, code], ["built", "exit code 1"]);
    const ids = rest.filter((line) => line.startsWith("sha256:"));
    const changes = ["C /home", "C /home/alice", "D /home/alice/mine", "A /home/alice/two"];
    const mechanisms = "vfs;chroot;host;none;default profile, no_new_privs;";
    deepEqual(rest, [...changes, "2", ...ids, "alice", mechanisms]);
    match(stderr, /^WARNING: Mounting is not permitted here \(EPERM\): this runs in a chroot, /);
    match(stderr, /^chroot: can't change root directory to '\/': Operation not permitted$/m);
    const log = await Deno.readTextFile(`${shared}/build.log`);
    equal(log.match(/WARNING: Mounting is not permitted/g)?.length, 1);
    await isGoodOutside(box, shared, ids);
  });
});

/** Its links lead to /victim, outside of it, where they are tried. */
const hostile = `
mkdir -p /victim rootfs/bin && echo safe > /victim/hosts && cp /bin/busybox rootfs/bin/
ln -s ../victim rootfs/etc && ln -s /victim rootfs/dev && ln -s /victim rootfs/place
ln -s busybox rootfs/bin/sh && tar c -C rootfs . | box import - hostile > /dev/null
printf 'FROM hostile\\nWORKDIR /place/made\\nRUN echo x > /place/run; cp /bin/sh /etc/copied; : > /dev/zero\\n' |
  box build -q -t made - > /dev/null
box run --name one made sh -c 'echo x > /etc/hosts; rm -r /etc; ln -s /victim /etc; ln -sf /victim/n /place'
box start -a one
printf new > hosts && box cp hosts one:/etc/hosts 2> /dev/null || true
find /victim; cat /victim/hosts
box run --rm -v /victim:/v made true 2>&1 | grep -c 'takes a mount or a namespace' || true
`;

boxTest("in a chroot no link of an image leads out of it", async (box) => {
  const shared = await share(box);
  await withDockerd(`${box.temp}/docker`, async (docker) => {
    const { stdout } = await inContainer(docker, shared, [], hostile);
    equal(stdout, "/victim\n/victim/hosts\nsafe\n1\n");
  });
});

const short = `
box import busybox.tar busybox > /dev/null
box build -q -t built context > /dev/null
box run --rm built
box run --name changed built true
box commit changed committed > /dev/null
box save -o saved.tar built committed
`;

/** With a store of his own, and one user to have. */
const ordinary = `
export HOME=/shared/home && mkdir $HOME
box import busybox.tar busybox > /dev/null
printf 'FROM busybox\\nRUN test -c /dev/null && test ! -s /dev/zero && id -u > /built\\n' |
  box build -q -t built - > /dev/null 2> build.log
box run --rm built cat /built
box run --name changed built sh -c 'cat /dev/null > /made && rm /built; chroot / true' || echo "exit code $?"
box diff changed
box run -d --name background built sh -c 'setsid sleep 1000 & sleep 1000' > /dev/null 2>&1
box exec background sh -c 'test -c /dev/null && cat /built'
box rm -f background changed > /dev/null
ps | grep 'sleep 1000' | grep -v grep || true
box info -f '{{range .Mechanisms}}{{.Uses}};{{end}}'
`;

boxTest("an ordinary user inside a container that hides parts of /proc", async (box) => {
  const shared = await share(box);
  await Deno.chmod(shared, 0o777);
  await withDockerd(`${box.temp}/docker`, async (docker) => {
    const options = ["--user", "65534:65534", "--security-opt", "seccomp=unconfined"];
    const { stdout, stderr } = await inContainer(docker, shared, options, ordinary);
    deepEqual(stdout.trimEnd().split("\n"), [
      "0",
      "exit code 1",
      "D /built",
      "A /made",
      "0",
      "vfs;chroot;host;none;default profile, no_new_privs;",
    ]);
    match(stderr, /^WARNING: Mounting is not permitted here \(EPERM\): this runs in a chroot, /);
  });
});

boxTest("inside a container without seccomp, and inside podman", async (box) => {
  const shared = await share(box);
  await withDockerd(`${box.temp}/docker`, async (docker) => {
    const options = ["--security-opt", "seccomp=unconfined"];
    match((await inContainer(docker, shared, options, short)).stdout, /^built$/m);
  });
  await withPodman(async (podman) => {
    match((await inContainer(podman, shared, [], short)).stdout, /^built$/m);
  });
  await box.ok(["load", "-i", `${shared}/saved.tar`]);
  equal(await box.ok("run --rm committed cat /built"), "built");
});
