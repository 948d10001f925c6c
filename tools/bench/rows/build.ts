/** Building images: docker with its classic builder, and BuildKit, which is part of its daemon. */

import { manyFiles, mostlyIgnored, sixStages, tenSteps } from "../build_contexts.ts";
import { debian, debianArchive } from "../fixtures.ts";
import { must } from "../../command.ts";
import type { Command, Fixture, Locate, Row, RowGroup } from "../row.ts";

const importDebian: Command = ["import", debian, "debian"];

/** No RUN of them needs a network, and the bench's dockerd has no bridge. */
const options = ["--quiet", "--network=none", "--tag=built"];

const build = (context: Fixture, ...more: string[]): Command => [
  ...["build", ...options, ...more],
  context,
];

/** Away with the image and with all that was kept to make it again. */
const forget: readonly Command[] = [["rmi", "built"], ["system", "prune", "--force"]];

/** A row that begins with nothing but the base. */
function cold(name: string, context: Fixture, runs = 5): Row {
  return {
    name,
    unit: "ms",
    runs,
    before: [importDebian],
    measured: build(context, "--no-cache"),
    undo: forget,
    after: [["rmi", "debian"]],
    floors: { buildah: buildah(context, "--no-cache") },
  };
}

/** A row that begins with all that the same build has led to. */
function cached(name: string, context: Fixture, runs: number): Row {
  return {
    name,
    unit: "ms",
    runs,
    before: [importDebian, build(context)],
    measured: build(context),
    after: [...forget, ["rmi", "debian"]],
    floors: { buildah: buildah(context, "--layers") },
  };
}

/** One of 2,000 files gets another content. */
async function changeOneFile(locate: Locate): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(5000));
  await Deno.writeFile(`${await locate(tenSteps)}/source/7/file777`, bytes);
}

/** A store of buildah's own with the base in it. */
const buildahStore: Fixture = {
  async make(directory) {
    const [, ...store] = buildahIn(directory);
    await must("buildah", [
      ...[...store, "pull", "--quiet"],
      `docker-archive:${await debianArchive.make(directory)}`,
    ]);
    return directory;
  },
};

function buildahIn(directory: string): string[] {
  return [
    ...["buildah", "--storage-driver=overlay", `--root=${directory}/root`],
    `--runroot=${directory}/run`,
  ];
}

/** buildah is no engine: it has no other of Docker's commands. */
function buildah(context: Fixture, ...more: string[]): Command {
  const script = `store=$1; shift; exec ${buildahIn("$store").join(" ")} build "$@"`;
  const environment = ["--runtime=crun", "--pull-never", ...options, ...more];
  return ["sh", "-c", script, "sh", buildahStore, ...environment, context];
}

/** A group for each context: none is so long that its dockerd has to be given up. */
const groups: readonly RowGroup[] = [
  {
    rows: [
      cold("build 10 steps, cold", tenSteps),
      cached("build 10 steps, all cached", tenSteps, 9),
      {
        ...cached("build 10 steps, one file changed", tenSteps, 5),
        arrange: changeOneFile,
      },
    ],
  },
  { rows: [cold("build 6 stages side by side, cold", sixStages)] },
  {
    rows: [
      cold("build COPY of 50,000 files, cold", manyFiles, 3),
      cached("build COPY of 50,000 files, cached", manyFiles, 3),
    ],
  },
  { rows: [cold("build context of 1 GB, ignored", mostlyIgnored)] },
];

export const builds: readonly RowGroup[] = groups.map((group) => ({ ...group, buildKit: true }));
