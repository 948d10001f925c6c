/** box build --build-context: images and directories in the place of what a Dockerfile names. */
import { equal, match } from "node:assert/strict";
import { build, configOf, context, historyOf, show, steps } from "./build/context.ts";
import { serveRepository } from "./build/git_server.ts";
import { boxTest } from "./harness.ts";
import { program } from "./harness/needs.ts";

boxTest("a named context as the base of a stage, and as a source", async (box) => {
  await box.busybox();
  const from = (image: string, name: string) => context(box, `FROM ${image}\n`, {}, name);
  const made = context(box, "FROM busybox\nRUN echo image > /made\nENV OF=image\n", {}, "made");
  await build(box, made, "-t", "made:1");
  await build(box, made, "-t", "made:1", "-o", `type=oci,tar=false,dest=${box.temp}/layout`);
  const base = from("docker.io/library/base:latest", "base");
  await build(box, base, "-t", "a", "--build-context", "base=docker-image://made:1");
  equal(await show(box, "a", "cat /made"), "image");
  equal((await configOf(box, "a")).Env!.toString().includes("OF=image"), true);

  await box.ok("rmi made:1 a");
  await box.ok("builder prune -af");
  const layout = `base=oci-layout://${box.temp}/layout`;
  const user = context(
    box,
    "FROM base\nCOPY --from=base /made /copied\nRUN cat /copied > /read\n",
    {},
    "user",
  );
  await build(box, user, "-t", "b", "--build-context", layout);
  equal(await show(box, "b", "cat /read"), "image");
  const again = await build(box, user, "-t", "c", "--build-context", `${layout}:1`);
  equal(steps(again).cached.length, 2);
  await box.fail(["build", "--build-context", `${layout}:2`, user], 1, /2 not found in the OCI/);
});

boxTest("a directory as the base of a stage", async (box) => {
  await box.busybox();
  const files = context(
    box,
    "",
    { "etc/name": "from files\n", ".dockerignore": "Dockerfile\n" },
    "f",
  );
  const path = context(
    box,
    "FROM files AS one\nFROM busybox AS two\nCOPY --from=one / /one\nRUN ls -R /one > /list\n",
  );
  const options = ["--build-context", `files=${files}`];
  await build(box, path, "-t", "two", ...options);
  match(await show(box, "two", "cat /list"), /^\/one:\netc\n\n\/one\/etc:\nname$/);
  await build(box, path, "-t", "one", "--target", "one", ...options);
  equal((await historyOf(box, "one")).join(), "22B FROM files");
  // A context replaces a stage of its name.
  await build(box, path, "-t", "other", "--build-context", "one=docker-image://busybox");
  match(await show(box, "other", "cat /list"), /^\/one:\nbin\n/);
});

boxTest("bind mounts of RUN: what may be seen, and where writes go", async (box) => {
  await box.busybox();
  const files = {
    ".dockerignore": "secret\nmodules\n!modules/kept/file\nonly/excluded\n**/*.log\n",
    "secret/key": "no\n",
    "modules/kept/file": "yes\n",
    "modules/kept/other": "no\n",
    "modules/gone/file": "no\n",
    "only/excluded": "no\n",
    "src/a.c": "a\n",
    "src/deep/x.log": "no\n",
    "src/deep/y": "y\n",
  };
  const path = context(
    box,
    `FROM busybox AS stage
RUN echo stage > /file
FROM busybox
RUN --mount=target=/ctx cd /ctx && find . | sort > /seen && ! touch /ctx/x
RUN --mount=target=/ctx,rw cd /ctx && echo more >> src/a.c && rm -r src/deep && cat src/a.c > /wrote
RUN --mount=target=/ctx,rw cd /ctx && cat src/a.c src/deep/y > /again
RUN --mount=target=/s,from=stage,rw echo x >> /s/file && rm /s/bin/yes && cat /s/file > /stage
RUN --mount=target=/s,from=stage cat /s/file > /stage2 && test -e /s/bin/yes
RUN --mount=target=/one,source=src/a.c,rw echo b >> /one && cat /one > /file
`,
    files,
  );
  await build(box, path, "-t", "seen");
  equal(
    await show(box, "seen", "cat /seen"),
    [
      ...[".", "./.dockerignore", "./Dockerfile", "./modules", "./modules/kept"],
      ...["./modules/kept/file", "./only", "./src", "./src/a.c", "./src/deep", "./src/deep/y"],
    ].join("\n"),
  );
  equal(await show(box, "seen", "cat /wrote /again"), "a\nmore\na\ny");
  equal(await show(box, "seen", "cat /stage /stage2 /file"), "stage\nx\nstage\na\nb");
  equal(Deno.readTextFileSync(`${path}/src/a.c`), "a\n");
  equal(await box.shell(`ls ${box.root}/tmp`), "");
});

boxTest("contexts from elsewhere: a Git repository, a Dockerfile at a URL", {
  needs: [program("git")],
}, async (box) => {
  await box.busybox();
  const files = {
    "sub/file": "sub\n",
    "sub/Other": "FROM busybox\nCOPY . /all\n",
    "file": "top\n",
  };
  const path = context(box, "FROM busybox\nCOPY . /all\n", files, "tree");
  const web = { "/plain": "FROM busybox\nRUN echo plain > /plain\n" };
  await using server = serveRepository(path, web);
  const output = await build(box, `${server.url}/r.git`, "-t", "top");
  match(output, /\[internal\] load git source http:.*r\.git\n/);
  equal(
    await show(box, "top", "cat /all/file /all/sub/file; ls -A /all"),
    [
      ...["top", "sub", "Dockerfile", "file", "sub"],
    ].join("\n"),
  );
  await build(box, `${server.url}/r.git#v1:sub`, "-t", "sub", "-f", "Other");
  equal(await show(box, "sub", "cat /all/file"), "sub");
  const named = context(box, "FROM busybox\nCOPY --from=repo file /f\n", {}, "named");
  await build(box, named, "-t", "named", "--build-context", `repo=${server.url}/r.git#main`);
  equal(await show(box, "named", "cat /f"), "top");
  await build(box, `${server.url}/plain`, "-t", "plain");
  equal(await show(box, "plain", "cat /plain"), "plain");
  await box.fail(`build ${server.url}/nosuch`, 1, /failed to GET .*nosuch with status 404/);
});
