import assert from "node:assert/strict";
import { expandInstruction } from "../../../../../runtime/build/frontend/expand_instruction.ts";
import { parseBuildFile } from "../../../../../runtime/build/frontend/parse_build_file.ts";

const environment = new Map([["a", "1"], ["s", "x y"], ["p", "80 81"]]);

const cases: [line: string, fields: Record<string, unknown>][] = [
  ["ENV $a=$a b='$a' c=\"$s\" d=\\$a", {
    pairs: [["1", "1"], ["b", "$a"], ["c", "x y"], ["d", "$a"]],
  }],
  ["LABEL v=${a}2", { pairs: [["v", "12"]] }],
  ["EXPOSE $p", { ports: ["80", "81"] }],
  ["USER $a", { user: "1" }],
  ["WORKDIR /$s", { path: "/x y" }],
  ["VOLUME /$a /b", { paths: ["/1", "/b"] }],
  ["STOPSIGNAL $a", { signal: "1" }],
  ["ARG b=$a c d=${c:-2}", {
    arguments: [{ name: "b", value: "1" }, { name: "c" }, { name: "d", value: "2" }],
  }],
  ["COPY --chown=$a:$a --chmod=$a --exclude=$a* $a ${s} /$a/", {
    ...{ chown: "1:1", chmod: "1", exclude: ["1*"], sources: ["1", "x y"], destination: "/1/" },
  }],
  ["ADD --checksum=$a http://x/$a b", { checksum: "1", sources: ["http://x/1"] }],
  ['COPY <<EOF /$a\n$a "$a" \\$a\nEOF', {
    destination: "/1",
    heredocs: [{ name: "EOF", content: '1 "1" $a\n', expands: true, stripsTabs: false }],
  }],
  ["COPY <<'EOF' /x\n$a\nEOF", {
    heredocs: [{ name: "EOF", content: "$a\n", expands: false, stripsTabs: false }],
  }],
  ["COPY <<-EOF /x\n\t\t$a\n\tEOF", {
    heredocs: [{ name: "EOF", content: "1\n", expands: true, stripsTabs: false }],
  }],
  ["RUN --mount=type=cache,target=/$a,uid=$a echo $a", {
    command: { words: ["echo $a"], isJson: false },
    mounts: [{ type: "cache", target: "/1", uid: 1, isReadOnly: false, sharing: "shared" }],
  }],
  ["RUN <<EOF\n$a\nEOF", { command: { words: ["$a\n"], isJson: false } }],
  ["CMD $a", { command: { words: ["$a"], isJson: false } }],
  ['SHELL ["$a"]', { shell: ["$a"] }],
  ["ONBUILD ENV b=$a", { trigger: "ENV b=$a" }],
  ["MAINTAINER $a", { maintainer: "$a" }],
  ["HEALTHCHECK CMD $a", { healthcheck: { Test: ["CMD-SHELL", "$a"] } }],
];

for (const [line, fields] of cases) {
  Deno.test(`expandInstruction() of ${JSON.stringify(line)}`, () => {
    const [instruction] = parseBuildFile(`FROM x\n${line}`).stages[0].instructions;
    const found = Object.entries(expandInstruction(instruction, environment, "\\"));
    const compared = found.filter(([name]) => Object.hasOwn(fields, name));
    assert.deepEqual(Object.fromEntries(compared), fields);
  });
}

Deno.test("expandInstruction() refuses a mount that its variables make wrong", () => {
  const [run] = parseBuildFile("FROM x\nRUN --mount=type=$s y").stages[0].instructions;
  assert.throws(() => expandInstruction(run, environment, "\\"), {
    message: 'unsupported mount type "x y"',
  });
});
