import assert from "node:assert/strict";
import { parseModeChange } from "../../../../../runtime/build/context/mode_change.ts";

/** Each is held against chmod(1), on a file and a directory of each of these modes. */
const texts = [
  "644",
  "4755",
  "+x",
  "+w",
  "u+x",
  "a-w",
  "go=",
  "u=rw,go=r",
  "u=rwX,go=rX",
  "a+X",
  "g=u",
  "o=g-w",
  "u+s,g+s",
  "+t",
  "ug+rw-x",
  "u-s",
  "=r",
];
const modes = [0o644, 0o600, 0o755, 0o711, 0o6755, 0o1777, 0];

Deno.test("--chmod does what chmod(1) does", () => {
  const path = Deno.makeTempDirSync();
  const previous = Deno.umask(0o022);
  try {
    Deno.writeTextFileSync(`${path}/f`, "");
    Deno.mkdirSync(`${path}/d`);
    for (const text of texts) {
      const change = parseModeChange(text);
      for (const mode of modes) {
        for (const [name, isDirectory] of [["f", false], ["d", true]] as const) {
          // GNU chmod leaves a directory's special bits alone where it is given few octal digits.
          if (isDirectory && /^[0-7]+$/.test(text)) continue;
          Deno.chmodSync(`${path}/${name}`, mode);
          new Deno.Command("chmod", { args: ["--", text, `${path}/${name}`] }).outputSync();
          const expected = Deno.statSync(`${path}/${name}`).mode! & 0o7777;
          const what = `${text} on ${mode.toString(8)} ${name}`;
          assert.equal(change(mode, isDirectory).toString(8), expected.toString(8), what);
        }
      }
    }
  } finally {
    Deno.umask(previous);
    Deno.removeSync(path, { recursive: true });
  }
});

for (const text of ["", "8", "10000", "u+q", "x", "u+x,", "+rwu"]) {
  Deno.test(`--chmod refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseModeChange(text), /invalid chmod parameter: '.*'. it should be octal/);
  });
}
