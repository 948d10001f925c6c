/** box build --cache-to and --cache-from: what one machine has built, another finds. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { build, context, steps } from "./build/context.ts";
import { type Box, boxTest } from "./harness.ts";

/** Another machine: a store that has only the base image. */
async function otherMachine(box: Box, name: string) {
  const archive = `${box.temp}/busybox.tar`;
  await box.ok(["save", "-o", archive, "busybox"]);
  const other = box.otherStore(name);
  await other.ok(["load", "-q", "-i", archive]);
  const buildThere = async (path: string, ...options: string[]) => {
    const { code, stderr } = await other.run(["build", ...options, path]);
    equal(code, 0, stderr);
    return stderr;
  };
  return { other, buildThere };
}

const DOCKERFILE = `
FROM busybox AS tool
RUN --mount=type=cache,target=/cache echo kept > /cache/file; echo tool > /tool
FROM busybox
COPY a /a
RUN test -e /bin/sh
RUN --mount=type=cache,target=/cache cat /cache/file > /from-cache || true
COPY --from=tool /tool /tool
`;

boxTest("a cache in a directory brings steps and cache mounts to another machine", async (box) => {
  await box.busybox();
  const path = context(box, DOCKERFILE, { a: "A" }), cache = `${box.temp}/deep/cache`;
  await build(box, path, "--target", "tool"); // so that the cache mount has its file
  const to = `type=local,dest=${cache},mode=max`, from = `type=local,src=${cache}`;
  match(await build(box, path, "--cache-to", to), /exporting cache to client directory/);
  await box.shell(`cd ${cache}/blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c`);
  const { other, buildThere } = await otherMachine(box, "other");
  const found = steps(await buildThere(path, "-t", "app", "--cache-from", from));
  deepEqual([found.done, found.cached.length], [["FROM busybox", "FROM busybox"], 5]);
  equal(await other.ok("run --rm app cat /from-cache /tool /a"), "kept\ntool\nA");
  // The cache mount came along, for a step that is new.
  const more = context(
    box,
    `${DOCKERFILE}RUN --mount=type=cache,target=/cache cat /cache/file > /more\n`,
    { a: "A" },
    "more",
  );
  await buildThere(more, "-t", "more", "--cache-from", from, "--cache-to", to);
  equal(await other.ok("run --rm more cat /more"), "kept");
  const kept = [...Deno.readDirSync(`${cache}/blobs/sha256`)].length;
  await buildThere(path, "--cache-to", `type=local,dest=${cache}`);
  notEqual([...Deno.readDirSync(`${cache}/blobs/sha256`)].length, kept);
});

boxTest("a cache that is damaged or missing is passed over", async (box) => {
  await box.busybox();
  const path = context(box, "FROM busybox\nRUN echo one > /one\nRUN echo two > /two\n");
  const cache = `${box.temp}/cache`, from = `type=local,src=${cache}`;
  await build(box, path, "--cache-to", `type=local,dest=${cache}`);
  const { other, buildThere } = await otherMachine(box, "other");
  const index = JSON.parse(await Deno.readTextFile(`${cache}/index.json`));
  const blob = (digest: string) => `${cache}/blobs/${digest.replace(":", "/")}`;
  const manifest = JSON.parse(await Deno.readTextFile(blob(index.manifests[0].digest)));
  const layer = blob(manifest.layers[0].digest), bytes = await Deno.readFile(layer);
  bytes[bytes.length - 2000] ^= 1;
  await Deno.writeFile(layer, bytes);
  const output = await buildThere(path, "-t", "app", "--cache-from", from);
  match(output, /importing cache from local:.*\n#\d+ ignored: /);
  equal(await other.ok("run --rm app cat /one /two"), "one\ntwo");
  await Deno.writeTextFile(blob(manifest.config.digest), "{}");
  match(
    await buildThere(path, "--no-cache", "--cache-from", from),
    /importing cache manifest from local:.*\n#\d+ ignored: invalid (size|digest)/,
  );
  match(
    await buildThere(path, "--cache-from", `type=local,src=${box.temp}/nosuch`),
    /\n#\d+ ignored: .*nosuch/,
  );
  await box.fail(["build", "--cache-to", "type=gha", path], 125, /type=gha is not supported yet/);
});

boxTest("an image tells of the steps that made it", async (box) => {
  await box.busybox();
  const path = context(
    box,
    "FROM busybox\nENV A=1\nRUN echo $A > /one\nCOPY a /a\nRUN cat /a > /b\nWORKDIR /w\n",
    { a: "A" },
  );
  const inline = await box.ok(["build", "-q", "-t", "inline", "--cache-to", "type=inline", path]);
  await build(box, path, "-t", "plain");
  equal(await box.ok(["build", "-q", "--cache-to", "type=inline", path]), inline);
  await box.ok(["save", "-o", `${box.temp}/images.tar`, "inline", "plain"]);
  const { other, buildThere } = await otherMachine(box, "other");
  await other.ok(["load", "-q", "-i", `${box.temp}/images.tar`]);
  // History cannot tell what was copied: that step is done again, and those on it are not the same layers.
  await Deno.utime(`${path}/a`, 5, 5);
  const told = steps(await buildThere(path, "--cache-from", "plain"));
  deepEqual(told.cached, ["RUN echo $A > /one"]);
  await other.ok("builder prune -af");
  const found = steps(await buildThere(path, "--cache-from", "nosuch,inline"));
  deepEqual([found.done, found.cached.length], [["FROM busybox"], 4]);
});
