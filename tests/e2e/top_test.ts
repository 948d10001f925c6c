/** Watching containers: top and stats. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answers, idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest, eventually, needs } from "./harness.ts";

const wholeTable = "UID PID PPID C STIME TTY TIME CMD";

/** A table with columns of words, but for the last. */
function rowsOf(table: string): string[][] {
  const [titles, ...lines] = table.split("\n").map((line) => line.split(/ {3,}/));
  for (const line of lines) equal(line.length, titles.length, table);
  return [titles, ...lines];
}

/** A container with two processes: the second sleeps. */
async function runTwo(box: Box): Promise<string> {
  await runBeside(box, "--name two", "sleep 1000 & echo ready; wait");
  return await inspect(box, "{{.State.Pid}}", "two");
}

const withPs = { needs: [needs.program("ps")] };

boxTest("top shows what the host's ps knows of the container's processes", withPs, async (box) => {
  await box.busybox();
  const pid = await runTwo(box);
  await runBeside(box, "--name other", idle);
  const [titles, first, second, ...rest] = rowsOf(await box.ok("top two"));
  deepEqual([titles.join(" "), rest], [wholeTable, []]);
  deepEqual([first[0], first[1], first[7]], ["root", pid, "sh -c sleep 1000 & echo ready; wait"]);
  deepEqual([second[2], second[7]], [pid, "sleep 1000"]);
  match(
    await box.ok("top two -o pid,comm"),
    new RegExp(`^PID {17}COMMAND\n${pid} +sh\n\\d+ +sleep$`),
  );
  match(
    await box.ok("container top two aux"),
    /^USER +PID +%CPU .*COMMAND\nroot .*\n.*sleep 1000$/,
  );
  match(await box.ok("top two m -C sleep"), /^PID +TTY .*\n\d+ +.*sleep 1000\n- +\?? ?.*$/);
  match(await box.fail("top two --bogus", 1, /^Error response from daemon: ps: /), /\n$/);
  equal(
    await box.ok("top two", { env: { COLUMNS: "40", PS_FORMAT: "comm" } }),
    await box.ok("top two"),
  );
});

boxTest("without ps top finds out the same", withPs, async (box) => {
  await box.busybox();
  await runTwo(box);
  await box.ok("pause two"); // so that the times stay
  const nowhere = { env: { PATH: box.temp } };
  const rows = rowsOf(await box.ok("top two", nowhere));
  for (const row of rows.slice(1)) match(row[4], /^\d\d:\d\d$/);
  // Whose share of the processor falls meanwhile, and whose start is rounded in another way.
  const steady = (row: string[]) => row.filter((_, column) => column !== 3 && column !== 4);
  deepEqual(rows.map(steady), rowsOf(await box.ok("top two")).map(steady));
  await answers(box, "top two aux", {
    ...nowhere,
    code: 1,
    stderr: 'Error response from daemon: ps: exec: "ps": executable file not found in $PATH\n',
  });
});

const MEBI = 2 ** 20;

boxTest("stats measures what a container uses", async (box) => {
  await box.busybox();
  await runBeside(box, "--name busy --network none", "echo ready; while :; do :; done");
  // dd waits, with all that it has read, until the second sleep reads.
  const big = "dd if=/dev/zero bs=24M count=1 2>/dev/null | sleep 1000 & echo ready; wait";
  await runBeside(box, "--name big", big);
  await box.ok("create --name idle busybox true");
  const measure = async (format: string, name: string) =>
    await box.ok(["stats", "--no-stream", "--format", format, name]);

  const id = await inspect(box, "{{.Id}}", "busy");
  match(
    await box.ok("stats --no-stream busy"),
    new RegExp(
      "^CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   +MEM %     NET I/O   BLOCK I/O +PIDS\n" +
        `${id.slice(0, 12)}   busy      [1-9]\\d*\\.\\d\\d% +[\\d.]+[KM]iB / [\\d.]+[GM]iB +` +
        "\\d\\.\\d\\d% +0B / 0B +\\S+B / \\S+B +1$",
    ),
  );
  await eventually("dd has read", async () => {
    const [, size, unit] = /^([\d.]+)([KM]iB) /.exec(await measure("{{.MemUsage}}", "big"))!;
    return Number(size) * (unit === "MiB" ? MEBI : 1024) > 23 * MEBI;
  }, 60_000);
  equal(await measure("{{.PIDs}}", "big"), "3");
  const nothing = {
    BlockIO: "0B / 0B",
    CPUPerc: "0.00%",
    Container: "idle",
    ID: (await inspect(box, "{{.Id}}", "idle")).slice(0, 12),
    MemPerc: "0.00%",
    MemUsage: "0B / 0B",
    Name: "idle",
    NetIO: "0B / 0B",
    PIDs: "0",
  };
  equal(await measure("{{json .}}", "idle"), JSON.stringify(nothing));
  const names = async (...options: string[]) =>
    await box.ok(["stats", "--no-stream", "--format", "{{.Name}}", ...options]);
  deepEqual([await names(), await names("-a")], ["big\nbusy", "idle\nbig\nbusy"]);
  ok((await box.ok("stats --no-stream --no-trunc idle")).includes(` `.repeat(3) + "idle"));
});

boxTest("stats goes on until the last container it is asked for is gone", async (box) => {
  await box.busybox();
  await runBeside(box, "--rm --name brief", idle);
  const stats = box.spawn("stats --format {{.Name}}:{{.PIDs}} brief");
  for (let i = 0; i < 2; i++) await stats.waitFor("\x1b[2J\x1b[Hbrief:");
  await box.ok("kill brief");
  const { code, stderr } = await stats.wait();
  deepEqual([code, stderr], [0, ""]);
});
