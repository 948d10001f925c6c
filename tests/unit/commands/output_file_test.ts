import assert from "node:assert/strict";
import { writeOutputFile } from "../../../commands/output_file.ts";

const encoder = new TextEncoder();

async function inDirectory(test: (path: string) => Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync({ prefix: "box-output-" });
  try {
    await test(path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

const names = (path: string) => [...Deno.readDirSync(path)].map((entry) => entry.name);

const write = (text: string) => (sink: (bytes: Uint8Array<ArrayBuffer>) => void) => {
  sink(encoder.encode(text));
  return Promise.resolve();
};

Deno.test("writeOutputFile() makes or replaces a file that only its owner can read", () =>
  inDirectory(async (path) => {
    for (const text of ["long content", "short"]) {
      await writeOutputFile(`${path}/file`, "save image", write(text));
      assert.equal(Deno.readTextFileSync(`${path}/file`), text);
    }
    assert.equal(Deno.statSync(`${path}/file`).mode! & 0o777, 0o600);
    assert.deepEqual(names(path), ["file"]);
  }));

Deno.test("writeOutputFile() leaves everything as it was when writing fails", () =>
  inDirectory(async (path) => {
    Deno.writeTextFileSync(`${path}/file`, "old");
    await assert.rejects(
      writeOutputFile(`${path}/file`, "save image", (sink) => {
        sink(encoder.encode("new"));
        return Promise.reject(new Error("stop"));
      }),
      { message: "stop" },
    );
    assert.equal(Deno.readTextFileSync(`${path}/file`), "old");
    assert.deepEqual(names(path), ["file"]);
  }));

Deno.test("writeOutputFile() refuses what cannot be a file, before anything is done", () =>
  inDirectory(async (path) => {
    const cases: [output: string, problem: string][] = [
      [`${path}/no/file`, `directory "${path}/no" does not exist`],
      [path, `"${path}" is a directory`],
      [`${path}/`, `"${path}/" is a directory`],
      ["/dev/null", '"/dev/null" must be a directory or a regular file: got a device'],
    ];
    for (const [output, problem] of cases) {
      await assert.rejects(
        writeOutputFile(output, "save image", () => Promise.reject(new Error("was called"))),
        { message: `failed to save image: invalid output path: ${problem}` },
      );
    }
  }));
