/** box build --output: images that leave the store as archives and directories, and the way back. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { build, context, historyOf, layerNames, show } from "./build/context.ts";
import { boxTest } from "./harness.ts";
import { findProgram } from "./harness/needs.ts";

boxTest("image archives of a build, as tar and as directories", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo made > /made\nLABEL of=output\n");
  const oci = `${box.temp}/oci.tar`, layout = `${box.temp}/deep/layout`;
  match(
    await build(box, path, "-t", "app:1", "-o", `type=oci,dest=${oci}`),
    /exporting to oci image format\n#\d+ exporting config sha256:[0-9a-f]{64} done\n/,
  );
  await box.fail("inspect app:1", 1, /No such (object|image)/);
  deepEqual(
    (await box.shell(`tar -tf ${oci} | grep -v 'blobs/sha256/.' | sort`)).split("\n"),
    ["blobs/", "blobs/sha256/", "index.json", "oci-layout"],
  );
  const id = await box.ok([
    "build",
    "-q",
    "-o",
    `type=docker,dest=${box.temp}/d.tar,name=n:2`,
    path,
  ]);
  match(id, /^sha256:/);
  const loaded = box.otherStore("loaded");
  equal(await loaded.ok(`load -i ${oci}`), "Loaded image: app:1");
  equal(await loaded.ok(`load -i ${box.temp}/d.tar`), "Loaded image: n:2");
  equal(await loaded.ok(["inspect", "-f", "{{.Config.Labels.of}}", "n:2"]), "output");

  await build(box, path, "-t", "app:1", "-o", `type=oci,tar=false,dest=${layout}`);
  await build(box, path, "-t", "app:2", "-o", `oci:${layout}`);
  await box.ok(["save", "-o", `oci:${layout}`, "busybox"]);
  const { manifests } = JSON.parse(Deno.readTextFileSync(`${layout}/index.json`));
  deepEqual(
    manifests.map((each: { annotations: Record<string, string> }) =>
      each.annotations["org.opencontainers.image.ref.name"]
    ),
    ["1", "2", "latest"],
  );
  await box.shell(`cd ${layout}/blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c`);
  match(await box.ok(["load", "-i", `oci:${layout}`]), /Loaded image: app:2/);
  equal(await show(box, "app:2", "cat /made"), "made");
  if (findProgram("skopeo")) {
    const target = `oci:${box.temp}/copied:c`;
    await box.shell(`skopeo --insecure-policy copy -q oci-archive:${oci} ${target}`);
    ok(JSON.parse(Deno.readTextFileSync(`${box.temp}/copied/index.json`)).manifests.length === 1);
  }
});

boxTest(
  "what is refused leaves nothing, and a layout cannot have other files read",
  async (box) => {
    await box.busybox();
    const path = context(box, "FROM busybox\n");
    const gzip = `type=oci,dest=${box.temp}/x,compression=gzip`;
    await box.fail(["build", "-o", gzip, path], 125, /compression=\.\.\. is not supported yet/);
    equal([...Deno.readDirSync(box.temp)].map(({ name }) => name).join(), "context");
    await Deno.mkdir(`${box.temp}/evil/blobs`, { recursive: true });
    await Deno.writeTextFile(`${box.temp}/secret`, "{}");
    await Deno.symlink("../secret", `${box.temp}/evil/manifest.json`);
    await box.fail(`load -i oci:${box.temp}/evil`, 1, /does not contain a manifest.json/);
  },
);

boxTest("--squash makes one layer of what a Dockerfile adds", async (box) => {
  await box.busybox();
  const path = context(
    box,
    `FROM busybox
RUN mkdir -p /d/sub && echo one > /d/one && echo secret > /secret && echo x > /etc/hidden
RUN rm -r /d /secret /bin/yes && mkdir /d && echo two > /d/two && ln /d/two /d/linked
RUN rm /etc/hidden && echo again > /bin/yes && chown 5:6 /d/two && rm /bin/vi && mkdir /bin/vi
ENV A=1
RUN rm -r /etc/alternatives /bin/vi 2>/dev/null; true
`,
  );
  await build(box, path, "-t", "plain");
  await build(box, path, "-t", "squashed", "--squash");
  const everything =
    "find /bin /d /etc/* -xdev ! -path '/etc/[hmr]*' -exec stat -c '%n %F %a %u:%g %Y' {} + | sort";
  equal(await show(box, "squashed", everything), await show(box, "plain", everything));
  equal(await show(box, "squashed", "cat /d/two /d/linked /bin/yes"), "two\ntwo\nagain");
  const layers = (image: string) =>
    box.ok(["inspect", "-f", "{{len .RootFS.Layers}} {{index .RootFS.Layers 0}}", image]);
  equal(await layers("squashed"), (await layers("busybox")).replace(/^1/, "2"));
  const names = await layerNames(box, "squashed", 1);
  deepEqual(names.filter((name) => /secret|hidden|\.wh\.[^.]/.test(name)), ["bin/.wh.vi"]);
  const history = await historyOf(box, "squashed");
  match(history.at(-1)!, /^\d+B ?$/);
  equal(history.slice(1, -1).every((line) => line.startsWith("0B ")), true);
  const comment = await box.ok("history --no-trunc --format {{.Comment}} squashed");
  match(comment.split("\n")[0], /^merge sha256:[0-9a-f]{64} to sha256:[0-9a-f]{64}$/);
});
