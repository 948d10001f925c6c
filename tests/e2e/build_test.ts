/** box build: what every instruction does to the image, the cache, and what is left when it fails. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  build,
  configOf,
  context,
  historyOf,
  layerNames,
  show,
  spawnBuild,
  steps,
} from "./build/context.ts";
import { type Box, boxTest } from "./harness.ts";

const idOf = (box: Box, image: string) => box.ok(["inspect", "-f", "{{.Id}}", image]);

boxTest("instructions that say how an image is run", async (box) => {
  await box.busybox();
  const path = context(
    box,
    `
ARG BASE=busybox
FROM $BASE
ARG VERSION=1
ENV APP=/srv/app-$VERSION EMPTY=
LABEL name="box test" version=\${VERSION:-0}
EXPOSE 80 53/udp
VOLUME /data
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=5s --retries=2 CMD true
SHELL ["/bin/sh", "-ec"]
WORKDIR $APP
WORKDIR lib
USER alice
ENTRYPOINT ["/bin/echo"]
CMD ["hello", "$APP"]
MAINTAINER me
ONBUILD RUN echo triggered > /tmp/triggered
`,
  );
  await build(box, path, "-t", "config", "--build-arg", "VERSION=2", "--label", "given=yes");
  const config = await configOf(box, "config");
  deepEqual(config.Env, [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "APP=/srv/app-2",
    "EMPTY=",
  ]);
  deepEqual(config.Labels, { given: "yes", name: "box test", version: "2" });
  deepEqual(config.ExposedPorts, { "53/udp": {}, "80/tcp": {} });
  deepEqual(config.Volumes, { "/data": {} });
  deepEqual(config.Healthcheck, { Test: ["CMD-SHELL", "true"], Interval: 5e9, Retries: 2 });
  deepEqual(config.Shell, ["/bin/sh", "-ec"]);
  deepEqual(config.OnBuild, ["RUN echo triggered > /tmp/triggered"]);
  equal(config.StopSignal, "SIGUSR1");
  equal(config.User, "alice");
  equal(config.WorkingDir, "/srv/app-2/lib");
  deepEqual(config.Entrypoint, ["/bin/echo"]);
  deepEqual(config.Cmd, ["hello", "$APP"]);
  equal(await box.ok(["inspect", "--format", "{{.Author}}", "config"]), "me");
  equal(await box.ok("run --rm config"), "hello $APP");
  equal(await box.ok("run --rm --entrypoint pwd config"), "/srv/app-2/lib");
  deepEqual((await historyOf(box, "config")).slice(1), [
    "0B ARG VERSION=2",
    "0B ENV APP=/srv/app-2 EMPTY=",
    "0B LABEL name=box test version=2",
    "0B EXPOSE map[53/udp:{} 80/tcp:{}]",
    "0B VOLUME [/data]",
    "0B STOPSIGNAL SIGUSR1",
    `0B HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" '\\x02'}`,
    "0B SHELL [/bin/sh -ec]",
    "0B WORKDIR /srv/app-2",
    "0B WORKDIR /srv/app-2/lib",
    "0B USER alice",
    '0B ENTRYPOINT ["/bin/echo"]',
    '0B CMD ["hello" "$APP"]',
    "0B MAINTAINER me",
    "0B ONBUILD RUN echo triggered > /tmp/triggered",
  ]);

  await build(box, context(box, "FROM config\nUSER root\n", {}, "triggered"), "-t", "triggered");
  equal(await show(box, "triggered", "cat /tmp/triggered"), "triggered");
  equal((await configOf(box, "triggered")).OnBuild, null);
});

boxTest("RUN leaves what it wrote, and nothing of what box lent it", async (box) => {
  await box.busybox();
  const path = context(
    box,
    `
FROM busybox
ENV NAME=value
RUN env | sort > /env
RUN rm /bin/yes && mkdir -p /new/dir && ln /env /linked && chown alice /new && touch /etc/added
RUN ["/bin/sh", "-c", "echo $0 > /exec", "word"]
RUN <<END
echo one > /heredoc
echo two >> /heredoc
END
RUN <<END
#!/bin/busybox sh
echo $0 > /script
END
RUN true
USER bob
RUN id -un > /tmp/user
`,
  );
  await build(box, path, "-t", "ran");
  match(
    await show(box, "ran", "cat /env"),
    /^HOME=\/root\nNAME=value\nPATH=[^\n]*\nPWD=\/\nSHLVL=1$/,
  );
  const files = await show(box, "ran", "cat /heredoc /script /exec /tmp/user");
  equal(files, "one\ntwo\n/dev/pipes/END\nword\nbob");
  equal(await show(box, "ran", "ls /bin/yes 2>/dev/null; stat -c %U /new"), "alice");
  // Mount points, /etc/hosts and the like are nobody's business.
  deepEqual(await layerNames(box, "ran", 2), [
    "bin/",
    "bin/.wh.yes",
    "env",
    "etc/",
    "etc/added",
    "linked",
    "new/",
    "new/dir/",
  ]);
  const diffIds = JSON.parse(await box.ok(["inspect", "-f", "{{json .RootFS.Layers}}", "ran"]));
  equal(diffIds.length, 7, "RUN true adds no layer");
});

boxTest("COPY and ADD from the context, stages, images and the Dockerfile itself", async (box) => {
  await box.busybox();
  const path = context(
    box,
    `
FROM busybox AS made
RUN mkdir /out && echo made > /out/file && chown alice /out/file
FROM busybox
COPY . /all/
COPY --chown=bob:users --chmod=0600 a /owned
COPY --from=made /out/ /out
COPY --from=busybox /etc/passwd /image-passwd
COPY <<one <<"two" /inline/
expands $PATH
one
stays $HOME
two
ADD packed.tar /unpacked/
`,
    { a: "A\n", "d/b": "B\n", "ignored/x": "X\n", ".dockerignore": "ignored\n.dockerignore\n" },
  );
  await box.shell(`cd ${path} && mkdir p && echo packed > p/f && tar -cf packed.tar p && rm -r p`);
  const output = await build(box, path, "-t", "copied");
  const all = await show(box, "copied", "cat /all/a /all/d/b; ls -A /all");
  equal(all, "A\nB\nDockerfile\na\nd\npacked.tar");
  const owners = await show(box, "copied", "stat -c '%U:%G %a' /owned /out/file");
  equal(owners, "bob:users 600\nalice:root 644");
  const rest = await show(box, "copied", "cat /inline/one /inline/two /unpacked/p/f");
  match(rest, /^expands \/usr\/local\/sbin:.*\nstays \$HOME\npacked$/);
  equal(await show(box, "copied", "cmp /image-passwd /etc/passwd && echo same"), "same");
  equal(steps(output).cached.length, 0);

  const again = steps(await build(box, path, "-t", "copied"));
  deepEqual(again.done.filter((title) => !title.startsWith("FROM")), []);
  const missing = context(box, "FROM busybox\nCOPY nosuch /\n", {}, "missing");
  await box.fail(["build", missing], 1, /"\/nosuch": not found/);
});

boxTest("steps are found again by what they depend on, not by when", async (box) => {
  await box.busybox();
  const text = 'FROM busybox\nLABEL a=1\nCOPY a /a\nRUN cat /a > /b\nCMD ["sh"]\n';
  const path = context(box, text, { a: "1" });
  const both = ["COPY a /a", "RUN cat /a > /b"];
  await build(box, path, "-t", "one");
  await Deno.utime(`${path}/a`, 1, 1);
  deepEqual(steps(await build(box, path, "-t", "two")).cached, both);
  equal(await idOf(box, "two"), await idOf(box, "one"), "the same image");
  Deno.writeTextFileSync(`${path}/Dockerfile`, text.replace("a=1", "a=2"));
  deepEqual(steps(await build(box, path)).cached, both, "a label is nothing that RUN sees");
  Deno.writeTextFileSync(`${path}/a`, "2");
  deepEqual(steps(await build(box, path, "-t", "three")).cached, []);
  equal(await show(box, "three", "cat /b"), "2");
  deepEqual(steps(await build(box, path, "--no-cache")).cached, []);
  deepEqual(steps(await build(box, path, "--no-cache-filter", "nosuch")).cached, both);
  await box.ok("rmi one two three");
  deepEqual(steps(await build(box, path)).cached, both, "the cache keeps its layers");
  match(await box.ok("builder du"), /Total: +\S+B$/);
  match(
    await box.ok("builder prune -af"),
    /^Deleted build cache objects:\n[^]*\nTotal reclaimed space: \S+B$/,
  );
  deepEqual(steps(await build(box, path)).cached, []);
});

boxTest("only the stages that are needed are built, side by side", async (box) => {
  await box.busybox();
  // Each of the two waits for the other, through a directory that both have mounted.
  const meet = (own: string, other: string) =>
    `RUN --mount=type=cache,target=/meet touch /meet/${own}; i=0; ` +
    `until [ -e /meet/${other} ]; do i=$((i+1)); [ $i -lt 300 ] || exit 1; sleep 0.1; done; ` +
    `echo ${own} > /${own}`;
  const path = context(
    box,
    `
FROM busybox AS broken
RUN false
FROM busybox AS left
${meet("left", "right")}
FROM busybox AS right
${meet("right", "left")}
FROM busybox AS both
COPY --from=left /left /
COPY --from=right /right /
FROM broken AS after
`,
  );
  await build(box, path, "-t", "both", "--target", "both");
  equal(await show(box, "both", "cat /left /right"), "left\nright");
  await box.fail(["build", path], 1, /process "\/bin\/sh -c false" did not complete/);
});

boxTest(
  "a step that fails is shown with its place, its output and the image before",
  async (box) => {
    await box.busybox();
    const path = context(
      box,
      'FROM busybox\nRUN echo good > /good\nRUN echo told | tee /told && \\\n    exit 42\nCMD ["sh"]\n',
    );
    const error = await box.fail(["build", "-t", "broken", path], 1, /exit code: 42/);
    match(error, /\n------\n > \[3\/3\] RUN echo told .*:\ntold\n------\nDockerfile:3\n-{20}\n/);
    match(error, /\n {3}3 \| >>> RUN echo told \| tee \/told && \\\n {3}4 \| >>> {5}exit 42\n/);
    const before = /The image before this step: ([0-9a-f]{12})/.exec(error)?.[1] ?? "";
    equal(await show(box, before, "cat /good"), "good");
    const kept = await box.fail(["build", "--keep-failed", path], 1, /CACHED/);
    const left = /What the step left: ([0-9a-f]{12})/.exec(kept)?.[1] ?? "";
    equal(await show(box, left, "cat /good /told"), "good\ntold");
    ok(!(await box.ok("images --format {{.Repository}}")).includes("broken"));
    const mistakes: [string, RegExp][] = [
      ["FROM busybox\nBOGUS x\n", /dockerfile parse error on line 2: unknown instruction: BOGUS/],
      ["FROM 127.0.0.1:9/nosuch\n", /Get "http:\/\/127.0.0.1:9\/v2\/nosuch\/manifests\/latest"/],
      ["FROM busybox\nCOPY a /a\n", /there is no build context/],
      ["FROM --platform=linux/riscv64 127.0.0.1:9/nosuch\nRUN true", /127.0.0.1:9/],
    ];
    for (const [stdin, message] of mistakes) await box.fail("build -", 1, message, { stdin });
  },
);

/** Control groups of what runs on the overlays of a store. */
function groupsOf(box: Box): string[] {
  const parents = ["", "/unified", "/freezer"].map((each) => `/sys/fs/cgroup${each}/box`);
  return [...Deno.readDirSync(`${box.root}/overlay2`)].flatMap(({ name }) =>
    parents.map((parent) => `${parent}/${name}`).filter((path) => existsSync(path))
  );
}

boxTest("a build that is stopped or killed leaves nothing", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo started; sleep 1000\n");
  const stopped = spawnBuild(box, "-t", "never", path);
  await stopped.waitFor("started\n");
  stopped.kill("SIGINT");
  equal((await stopped.wait()).code, 130);
  const killed = spawnBuild(box, "-t", "never", path);
  await killed.waitFor("started\n");
  const groups = groupsOf(box);
  equal(groups.length, 1);
  killed.kill("SIGKILL");
  await killed.wait();
  await box.ok("tag busybox next"); // any command that writes
  deepEqual(groups.filter(existsSync), []);
  ok(!(await box.ok("images --format {{.Repository}}")).includes("never"));
});

boxTest("two builds of one Dockerfile at once share their work", async (box) => {
  await box.busybox();
  const work = "echo begun; sleep 1; cat /proc/sys/kernel/random/uuid > /once";
  const path = context(box, `FROM busybox\nRUN ${work}\n`);
  const first = spawnBuild(box, "-t", "first", path);
  await first.waitFor("begun\n");
  const second = steps(await build(box, path, "-t", "second"));
  equal((await first.wait()).code, 0);
  equal(second.cached.length, 1);
  equal(await idOf(box, "first"), await idOf(box, "second"));
});

boxTest("RUN --mount: what is mounted is seen by RUN and by nobody else", async (box) => {
  await box.busybox();
  Deno.writeTextFileSync(`${box.temp}/secret`, "s3cret");
  const path = context(
    box,
    `FROM busybox
RUN --mount=type=secret,id=file,required=true cp /run/secrets/file /tmp/leaked; stat -c '%a' /run/secrets/file > /mode
RUN --mount=type=secret,id=variable,env=TOKEN [ "$TOKEN" = t0ken ]
RUN --mount=type=tmpfs,target=/scratch echo x > /scratch/x && mount | grep -q ' /scratch '
RUN --mount=type=bind,target=/ctx cp /ctx/Dockerfile /copy && ! touch /ctx/x 2>/dev/null
RUN --network=none ! grep -q eth /proc/net/dev
`,
  );
  const secrets = ["id=file,src=" + `${box.temp}/secret`, "id=variable,env=TOKEN"];
  const options = secrets.flatMap((each) => ["--secret", each]);
  const { code, stderr } = await box.run(["build", "-t", "mounts", ...options, path], {
    env: { TOKEN: "t0ken" },
  });
  equal(code, 0, stderr);
  const left = "cat /mode /tmp/leaked; ls -d /run /ctx /scratch 2>&1 | grep -c 'No such'";
  equal(await show(box, "mounts", left), "400\ns3cret3");
  await box.fail(["build", "--no-cache", path], 1, /secret file: not found/);
});

boxTest("SOURCE_DATE_EPOCH makes the same image each time", async (box) => {
  await box.busybox();
  const script = "mkdir /d; echo x > /d/x; rm /bin/yes";
  const path = context(box, `FROM busybox\nCOPY a /a\nWORKDIR /w\nRUN ${script}\n`, { a: "A" });
  const options = ["--no-cache", "--build-arg", "SOURCE_DATE_EPOCH=1700000000"];
  const first = await box.ok(["build", "-q", ...options, path]);
  await Deno.utime(`${path}/a`, 5, 5);
  equal(await box.ok(["build", "-q", ...options, path]), first);
  equal(await box.ok(["inspect", "-f", "{{.Created}}", first]), "2023-11-14T22:13:20Z");
  notEqual(await box.ok(["build", "-q", "--no-cache", path]), first);
});

boxTest("contexts and Dockerfiles from standard input, and checks", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nCOPY f /f\n", { f: "content" });
  await box.shell(`tar -C ${path} -c . | gzip | box build -t packed - 2>/dev/null`);
  equal(await show(box, "packed", "cat /f"), "content");
  await box.shell(`printf 'FROM busybox\\nCOPY f /g' | box build -q -t other -f - ${path}`);
  equal(await show(box, "other", "cat /g"), "content");
  const named = `box build --iidfile ${box.temp}/id -q --build-context more=${path} -`;
  await box.shell(`printf 'FROM busybox\\nCOPY --from=more f /x' | ${named}`);
  match(Deno.readTextFileSync(`${box.temp}/id`), /^sha256:[0-9a-f]{64}$/);
  await build(box, path, "-o", `${box.temp}/out`);
  equal(Deno.readTextFileSync(`${box.temp}/out/f`), "content");
  ok(Deno.statSync(`${box.temp}/out/bin/busybox`).size > 1e6);
  await build(box, path, "-o", `type=tar,dest=${box.temp}/out.tar`);
  equal(await box.shell(`tar -xOf ${box.temp}/out.tar f`), "content");
  const checked = await box.run("build --check -", { stdin: "FROM busybox\nCMD echo hi\n" });
  equal(checked.code, 1);
  match(checked.stdout, /^Check complete, 1 warning has been found!\n\nWARNING: JSONArgs/);
  await box.fail("build --rm=false .", 125, /--rm is not supported/);
  await box.fail(["build", `${box.temp}/nosuch`], 1, /path ".*nosuch" not found/);
});
