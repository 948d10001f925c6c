/**
 * `deno task test:dockerfiles [GROUP...]`: builds the Dockerfiles of tests/build_table with box, with docker's own builder,
 * with the BuildKit in docker and with buildah, and prints where box's images are not like theirs. Differences for which the
 * table has a reason are counted; reasons that nothing bears out any more are errors like the differences without one.
 *
 *     --only=REGEXP  those whose descriptions match
 *     --record      write box's results down, which the tests then expect
 *     --box         box alone
 *     --json=FILE   write all results into a file
 */
import { parseArgs } from "node:util";
import { BoxBuilder } from "../tests/build_table/box_builder.ts";
import { groups } from "../tests/build_table/cases/all.ts";
import { writeExpected } from "../tests/build_table/expected.ts";
import { FileServer } from "../tests/build_table/file_server.ts";
import { buildCase, makeContexts } from "../tests/build_table/run_group.ts";
import type { CaseGroup, DockerfileCase, Outcome, Peer } from "../tests/build_table/types.ts";
import { busyboxTar } from "../tests/e2e/harness/fixtures.ts";
import { type Peers, withPeers } from "./dockerfiles/peers.ts";
import { Report } from "./dockerfiles/report.ts";
import { installPackages } from "./packages.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: "boolean" },
    box: { type: "boolean" },
    json: { type: "string" },
    only: { type: "string" },
  },
});

const only = new RegExp(values.only ?? "");
const chosen = groups.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results: Record<string, Record<string, Partial<Record<Peer | "box", Outcome>>>> = {};
const report = new Report();

if (Deno.uid() !== 0) {
  console.error("deno task test:dockerfiles must run as root: it makes containers");
  Deno.exit(1);
}
await installPackages([{
  purpose: "other builders",
  packages: ["busybox-static", "docker.io", "podman", "runc"],
}]);
// What was begun is taken away in good order.
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => isStopped = true);
}
const server = new FileServer();
const directory = await Deno.makeTempDir({ prefix: "box-dockerfiles-" });
try {
  const archive = await busyboxTar();
  const box = await BoxBuilder.on(`${directory}/store`, archive);
  if (values.box) await holdAgainst(box, {});
  else await withPeers(directory, archive, (peers) => holdAgainst(box, peers));
} finally {
  await Deno.remove(directory, { recursive: true });
  await server[Symbol.asyncDispose]();
}
if (values.json) Deno.writeTextFileSync(values.json, JSON.stringify(results, null, 1));
console.log(report.summary());
Deno.exit(isStopped ? 130 : report.hasSurprises ? 1 : 0);

async function holdAgainst(box: BoxBuilder, peers: Peers): Promise<void> {
  for (const group of chosen) await holdGroup(box, peers, group);
}

async function holdGroup(box: BoxBuilder, peers: Peers, group: CaseGroup): Promise<void> {
  const expected: Record<string, Outcome> = {};
  const ofGroup = results[group.name] = {} as typeof results[string];
  for (const [each, context] of await makeContexts(directory, group, server.url)) {
    if (isStopped) return;
    if (!only.test(each.what)) continue;
    const outcome = expected[each.what] = await buildCase(box, each, context, server.url);
    ofGroup[each.what] = { box: outcome, ...await buildWith(peers, each, context) };
    const text = report.add(group, each, ofGroup[each.what]);
    if (text !== "") console.log(text);
  }
  if (values.record && !isStopped && !values.only) writeExpected(group, expected);
}

/** docker's two builders share the names of images; buildah has its own. */
async function buildWith(
  peers: Peers,
  each: DockerfileCase,
  context: string,
): Promise<Partial<Record<Peer, Outcome>>> {
  const outcomes: Partial<Record<Peer, Outcome>> = {};
  const buildInTurn = async (...names: Peer[]) => {
    for (const name of names) {
      const peer = each.without?.[name] ? undefined : peers[name];
      if (peer) outcomes[name] = await buildCase(peer, each, context, server.url);
    }
  };
  await Promise.all([buildInTurn("classic", "buildkit"), buildInTurn("buildah")]);
  return outcomes;
}
