/** Looking after containers: container prune, update, and rename of one that runs. */
import { equal, match } from "node:assert/strict";
import { answers, fails, idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest } from "./harness.ts";

const names = (box: Box) => box.ok(["ps", "-a", "--format", "{{.Names}}"]);
const question =
  "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ";

boxTest("container prune removes what does not run, and says how much that was", async (box) => {
  await box.busybox();
  await runBeside(box, "--name runs", idle);
  await runBeside(box, "--name paused", idle);
  await box.ok("pause paused");
  const created = await box.ok("create --name created busybox true");
  const write = "dd if=/dev/zero of=/file bs=1000 count=1234 2>/dev/null";
  await box.ok(["run", "--name", "ended", "busybox", "sh", "-c", write]);
  const ended = await inspect(box, "{{.Id}}", "ended");
  await answers(box, "container prune -f", {
    stdout: `Deleted Containers:\n${ended}\n${created}\n\nTotal reclaimed space: 1.234MB\n`,
  });
  equal(await names(box), "paused\nruns");
  await answers(box, "container prune -f", { stdout: "Total reclaimed space: 0B\n" });
});

boxTest("container prune asks first", async (box) => {
  await box.busybox();
  const id = await box.ok("create busybox true");
  for (const stdin of ["n\n", "\n", "", "yes\n", " y\n", "n\ny\n"]) {
    await answers(box, "container prune", {
      stdin,
      stdout: `${question}Total reclaimed space: 0B\n`,
    });
  }
  await answers(box, "container prune", {
    stdin: "Y\n",
    stdout: `${question}Deleted Containers:\n${id}\n\nTotal reclaimed space: 0B\n`,
  });
});

boxTest("container prune removes only what its filters mean", async (box) => {
  await box.busybox();
  for (const [name, ...labels] of [["one", "a=b"], ["two", "a=c", "d"], ["three"]]) {
    await box.ok([
      ..."create --name".split(" "),
      name,
      ...labels.flatMap((label) => ["-l", label]),
      "busybox",
      "true",
    ]);
  }
  const prune = async (...filters: string[]) => {
    await box.ok(["container", "prune", "-f", ...filters.flatMap((each) => ["--filter", each])]);
    return (await names(box)).split("\n").join(" ");
  };
  equal(await prune("label=nothing"), "three two one");
  equal(await prune("until=24h"), "three two one");
  equal(await prune("until=2020-01-01"), "three two one");
  equal(await prune("label=a", "label=d", "label!=a=c"), "three two one");
  equal(await prune("label!=a=b", "label=d"), "three one");
  equal(await prune("until=0s", "label=a"), "three");
  equal(await prune(`until=${Math.ceil(Date.now() / 1000) + 1}`), "");
});

boxTest("container prune removes the others, too, if one cannot be read", async (box) => {
  await box.busybox();
  const [cut, whole, unknown] = [
    await box.ok("create busybox true"),
    await box.ok("create busybox true"),
    await box.ok("create busybox true"),
  ];
  const file = `${box.root}/containers/${cut}/config.v2.json`;
  await Deno.truncate(file, 100);
  // Without it nobody knows how large the container is.
  await Deno.remove(`${box.root}/image/overlay2/layerdb/mounts/${unknown}/parent`);
  const { code, stdout, stderr } = await box.run("container prune -f");
  equal(code, 0);
  equal(stdout, `Deleted Containers:\n${unknown}\n${whole}\n\nTotal reclaimed space: 0B\n`);
  match(stderr, new RegExp(`^WARNING: ${file} is not valid JSON: .*\n$`));
});

boxTest("update changes the restart policy, also of a container that runs", async (box) => {
  await box.busybox();
  await runBeside(box, "--name runs", idle);
  await box.ok("create --name made busybox true");
  const policy = (name: string) => inspect(box, "{{json .HostConfig.RestartPolicy}}", name);
  await answers(box, "update --restart on-failure:3 runs made", { stdout: "runs\nmade\n" });
  equal(await policy("runs"), '{"Name":"on-failure","MaximumRetryCount":3}');
  equal(await policy("made"), '{"Name":"on-failure","MaximumRetryCount":3}');
  await answers(box, ["update", "--restart", "", "runs"], { stdout: "runs\n" });
  equal(await policy("runs"), '{"Name":"on-failure","MaximumRetryCount":3}');
  await answers(box, "update --restart no runs", { stdout: "runs\n" });
  equal(await policy("runs"), '{"Name":"no","MaximumRetryCount":0}');
  await answers(box, "update --pids-limit 0 --memory 0 made", { stdout: "made\n" });
  await box.fail(
    "update made",
    1,
    /^you must provide one or more flags when using this command\n$/,
  );
  await box.fail("update -m 1m runs", 1, /: Minimum memory limit allowed is 6MB\n$/);
  const id = await box.ok("create --rm --name brief busybox true");
  await fails(
    box,
    "update --restart always brief",
    `Error response from daemon: Cannot update container ${id}: Restart policy cannot be updated because AutoRemove is enabled for the container`,
  );
});

boxTest("a container that runs can be renamed, and ends under its new name", async (box) => {
  await box.busybox();
  const process = await runBeside(box, "--name old", `trap 'exit 5' TERM; ${idle}`);
  const removed = await runBeside(box, "--rm --name brief", idle);
  await box.ok("rename old new");
  await box.ok("rename brief short");
  match(await box.ok("top new"), /^UID/);
  equal(await box.ok("stop new"), "new");
  equal((await process.wait()).code, 5);
  match(
    await box.ok(["ps", "-a", "--format", "{{.Names}} {{.Status}}"]),
    /^short Up.*\nnew Exited \(5\)/,
  );
  await box.ok("kill short");
  await removed.wait();
  equal(await names(box), "new");
  for (const name of ["old", "brief", "short"]) await box.ok(`create --name ${name} busybox true`);
});
