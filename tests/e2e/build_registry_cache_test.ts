/** box build --cache-to and --cache-from with a registry in between. */
import { deepEqual, equal, match } from "node:assert/strict";
import { build, context, steps } from "./build/context.ts";
import { type Box, boxTest, busyboxTar, withRegistry } from "./harness.ts";

const DOCKERFILE = `
FROM busybox AS tool
RUN echo tool > /tool
FROM busybox
COPY a /a
RUN test -e /bin/sh
COPY --from=tool /tool /tool
`;

/** A box that has the base, and nothing of what the first has built. */
async function otherMachine(box: Box, name: string) {
  const other = box.otherStore(name);
  await other.ok(["import", "--change", 'CMD ["sh"]', await busyboxTar(), "busybox"]);
  const buildThere = async (path: string, ...options: string[]) => {
    const { code, stderr } = await other.run(["build", ...options, path]);
    if (code !== 0) throw new Error(stderr);
    return stderr;
  };
  return { other, buildThere };
}

boxTest(
  "a cache in a registry brings steps to another machine",
  (box) =>
    withRegistry({}, async ({ host }) => {
      await box.busybox();
      const path = context(box, DOCKERFILE, { a: "A" });
      const cache = `type=registry,ref=${host}/team/cache:1`;
      const output = await build(box, path, "--cache-to", `${cache},mode=max`);
      match(output, /exporting cache to registry\n#\d+ pushing 4 steps to .* done/);
      const { other, buildThere } = await otherMachine(box, "other");
      const found = steps(await buildThere(path, "-t", "app", "--cache-from", cache));
      deepEqual([found.done, found.cached.length], [["FROM busybox", "FROM busybox"], 4]);
      equal(await other.ok("run --rm app cat /tool /a"), "tool\nA");

      // Only what the image consists of; the same again, which changes nothing; by its short form.
      await build(box, path, "--cache-to", `${host}/team/cache:min`);
      const third = await otherMachine(box, "third");
      const some = steps(await third.buildThere(path, "--cache-from", `${host}/team/cache:min`));
      deepEqual(some.done.filter((title) => title.startsWith("RUN")), ["RUN echo tool > /tool"]);

      const missing = await buildThere(path, "--no-cache", "--cache-from", `${host}/team/cache:no`);
      match(missing, /importing cache manifest from .*:no\n#\d+ ignored: /);
      const refused = await box.run([
        "build",
        "--cache-to",
        `type=registry,ref=${host}/UPPER`,
        path,
      ]);
      equal(refused.code, 1);
      match(refused.stderr, /must be lowercase/);
    }),
);

boxTest(
  "an image in a registry tells of the steps that it came from",
  (box) =>
    withRegistry({}, async ({ host }) => {
      await box.busybox();
      const path = context(box, "FROM busybox\nCOPY a /a\nRUN echo one > /one\n", { a: "A" });
      const name = `${host}/app:1`;
      await build(box, path, "-t", name, "--cache-to", "type=inline");
      await box.ok(["push", name]);
      const { other, buildThere } = await otherMachine(box, "other");
      const found = steps(await buildThere(path, "-t", "app", "--cache-from", name));
      deepEqual(found.cached, ["COPY a /a", "RUN echo one > /one"]);
      equal(await other.ok("run --rm app cat /one"), "one");
    }),
);
