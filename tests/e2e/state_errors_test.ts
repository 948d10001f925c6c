/** Commands on containers in the wrong state, or with words that make no sense: they answer as docker does. */
import { equal } from "node:assert/strict";
import { answers, fails, idle, inspect, runBeside } from "./containers/running.ts";
import { type Box, boxTest } from "./harness.ts";

const daemon = (message: string) => `Error response from daemon: ${message}`;

/** A store with a container in each state: `web` runs, `slp` is paused, `cr` was never started, `ex` has ended with 3. */
async function populate(box: Box): Promise<Record<string, string>> {
  await box.busybox();
  await runBeside(box, "--name web", idle);
  await runBeside(box, "--name slp", idle);
  await box.ok("pause slp");
  await box.ok("create --name cr busybox true");
  await box.fail(["run", "--name", "ex", "busybox", "sh", "-c", "exit 3"], 3, /^$/);
  const ids: Record<string, string> = {};
  for (const name of ["web", "slp", "cr", "ex"]) ids[name] = await inspect(box, "{{.Id}}", name);
  return ids;
}

boxTest("a container in the wrong state", async (box) => {
  const { web, slp, cr, ex } = await populate(box);
  const notRunning = (id: string) => `Container ${id} is not running`;
  const table: [args: string, message: string][] = [
    ["kill cr", `Cannot kill container: cr: ${notRunning(cr)}`],
    ["kill -s KILL ex", `Cannot kill container: ex: ${notRunning(ex)}`],
    ["kill -s sigterm ex", `Cannot kill container: ex: ${notRunning(ex)}`],
    ["kill -s RTMIN+3 cr", `Cannot kill container: cr: ${notRunning(cr)}`],
    [
      "start slp",
      "cannot start a paused container, try unpause instead\nError: failed to start containers: slp",
    ],
    ["exec slp true", "Container slp is paused, unpause the container before exec"],
    ["pause slp", `Container ${slp} is already paused`],
    ["pause cr", notRunning(cr)],
    ["pause ex", notRunning(ex)],
    ["unpause web", `Container ${web} is not paused`],
    ["unpause cr", `Container ${cr} is not paused`],
    ["top cr", notRunning(cr)],
    ["top ex -o pid", notRunning(ex)],
  ];
  for (const [args, message] of table) await fails(box, args, daemon(message));
  for (const args of ["attach slp", "start -a slp"]) {
    await fails(box, args, "You cannot attach to a paused container, unpause it first");
  }
  await fails(box, "start -a cr ex", "you cannot start and attach multiple containers at once");
  await fails(box, ["rename", "web", ""], "Error: Neither old nor new names may be empty");
  await fails(
    box,
    ["rm", "", "/"],
    "Container name cannot be empty\nContainer name cannot be empty",
  );
  for (const name of ["cr", "ex", "ex cr"]) {
    await answers(box, `stop ${name}`, { stdout: `${name.replace(" ", "\n")}\n` });
  }
  await answers(box, "wait ex cr", { stdout: "3\n0\n" });
  await answers(box, "port ex", {});
});

boxTest("signals, columns, ports and policies that there are not", async (box) => {
  await populate(box);
  const unsupported = (signal: string) =>
    `Cannot kill container: web: The linux daemon does not support signal ${signal}`;
  const syntax = (text: string) => `strconv.ParseUint: parsing "${text}": invalid syntax`;
  const table: [args: string, message: string][] = [
    ["kill -s BOGUS web", daemon("Invalid signal: BOGUS")],
    ["kill -s 0 web", daemon("Invalid signal: 0")],
    ["kill -s 0x9 web", daemon("Invalid signal: 0x9")],
    ["kill -s -1 web", daemon(unsupported("18446744073709551615"))],
    ["kill -s 32 web", daemon(unsupported("32"))],
    ["kill -s 65 web", daemon(unsupported("65"))],
    ["top web -o comm", daemon("Couldn't find PID field in ps output")],
    ["top web -o pid=", daemon("Couldn't find PID field in ps output")],
    ["top web -eo comm=PID", daemon('specifying "comm=PID" is not allowed')],
    ["port web 80", "Error: No public port '80/tcp' published for web"],
    ["port web 53/udp", "Error: No public port '53/udp' published for web"],
    ["port web 70-80", "Error: No public port '70-80/tcp' published for web"],
    ["port web 5-3", "Invalid range specified for the Port: 5-3"],
    ["port web abc", syntax("abc")],
    ["port web 80/", syntax("80/")],
    ["port web 99999", 'strconv.ParseUint: parsing "99999": value out of range'],
    ["attach --detach-keys bogus web", daemon("Invalid detach keys (bogus) provided")],
    ["events --until bogus", 'failed to parse value as time or duration: "bogus"'],
    ["update web", "you must provide one or more flags when using this command"],
    ["update --restart a:b:c web", "invalid restart policy format"],
    ["update --restart on-failure:x web", "maximum retry count must be an integer"],
    ["update --restart bogus web", daemon("invalid restart policy 'bogus'")],
    ["update --restart on-failure:-1 web", daemon("maximum retry count cannot be negative")],
    [
      "update --restart always:3 web",
      daemon("maximum retry count cannot be used with restart policy 'always'"),
    ],
    ["container prune -f --filter bogus=1", daemon("Invalid filter 'bogus'")],
    [
      "container prune -f --filter until=abc",
      daemon('failed to parse value as time or duration: "abc"'),
    ],
    [
      "container prune -f --filter until=1h --filter until=2h",
      daemon("more than one until filter specified"),
    ],
    [
      "stats --no-stream --format {{.Foo}} ex",
      'template parsing error: template: :1:2: executing "" at <.Foo>: ' +
      "can't evaluate field Foo in type *container.statsContext",
    ],
  ];
  for (const [args, message] of table) await fails(box, args, message);
  await answers(box, "stop -t abc web", {
    code: 125,
    stderr:
      'invalid argument "abc" for "-t, --time" flag: strconv.ParseInt: parsing "abc": invalid syntax\n' +
      "See 'box stop --help'.\n",
  });
  equal(await box.ok(["ps", "-q", "-f", "name=web", "-f", "status=running"]) === "", false);
});

boxTest("containers that do not exist, among some that do", async (box) => {
  await populate(box);
  const none = "No such container: nosuch";
  for (const command of ["stop", "pause", "unpause", "wait", "top", "stats --no-stream"]) {
    await fails(box, `${command} nosuch`, daemon(none));
  }
  await fails(box, "kill nosuch", daemon(`Cannot kill container: nosuch: ${none}`));
  await fails(box, "port nosuch", `Error: ${none}`);
  await fails(box, "update --restart no nosuch web", daemon(none), "web\n");
  await fails(box, "stats --no-stream web nosuch", daemon(none));
  await fails(box, "wait nosuch ex", daemon(none), "3\n");
  await fails(box, "unpause nosuch slp", daemon(none), "slp\n");
  await fails(box, "kill web nosuch", daemon(`Cannot kill container: nosuch: ${none}`), "web\n");
});

boxTest("no command that controls containers makes a store", async (box) => {
  const commands = ["kill", "stop", "pause", "unpause", "wait", "top", "port"];
  for (const command of commands) {
    await box.fail(`${command} nosuch`, 1, /No such container: nosuch\n$/);
  }
  await answers(box, "container prune -f", { stdout: "Total reclaimed space: 0B\n" });
  await answers(box, "stats --no-stream", {
    stdout:
      "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS\n",
  });
  await box.fail(["inspect", "nosuch"], 1, /No such object/);
  const names = [...Deno.readDirSync(box.root.replace(/\/store$/, ""))].map(({ name }) => name);
  equal(names.includes("store"), false);
});
