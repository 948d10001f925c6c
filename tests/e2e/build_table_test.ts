/**
 * The table of Dockerfiles in tests/build_table: each gives the configuration, the history and the files that are written
 * down there, or the error. That docker and buildah do the same is seen by `deno task test:dockerfiles`.
 */
import { deepEqual, equal } from "node:assert/strict";
import { BoxBuilder } from "../build_table/box_builder.ts";
import { groups } from "../build_table/cases/all.ts";
import { readExpected } from "../build_table/expected.ts";
import { FileServer } from "../build_table/file_server.ts";
import { buildCase, makeContexts } from "../build_table/run_group.ts";
import { boxTest, busyboxTar, needs } from "./harness.ts";

const compressors = ["bzip2", "xz", "zstd"].map(needs.program);

for (const group of groups) {
  const hasArchives = group.cases.some(({ archives }) => archives !== undefined);
  boxTest(`Dockerfiles: ${group.name}`, {
    needs: [needs.source, ...hasArchives ? compressors : []],
  }, async (box) => {
    await using server = new FileServer();
    const builder = await BoxBuilder.on(box.root, await busyboxTar());
    const expected = readExpected(group);
    for (const [each, context] of await makeContexts(box.temp, group, server.url)) {
      const outcome = await buildCase(builder, each, context, server.url);
      deepEqual({ [each.what]: outcome }, { [each.what]: expected[each.what] });
    }
    equal(Object.keys(expected).length, group.cases.length, "each case is written down once");
  });
}
