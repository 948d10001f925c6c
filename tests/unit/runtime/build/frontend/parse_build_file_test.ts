import assert from "node:assert/strict";
import { DockerfileError } from "../../../../../runtime/build/dockerfile_error.ts";
import {
  parseBuildFile,
  parseTriggers,
} from "../../../../../runtime/build/frontend/parse_build_file.ts";

/** The only instruction of a stage, as far as it is to be compared. */
function onlyInstruction(line: string): Record<string, unknown> {
  const [instruction, ...more] = parseBuildFile(`FROM a\n${line}`).stages[0].instructions;
  assert.equal(more.length, 0);
  return { ...instruction };
}

const shell = (text: string) => ({ words: [text], isJson: false });
const json = (...words: string[]) => ({ words, isJson: true });

/** Lines, and what they are understood as. */
const accepted: [line: string, fields: Record<string, unknown>][] = [
  ["RUN echo  hi", { name: "run", command: shell("echo  hi"), mounts: [], network: "default" }],
  ['RUN ["a", "b c"]', { command: json("a", "b c"), security: "sandbox" }],
  ["run [a]", { command: shell("[a]") }],
  ["RUN --network=none --security=insecure x", { network: "none", security: "insecure" }],
  ["RUN --network=host x", { network: "host" }],
  ["RUN -- --x", { command: shell("--x") }],
  ["RUN --mount=target=/a x", { mounts: [{ text: "target=/a" }] }],
  ["RUN --mount=type=cache,target=/a --mount=from=b,target=/c x", {
    mounts: [{ text: "type=cache,target=/a" }, { text: "from=b,target=/c", from: "b" }],
  }],
  ["RUN --mount=type=$T,target=/a x", { mounts: [{ text: "type=$T,target=/a" }] }],
  ["RUN a \\\n  b \\\n# comment\n  c", { command: shell("a   b   c"), lines: [2, 5] }],
  ["RUN a\\\\", { command: shell("a\\\\") }],
  ["RUN a \\", { command: shell("a") }],

  ["RUN <<EOF\na\n b\nEOF", { command: shell("a\n b\n"), lines: [2, 5], original: "RUN <<EOF" }],
  ["RUN <<'EOF'\n$a\nEOF", { command: shell("$a\n") }],
  ["RUN <<-EOF\n\ta\n\t\tb\n\tEOF", { command: shell("a\nb\n") }],
  ["RUN << EOF\na\nEOF", { command: shell("a\n") }],
  ["RUN <<EOF\nEOF", { command: shell("") }],
  ["RUN <<EOF\n#!/bin/x\na\nEOF", { command: shell("/dev/pipes/EOF") }],
  ["RUN cat <<EOF > /f\na\nEOF", { command: shell("cat <<EOF > /f\na\nEOF") }],
  ["RUN cat <<A <<B\na\nA\nb\nB", { command: shell("cat <<A <<B\na\nA\nb\nB") }],
  ["RUN 3<<EOF cat /dev/fd/3\na\nEOF", { command: shell("3<<EOF cat /dev/fd/3\na\nEOF") }],
  ["RUN cat <<<EOF", { command: shell("cat <<<EOF"), heredocs: [] }],
  ["RUN echo '<<EOF'", { command: shell("echo '<<EOF'"), heredocs: [] }],
  ["RUN echo it's <<EOF", { command: shell("echo it's <<EOF"), heredocs: [] }],
  ["RUN echo $((1<<2))", { heredocs: [] }],
  ['RUN ["cat", "<<EOF"]', { command: json("cat", "<<EOF"), heredocs: [] }],

  ["COPY a b", { name: "copy", sources: ["a"], destination: "b", exclude: [], isLink: false }],
  ["COPY a b c /d/", { sources: ["a", "b", "c"], destination: "/d/", keepsParents: false }],
  ['COPY ["a b", "c"]', { sources: ["a b"], destination: "c" }],
  ["COPY --from=x --chown=1:2 --chmod=755 a b", { from: "x", chown: "1:2", chmod: "755" }],
  ["COPY --link --parents a b", { isLink: true, keepsParents: true }],
  ["COPY --link=false --parents=TRUE a b", { isLink: false, keepsParents: true }],
  ["COPY --exclude=*.o --exclude=x a b", { exclude: ["*.o", "x"] }],
  ["COPY --from= a b", { from: undefined }],
  ["COPY <<EOF /x\n$a\nEOF", {
    sources: [],
    heredocs: [{ name: "EOF", content: "$a\n", expands: true, stripsTabs: false }],
    destination: "/x",
  }],
  ['COPY a <<"f.txt" b <<-g /x/\nA\nf.txt\n\tB\n\tg', {
    sources: ["a", "b"],
    heredocs: [
      { name: "f.txt", content: "A\n", expands: false, stripsTabs: false },
      { name: "g", content: "\tB\n", expands: true, stripsTabs: true },
    ],
  }],
  ["COPY <<EOF /x\r\na\r\nEOF\r\n", {
    heredocs: [{ name: "EOF", content: "a\r\n", expands: true, stripsTabs: false }],
  }],

  ["ADD a b", { name: "add", sources: ["a"], keepsGitDirectory: false, unpack: undefined }],
  ["ADD --checksum=sha256:1 http://a/b c", { checksum: "sha256:1", sources: ["http://a/b"] }],
  ["ADD --keep-git-dir=true --unpack a b", { keepsGitDirectory: true, unpack: true }],
  ["ADD --unpack=false --link a b", { unpack: false, isLink: true }],
  ["ADD --chown=a --chmod=u+x --exclude=y a b", { chown: "a", chmod: "u+x", exclude: ["y"] }],

  ["ARG a", { name: "arg", arguments: [{ name: "a" }] }],
  ["ARG a=1 b c='x y'", {
    arguments: [{ name: "a", value: "1" }, { name: "b" }, { name: "c", value: "'x y'" }],
  }],
  ["ARG a=", { arguments: [{ name: "a", value: "" }] }],
  ['SHELL ["/bin/bash", "-c"]', { name: "shell", shell: ["/bin/bash", "-c"] }],
  ["MAINTAINER a  b", { name: "maintainer", maintainer: "a  b" }],
  ["ENV a=1 b=2", { name: "env", pairs: [["a", "1"], ["b", "2"]] }],
  ["ENV a b c", { pairs: [["a", "b c"]] }],
  ["LABEL a=1", { name: "label", pairs: [["a", "1"]] }],
  ["EXPOSE 80 53/udp", { name: "expose", ports: ["53/udp", "80"] }],
  ["USER a:b", { name: "user", user: "a:b" }],
  ["WORKDIR /a b", { name: "workdir", path: "/a b" }],
  ["VOLUME /a /b", { name: "volume", paths: ["/a", "/b"] }],
  ["STOPSIGNAL 9", { name: "stopsignal", signal: "9" }],
  ['CMD ["a"]', { name: "cmd" }],
  ["ENTRYPOINT a", { name: "entrypoint" }],
  ["HEALTHCHECK --start-interval=1s CMD a", {
    healthcheck: { Test: ["CMD-SHELL", "a"], StartInterval: 1e9 },
  }],
  ["ONBUILD COPY a b", { name: "onbuild", trigger: "COPY a b" }],
  ["ONBUILD RUN <<EOF\na\nEOF", { trigger: "RUN <<EOF\na\nEOF" }],
];

for (const [line, fields] of accepted) {
  Deno.test(`parseBuildFile() reads ${JSON.stringify(line)}`, () => {
    const found = onlyInstruction(line);
    const compared = Object.keys(fields).map((name) => [name, found[name]]);
    assert.deepEqual(Object.fromEntries(compared), fields);
  });
}

/** After `FROM a`, so that they are line 2. */
const refusedLines: [line: string, message: string][] = [
  ["RUUN x", "unknown instruction: RUUN (did you mean RUN?)"],
  ["rnu x", "unknown instruction: rnu (did you mean run?)"],
  ["COPPY a b", "unknown instruction: COPPY (did you mean COPY?)"],
  ["apt-get install x", "unknown instruction: apt-get"],
  ["RUN --network=x y", 'invalid network mode "x"'],
  ["RUN --security=x y", 'security "x" is not valid'],
  ["RUN --mouny=x y", "Unknown flag: mouny (did you mean mount?)"],
  ["RUN --network=none --network=none y", "Duplicate flag specified: network"],
  ["RUN --mount y", "Missing a value on flag: mount"],
  [
    "RUN --mount=from=$x,target=/a y",
    "'from' doesn't support variable expansion, define alias stage instead",
  ],
  ["RUN --mount=type=x,target=/a y", 'unsupported mount type "x"'],
  ["RUN <<EOF\na", "unterminated heredoc"],
  [
    "COPY a",
    "COPY requires at least two arguments, but only one was provided. " +
    "Destination could not be determined",
  ],
  [
    "ADD",
    "ADD requires at least two arguments, but only one was provided. " +
    "Destination could not be determined",
  ],
  ["COPY --link=x a b", "Expecting boolean value for flag link, not: x"],
  ["COPY --link= a b", "Missing a value on flag: link"],
  ["COPY --form=x a b", "Unknown flag: form (did you mean from?)"],
  ["COPY --checksum=x a b", "Unknown flag: checksum"],
  ["ADD --from=x a b", "Unknown flag: from"],
  ["ADD --parents a b", "Unknown flag: parents"],
  ["COPY a <<EOF\nx\nEOF", "COPY cannot accept a heredoc as a destination"],
  ["ARG", "ARG requires at least one argument"],
  ["ARG =a", "ARG names can not be blank"],
  ["SHELL /bin/sh -c", "SHELL requires the arguments to be in JSON form"],
  ["SHELL []", "SHELL requires at least one argument"],
  ["MAINTAINER", "MAINTAINER requires exactly one argument"],
  ["ENV a", "ENV must have two arguments"],
  ["ENV a=1 b", `Syntax error - can't find = in "b". Must be of the form: name=value`],
  ["ENV", "ENV requires at least one argument"],
  ["LABEL =1", "LABEL names can not be blank"],
  ["CMD [1]", "when using JSON array syntax, arrays must be comprised of strings only"],
  ["USER", "USER requires exactly one argument"],
  ["EXPOSE", "EXPOSE requires at least one argument"],
  ["HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"],
  ["HEALTHCHECK --intervall=1s CMD a", "Unknown flag: intervall (did you mean interval?)"],
  ["HEALTHCHECK --retries=0 CMD a", "--retries must be at least 1 (not 0)"],
  ["ONBUILD", "ONBUILD requires at least one argument"],
  ["ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ["ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"],
  ["ONBUILD MAINTAINER x", "MAINTAINER isn't allowed as an ONBUILD trigger"],
  ["FROM", "FROM requires either one or three arguments"],
  ["FROM a b", "FROM requires either one or three arguments"],
  ["FROM a IS b", "FROM requires either one or three arguments"],
  [
    "FROM a AS 1b",
    `invalid name for build stage: "1b", name can't start with a number or ` +
    "contain symbols",
  ],
  [
    "FROM a AS b/c",
    `invalid name for build stage: "b/c", name can't start with a number or ` +
    "contain symbols",
  ],
  ["FROM --platform a", "Missing a value on flag: platform"],
  ["FROM --platfrom=x a", "Unknown flag: platfrom (did you mean platform?)"],
  ["RUN a\0b", "NUL in the file, which must be text in UTF-8"],
];

for (const [line, message] of refusedLines) {
  Deno.test(`parseBuildFile() refuses ${JSON.stringify(line)}`, () => {
    assert.throws(() => parseBuildFile(`FROM a\n${line}`), (error) => {
      assert.ok(error instanceof DockerfileError);
      assert.equal(error.message, `dockerfile parse error on line 2: ${message}`);
      assert.equal(error.lines[0], 2);
      return true;
    });
  });
}

const refusedFiles: [text: string, message: string][] = [
  ["", "the Dockerfile cannot be empty"],
  ["\n\n", "file with no instructions"],
  ["# comment", "file with no instructions"],
  ["ARG a", "dockerfile contains no stages to build"],
  ["RUN x", "no build stage in current context"],
  ["ARG a\nENV a=b\nFROM x", "no build stage in current context"],
  [
    "# escape=x\nFROM a",
    "dockerfile parse error on line 1: invalid escape token 'x' does not match ` or \\",
  ],
  [
    "# syntax=a\n# syntax=b\nFROM a",
    "dockerfile parse error on line 2: only one syntax parser directive can be used",
  ],
  ["# check=foo\nFROM a", 'failed to parse check options: invalid check option "foo"'],
  ["# check=foo=bar\nFROM a", 'failed to parse check options: invalid check option "foo"'],
  [
    "FROM a\n\n\n# x\nRUN \\\n\n y\nFOO",
    "dockerfile parse error on line 8: unknown instruction: FOO (did you mean FROM?)",
  ],
];

for (const [text, message] of refusedFiles) {
  Deno.test(`parseBuildFile() refuses the file ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseBuildFile(text), { name: "InvalidError", message });
  });
}

Deno.test("parseBuildFile() reads stages, global arguments and directives", () => {
  const file = parseBuildFile(
    "# syntax=docker/dockerfile:1\n# check=skip=A, B;error=true\n# escape=`\n" +
      "ARG v=1\nARG w\nFROM --platform=$P a:$v AS Base\nRUN x `\n y\nfrom base\n",
  );
  assert.equal(file.syntax, "docker/dockerfile:1");
  assert.deepEqual(file.check, { skip: ["A", "B"], experimental: [], isError: true });
  assert.equal(file.escapeToken, "`");
  assert.deepEqual(file.globalArguments.flatMap((arg) => arg.arguments), [
    { name: "v", value: "1" },
    { name: "w" },
  ]);
  const stages = file.stages.map(({ name, base, platform, lines, original }) => //
  ({ name, base, platform, lines, original }));
  assert.deepEqual(stages, [
    {
      ...{ name: "base", base: "a:$v", platform: "$P", lines: [6, 6] },
      original: "FROM --platform=$P a:$v AS Base",
    },
    { name: undefined, base: "base", platform: undefined, lines: [9, 9], original: "from base" },
  ]);
});

Deno.test("parseBuildFile() takes an end of input as the end of a continuation", () => {
  assert.deepEqual(parseBuildFile("FROM a\nRUN b \\\n\n").emptyContinuations, [3]);
});

Deno.test("parseTriggers() reads what ONBUILD left", () => {
  const [copy, run] = parseTriggers(["COPY a b", "RUN <<EOF\nx\nEOF"], [3, 3]);
  assert.equal(copy.name === "copy" && copy.destination, "b");
  assert.deepEqual(run.name === "run" && run.command, shell("x\n"));
  assert.deepEqual(run.lines, [3, 3]);
});

const refusedTriggers: [trigger: string, message: string][] = [
  ["FROM a", "FROM isn't allowed as an ONBUILD trigger"],
  ["ONBUILD RUN a", "ONBUILD isn't allowed as an ONBUILD trigger"],
  ["RUN a\nRUN b", "onbuild trigger should be a single expression"],
  ["FOO", "unknown instruction: FOO (did you mean FROM?)"],
];

for (const [trigger, message] of refusedTriggers) {
  Deno.test(`parseTriggers() refuses ${JSON.stringify(trigger)}`, () => {
    assert.throws(() => parseTriggers([trigger], [3, 4]), { message, lines: [3, 4] });
  });
}

/** None of these may take noticeably longer than reading the file. */
const hostile: [name: string, text: string][] = [
  ["a MB in one line", `FROM a\nRUN ${"x".repeat(1e6)}`],
  ["a MB of spaces", `FROM a\n${`RUN x${" ".repeat(60_000)}y\\\n`.repeat(16)}`],
  ["a MB of a JSON array", `FROM a\nRUN [${`${'"a",'.repeat(15_000)}\\\n`.repeat(16)}"a"]`],
  ["a MB of instructions", `FROM a\n${"RUN x\n".repeat(170_000)}`],
  ["a MB of stages", `FROM a as a0\n${"FROM a0\n".repeat(120_000)}`],
  ["a MB of heredocs", `FROM a\nRUN ${"<<a ".repeat(15_000)}\n${"a\n".repeat(15_000)}`],
  ["a MB of backslashes", `FROM a\n${`RUN ${"\\ ".repeat(30_000)}\\\n`.repeat(16)}`],
  ["a directive of spaces", `# syntax=a${" ".repeat(60_000)}b\nFROM a`],
  ["a MB of quotes", `FROM a\nLABEL ${`${'"'.repeat(60_000)}\\\n`.repeat(16)}=b`],
  ["a MB of NULs", "\0".repeat(1e6)],
  ["a MB of NULs on lines", "\0\n".repeat(5e5)],
];

for (const [name, text] of hostile) {
  Deno.test(`parseBuildFile() answers at once to ${name}`, () => {
    const start = performance.now();
    try {
      parseBuildFile(text);
    } catch (error) {
      assert.ok(error instanceof Error && error.name === "InvalidError", String(error));
    }
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds < 10, `${seconds} s`);
  });
}
