import assert from "node:assert/strict";
import { atLeast } from "../../../../commands/cli/arguments.ts";
import { type Command, defineCommand } from "../../../../commands/cli/command.ts";
import {
  CliError,
  describeError,
  FlagError,
  reportError,
  UsageError,
} from "../../../../commands/cli/errors.ts";
import { OutputClosedError } from "../../../../commands/cli/output.ts";
import { ConflictError, InvalidError, NotFoundError } from "../../../../storage/errors.ts";

const define = (failure?: Command["failure"]) =>
  defineCommand({ usage: "CONTAINER", summary: "Do", args: atLeast(1), failure, run() {} });
const origins = {
  response: { path: "box rm", command: define(), debug: false },
  refusal: { path: "box run", command: define("refusal"), debug: false },
  unknown: { path: "box", debug: false },
};

Deno.test("every error is told in Docker's words, with Docker's exit code", () => {
  const cases: [unknown, keyof typeof origins, text: string, exitCode: number][] = [
    [
      new ConflictError("the name is in use"),
      "response",
      "Error response from daemon: the name is in use",
      1,
    ],
    [
      new NotFoundError("No such image: nosuch:latest"),
      "response",
      "Error response from daemon: No such image: nosuch:latest",
      1,
    ],
    [
      new InvalidError("Invalid container name (a/b), only [a-z] are allowed"),
      "refusal",
      "box: Error response from daemon: Invalid container name (a/b), only [a-z] are allowed.\n" +
      "See 'box run --help'.",
      125,
    ],
    [
      new InvalidError("ends with a stop."),
      "refusal",
      "box: Error response from daemon: ends with a stop.\nSee 'box run --help'.",
      125,
    ],
    [new CliError("Error: No such image: x"), "response", "Error: No such image: x", 1],
    [new CliError("as it is", 127), "refusal", "as it is", 127],
    [
      new FlagError("unknown flag: --bogus"),
      "response",
      "unknown flag: --bogus\nSee 'box rm --help'.",
      125,
    ],
    [
      new FlagError("unknown flag: --bogus"),
      "unknown",
      "unknown flag: --bogus\nSee 'box --help'.",
      125,
    ],
    [
      new UsageError("--detach (-d) is not supported yet"),
      "refusal",
      "box: --detach (-d) is not supported yet.\nSee 'box run --help'.",
      125,
    ],
    [
      new SuppressedError(new TypeError("when clearing up"), new NotFoundError("first")),
      "response",
      "Error response from daemon: first",
      1,
    ],
    [new Error("disk on fire"), "response", "box: disk on fire", 1],
    [new Error("disk on fire"), "refusal", "box: disk on fire", 125],
    [new TypeError("a bug"), "unknown", "box: a bug", 1],
    ["not even an error", "unknown", "box: not even an error", 1],
  ];
  for (const [error, origin, text, exitCode] of cases) {
    assert.deepEqual(describeError(error, origins[origin]), { text, exitCode });
  }
});

Deno.test("a reader that went away is no error to tell", () => {
  assert.equal(reportError(new OutputClosedError("Broken pipe"), origins.response), 141);
});
