/** system df and the prune commands: what they show, what they remove, and sums true to the byte. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Box, boxTest } from "./harness.ts";

const lines = (text: string) => text.split("\n");

/** Two images of one layer each above busybox, one of them without a name; a container, and two volumes. */
async function furnish(box: Box): Promise<void> {
  await box.busybox();
  const build = (bytes: string) =>
    box.ok(["build", "-q", "-t", "built", "-"], {
      stdin: `FROM busybox\nRUN printf ${bytes} > /layer\n`,
    });
  await build("12345");
  await build("1234567");
  await box.ok(["run", "--name", "ended", "busybox", "sh", "-c", "printf 123 > /written"]);
  await box.ok(["run", "--rm", "-v", "idle:/v", "busybox", "sh", "-c", "printf 12 > /v/f"]);
  const used = "head -c 1000 /dev/zero > /v/f; sleep 1000";
  await box.ok(["run", "-d", "--name", "live", "-v", "used:/v", "busybox", "sh", "-c", used]);
}

boxTest("system df shows what takes how much", async (box) => {
  await furnish(box);
  const size = Number(await box.ok("inspect -f {{.Size}} busybox"));
  const rows = lines(await box.ok(["system", "df", "--format", "{{json .}}"]))
    .map((line) => JSON.parse(line));
  const human = (bytes: number) => `${Number((bytes / 1e6).toPrecision(4))}MB`;
  deepEqual(rows, [
    {
      Active: "1",
      Reclaimable: `${human(size + 12)} (100%)`,
      Size: human(size + 12),
      TotalCount: "3",
      Type: "Images",
    },
    { Active: "1", Reclaimable: "3B (100%)", Size: "3B", TotalCount: "2", Type: "Containers" },
    {
      Active: "1",
      Reclaimable: "2B (0%)",
      Size: "1.002kB",
      TotalCount: "2",
      Type: "Local Volumes",
    },
    { Active: "0", Reclaimable: "0B", Size: "0B", TotalCount: "2", Type: "Build Cache" },
  ]);
  match(await box.ok("system df"), /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +3 +1 /);
  const details = await box.ok("system df -v");
  match(details, /\nbuilt +latest +[a-f0-9]{12} .* 7B +0\n<none> +<none> .* 5B +0\n/);
  match(details, /\n[a-f0-9]{12} +busybox .* 0 +3B .*Exited \(0\).* ended\n/);
  match(details, /\nidle +0 +2B\nused +1 +1kB\n/);
  equal(
    await box.ok(["system", "df", "-v", "--format", "{{range .Volumes}}{{.Name}} {{end}}"]),
    "idle used ",
  );
});

boxTest("what is pruned is what nobody uses, and no byte is counted twice", async (box) => {
  await furnish(box);
  const ask = (command: string, answer: string) => box.ok(command, { stdin: `${answer}\n` });
  equal(
    await ask("system prune -a --volumes", "n"),
    "WARNING! This will remove:\n" +
      "  - all stopped containers\n" +
      "  - all networks not used by at least one container\n" +
      "  - all volumes not used by at least one container\n" +
      "  - all images without at least one container associated to them\n" +
      "  - all build cache\n\n" +
      "Are you sure you want to continue? [y/N] ",
  );
  await box.fail(
    "system prune --volumes --filter until=1h",
    1,
    /^ERROR: The "until" filter is not supported with "--volumes"\n$/,
  );
  const nameless = await box.ok("images -q --no-trunc -f dangling=true");
  equal(await box.ok("image prune -f --filter until=1h"), "Total reclaimed space: 0B");
  match(
    await ask("image prune", "y"),
    new RegExp(`\\[y/N\\] Deleted Images:\ndeleted: ${nameless}\n\nTotal reclaimed space: 0B$`),
  );
  // Its layer was kept for builds.
  match(await box.ok("system prune -f"), /^Deleted Containers:\n[a-f0-9]{64}\n\n/);
  equal(await box.ok("system df --format {{.Size}}").then((text) => lines(text)[1]), "0B");
  await box.ok("rm -f live");
  const size = Number(await box.ok("inspect -f {{.Size}} busybox"));
  const all = lines(await box.ok("system prune -af --volumes"));
  deepEqual(all.slice(0, 5), ["Deleted Volumes:", "idle", "used", "", "Deleted Images:"]);
  const total = ((size + 7 + 1002) / 1e6).toPrecision(4);
  equal(all.at(-1), `Total reclaimed space: ${Number(total)}MB`);
  equal(await box.ok("images -aq"), "");
  deepEqual(await box.ok("system df --format {{.TotalCount}}"), "0\n0\n0\n0");
});

boxTest("an image that a container was made of keeps its names", async (box) => {
  await box.busybox();
  await box.ok("tag busybox other:1");
  await box.ok("create --name cc busybox");
  equal(await box.ok("image prune -af"), "Total reclaimed space: 0B");
  await box.ok("rm cc");
  match(
    await box.ok("image prune -af --filter label!=keep"),
    /^Deleted Images:\nuntagged: busybox:latest\nuntagged: other:1\ndeleted: sha256:.*\ndeleted: sha256:/,
  );
  await box.fail("image prune -f --filter foo=bar", 1, /Invalid filter 'foo'/);
});
