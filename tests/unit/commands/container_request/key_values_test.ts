import assert from "node:assert/strict";
import {
  environmentOf,
  labelsOf,
  parseKeyValueFile,
} from "../../../../commands/container_request/key_values.ts";

const lookup = (name: string) => name === "HOME" ? "/root" : undefined;
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a file of pairs is read as Docker reads it", () => {
  const cases: [content: string, pairs: string[]][] = [
    ["", []],
    ["A=1", ["A=1"]],
    ["A=1\n# comment\n\n  B=2\n  # comment\n   \n", ["A=1", "B=2"]],
    ['A= 1 \nB="q" # no comment\nC=a=b\nD=\n', ["A= 1 ", 'B="q" # no comment', "C=a=b", "D="]],
    ["A=1\r\nB=2\r\n", ["A=1", "B=2"]],
    ["\ufeffA=1\n", ["A=1"]],
    ["HOME\n\tNOWHERE\n", ["HOME=/root"]],
    ["A=1\nA=2\n", ["A=1", "A=2"]],
    ["A=\0x\n", ["A=\0x"]],
  ];
  for (const [content, pairs] of cases) {
    assert.deepEqual(parseKeyValueFile("env", bytes(content), lookup), pairs, content);
  }
});

Deno.test("a file of pairs that makes no sense is refused in Docker's words", () => {
  const poorly = "poorly formatted environment: ";
  const cases: [content: Uint8Array, message: string][] = [
    [bytes("A=1\nD =3"), `${poorly}variable 'D ' contains whitespaces`],
    [bytes("export G=1"), `${poorly}variable 'export G' contains whitespaces`],
    [bytes("H\t=1"), `${poorly}variable 'H\t' contains whitespaces`],
    [bytes("x y"), `${poorly}variable 'x y' contains whitespaces`],
    [bytes("=1"), `${poorly}no variable name on line '=1'`],
    [bytes("="), `${poorly}no variable name on line '='`],
    [
      Uint8Array.of(65, 61, 49, 10, 255, 61, 49),
      "env file env contains invalid utf8 bytes at line 2: [255 61 49]",
    ],
  ];
  for (const [content, message] of cases) {
    assert.throws(() => parseKeyValueFile("env", content, lookup), { name: "UsageError", message });
  }
});

Deno.test("the last -e of a name wins, after all files", () => {
  const cases: [files: string[], variables: string[], environment: string[]][] = [
    [[], [], []],
    [[], ["A=1", "B=2", "A=3"], ["A=3", "B=2"]],
    [["A=1", "B=2"], ["A=3"], ["A=1", "B=2", "A=3"]],
    [[], ["a=b=c", "x y=1", "E="], ["a=b=c", "x y=1", "E="]],
    [[], ["HOME"], ["HOME=/root"]],
    [[], ["HOME=/x", "HOME"], ["HOME=/root"]],
    // Without a value a name takes the image's variable away.
    [[], ["NOWHERE"], ["NOWHERE"]],
  ];
  for (const [files, variables, environment] of cases) {
    assert.deepEqual(environmentOf(files, variables, lookup), environment);
  }
});

Deno.test("the last label of a key wins", () => {
  assert.deepEqual(labelsOf(["a=1", "b=1"], ["b=2", "c", "d=", "e=f=g"]), {
    a: "1",
    b: "2",
    c: "",
    d: "",
    e: "f=g",
  });
  assert.deepEqual(Object.keys(labelsOf([], ["__proto__=1"])), ["__proto__"]);
});
