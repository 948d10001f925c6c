import assert from "node:assert/strict";
import { FlagError } from "../../../../commands/cli/errors.ts";
import {
  bool,
  collected,
  filter,
  int,
  list,
  string,
  unsupported,
} from "../../../../commands/cli/options.ts";
import { parseCommandLine } from "../../../../commands/cli/parse.ts";

const table = {
  all: bool("a", "Everything"),
  "sig-proxy": bool(null, "On unless turned off", true),
  interactive: bool("i", "A switch"),
  quiet: bool("q", "Another switch"),
  env: list("e", "A list", {
    validate(text) {
      if (text.startsWith("=")) throw new Error(`invalid environment variable: ${text}`);
    },
  }),
  filter: filter("f", "Conditions"),
  last: int("n", "A number", { default: -1 }),
  timeout: int(null, "A number without a default"),
  name: string(null, "A text"),
  network: string(null, "A text with two names", { default: "none", aliases: ["net"] }),
  upper: collected("upper", null, "Capitals", (text) => text.toUpperCase()),
  detach: unsupported("bool", "d", "Docker only"),
  memory: unsupported("bytes", "m", "Docker only"),
  restart: unsupported("string", null, "Docker only", { default: "no" }),
  trust: unsupported("bool", null, "Docker only", { default: "true" }),
  host: unsupported("list", "H", "Docker only", { reason: "there is no daemon" }),
};

const defaults = {
  help: false,
  all: false,
  "sig-proxy": true,
  interactive: false,
  quiet: false,
  env: [],
  filter: [],
  last: -1,
  timeout: undefined,
  name: undefined,
  network: "none",
  upper: [],
};

Deno.test("options are read in every form that pflag knows", () => {
  const cases: [argv: string[], options: Partial<typeof defaults> | object, args?: string[]][] = [
    [[], {}],
    [["--name", "x"], { name: "x" }],
    [["--name=x"], { name: "x" }],
    [["--name="], { name: "" }],
    [["--name=a=b"], { name: "a=b" }],
    [["--name", "--all"], { name: "--all" }],
    [["-n", "3"], { last: 3 }],
    [["-n3"], { last: 3 }],
    [["-n=3"], { last: 3 }],
    [["-n", "-3"], { last: -3 }],
    [["--last=0x10"], { last: 16 }],
    [["-iq"], { interactive: true, quiet: true }],
    [["-iqe", "A=b"], { interactive: true, quiet: true, env: ["A=b"] }],
    [["-iqeA=b"], { interactive: true, quiet: true, env: ["A=b"] }],
    [["-iqe=A=b"], { interactive: true, quiet: true, env: ["A=b"] }],
    [["-iq=false"], { interactive: true, quiet: false }],
    [["--all=false"], { all: false }],
    [["--all", "false"], { all: true }, ["false"]],
    [["--sig-proxy=0"], { "sig-proxy": false }],
    [["--name", "x", "--name", "y"], { name: "y" }],
    [["--all", "--all=f"], { all: false }],
    [["-e", "A=1", "--env", "B", "-eC=3"], { env: ["A=1", "B", "C=3"] }],
    [["--upper", "x", "--upper=y"], { upper: ["X", "Y"] }],
    [["-f", " Status = exited "], { filter: [{ name: "status", value: "exited" }] }],
    [["-f", "label=a=b"], { filter: [{ name: "label", value: "a=b" }] }],
    [["--net", "host"], { network: "host" }],
    [["--net=host"], { network: "host" }],
    [["-"], {}, ["-"]],
    [["", "x"], {}, ["", "x"]],
    [["a", "-a", "b"], { all: true }, ["a", "b"]],
    [["a", "--", "-a", "--", "b"], {}, ["a", "-a", "--", "b"]],
    [["--name", "--", "x"], { name: "--" }, ["x"]],
    [["-e", ""], { env: [""] }],
  ];
  for (const [argv, options, args = []] of cases) {
    const parsed = parseCommandLine(table, argv);
    assert.deepEqual(parsed.options, { ...defaults, ...options }, argv.join(" "));
    assert.deepEqual(parsed.args, args, argv.join(" "));
    assert.equal(parsed.help, false);
  }
});

Deno.test("the first argument ends the options where a program's own follow", () => {
  const cases: [argv: string[], all: boolean, args: string[]][] = [
    [["-a", "image", "-i", "--", "x"], true, ["image", "-i", "--", "x"]],
    [["image", "-a"], false, ["image", "-a"]],
    [["--", "image", "-a"], false, ["image", "-a"]],
    [["-", "-a"], false, ["-", "-a"]],
  ];
  for (const [argv, all, args] of cases) {
    const parsed = parseCommandLine(table, argv, false);
    assert.equal(parsed.options.all, all);
    assert.deepEqual(parsed.args, args);
  }
});

Deno.test("what cannot be read is refused in pflag's words", () => {
  const cases: [argv: string[], message: string][] = [
    [["--bogus"], "unknown flag: --bogus"],
    [["--bogus=x"], "unknown flag: --bogus"],
    [["--al"], "unknown flag: --al"],
    [["--constructor"], "unknown flag: --constructor"],
    [["-z"], "unknown shorthand flag: 'z' in -z"],
    [["-iz"], "unknown shorthand flag: 'z' in -z"],
    [["-izq"], "unknown shorthand flag: 'z' in -zq"],
    [["-="], "unknown shorthand flag: '=' in -="],
    [["-a-"], "unknown shorthand flag: '-' in --"],
    [["-a="], "unknown shorthand flag: '=' in -="],
    [["-ä"], "unknown shorthand flag: 'ä' in -ä"],
    [["-e"], "flag needs an argument: 'e' in -e"],
    [["-ie"], "flag needs an argument: 'e' in -e"],
    [["--env"], "flag needs an argument: --env"],
    [["---"], "bad flag syntax: ---"],
    [["---x"], "bad flag syntax: ---x"],
    [["--=x"], "bad flag syntax: --=x"],
    [
      ["-n", "x"],
      'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      ["--timeout=1x"],
      'invalid argument "1x" for "--timeout" flag: strconv.ParseInt: parsing "1x": invalid syntax',
    ],
    [
      ["-n", "99999999999999999999"],
      'invalid argument "99999999999999999999" for "-n, --last" flag: ' +
      'strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
    [
      ["-aq=foo"],
      'invalid argument "foo" for "-q, --quiet" flag: ' +
      'strconv.ParseBool: parsing "foo": invalid syntax',
    ],
    [
      ["-afoo"],
      'invalid argument "oo" for "-f, --filter" flag: ' +
      "bad format of filter (expected name=value)",
    ],
    [
      ["-e", "=x"],
      'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x',
    ],
    [
      ['--all="\n'],
      'invalid argument "\\"\\n" for "-a, --all" flag: ' +
      'strconv.ParseBool: parsing "\\"\\n": invalid syntax',
    ],
    [["--help", "--bogus"], "unknown flag: --bogus"],
    [
      ["--help=foo"],
      'invalid argument "foo" for "--help" flag: ' +
      'strconv.ParseBool: parsing "foo": invalid syntax',
    ],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => parseCommandLine(table, argv), { name: "FlagError", message });
  }
});

Deno.test("help can be asked for anywhere among the options", () => {
  const cases: [argv: string[], help: boolean, shortHelp: boolean][] = [
    [["--help"], true, false],
    [["x", "--help"], true, false],
    [["--help=false"], false, false],
    [["-h"], true, true],
    [["-ah"], true, true],
    [["--", "--help"], false, false],
    [["--name", "--help"], false, false],
  ];
  for (const [argv, help, shortHelp] of cases) {
    const parsed = parseCommandLine(table, argv);
    assert.deepEqual([parsed.help, parsed.shortHelp], [help, shortHelp], argv.join(" "));
  }
});

Deno.test("-h is not help where a command has another use for it", () => {
  const withHostname = { hostname: string("h", "Container host name") };
  const parsed = parseCommandLine(withHostname, ["-h", "web"]);
  assert.equal(parsed.options.hostname, "web");
  assert.equal(parsed.help, false);
  assert.throws(() => parseCommandLine(withHostname, ["-h"]), FlagError);
});

Deno.test("what box does not support is refused, unless it is what happens anyway", () => {
  const cases: [argv: string[], refusal: string | undefined][] = [
    [["-d"], "--detach (-d) is not supported yet"],
    [["-id"], "--detach (-d) is not supported yet"],
    [["--detach=true"], "--detach (-d) is not supported yet"],
    [["--detach=false"], undefined],
    [["-d=0"], undefined],
    [["-m", "1g"], "--memory (-m) is not supported yet"],
    [["-m1g"], "--memory (-m) is not supported yet"],
    [["--restart", "always"], "--restart is not supported yet"],
    [["--restart", "no"], undefined],
    [["--trust"], undefined],
    [["--trust=false"], "--trust is not supported yet"],
    [["-H", "x"], "--host (-H) is not supported: there is no daemon"],
    [["-m", "1g", "-d"], "--memory (-m) is not supported yet"],
  ];
  for (const [argv, refusal] of cases) {
    const parsed = parseCommandLine(table, argv);
    assert.equal(parsed.refusal?.message, refusal, argv.join(" "));
    assert.ok(!("detach" in parsed.options));
  }
  assert.throws(() => parseCommandLine(table, ["-m"]), {
    message: "flag needs an argument: 'm' in -m",
  });
  assert.throws(() => parseCommandLine(table, ["--detach=x"]), {
    message: 'invalid argument "x" for "-d, --detach" flag: ' +
      'strconv.ParseBool: parsing "x": invalid syntax',
  });
});

Deno.test("the values have the types of the table", () => {
  const { options } = parseCommandLine(table, []);
  // These lines are checked by the compiler.
  const flag: boolean = options.all;
  const environment: readonly string[] = options.env;
  const last: number = options.last;
  const timeout: number | undefined = options.timeout;
  const name: string | undefined = options.name;
  const network: string = options.network;
  // @ts-expect-error: without a default it can be undefined
  const certain: string = options.name;
  // @ts-expect-error: nobody can read an option that is not supported
  const detach = options.detach;
  assert.deepEqual(
    [flag, environment, last, timeout, name, network, certain, detach],
    [false, [], -1, undefined, undefined, "none", undefined, undefined],
  );
});
