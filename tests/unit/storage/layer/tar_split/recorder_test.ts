import assert from "node:assert/strict";
import { TarSplitRecorder } from "../../../../../storage/layer/tar_split/recorder.ts";

function record(
  use: (recorder: TarSplitRecorder) => void,
): { batches: string[]; lines: unknown[] } {
  const batches: string[] = [];
  const recorder = new TarSplitRecorder((json) => void batches.push(json));
  use(recorder);
  recorder.end();
  const lines = batches.join("").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  return { batches, lines };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("the record is docker's, line by line", () => {
  const { batches } = record((recorder) => {
    recorder.segment(bytes("hea"));
    recorder.segment(bytes("der"));
    recorder.beginFile("./bin/x", 6);
    recorder.content(bytes("hel"));
    recorder.content(bytes("lo\n"));
    recorder.finishFile();
    recorder.segment(bytes("padding"));
    recorder.beginFile('./quote"\\ü', 0);
    recorder.finishFile();
    recorder.beginFile("./n\udcff", 1);
    recorder.content(bytes("x"));
    recorder.finishFile();
    recorder.segment(bytes("end"));
  });
  assert.deepEqual(batches, [[
    `{"type":2,"payload":"aGVhZGVy","position":0}`,
    `{"type":1,"name":"./bin/x","size":6,"payload":"YUw+7uLYEAA=","position":1}`,
    `{"type":2,"payload":"cGFkZGluZw==","position":2}`,
    `{"type":1,"name":"./quote\\"\\\\ü","payload":null,"position":3}`,
    `{"type":1,"name_raw":"Li9u/w==","size":1,"payload":"IxAAAAAAAAA=","position":4}`,
    `{"type":2,"payload":"ZW5k","position":5}`,
    "",
  ].join("\n")]);
});

Deno.test("the record of nothing is empty, but written", () => {
  assert.deepEqual(record(() => {}).batches, [""]);
});

Deno.test("long segments are cut, and the text comes in pieces of about a megabyte", () => {
  const { batches, lines } = record((recorder) => {
    for (let count = 0; count < 50; count++) recorder.segment(new Uint8Array(100_000));
  });
  const sizes = (lines as { payload: string }[]).map(({ payload }) =>
    Uint8Array.fromBase64(payload).length
  );
  assert.equal(sizes.reduce((sum, size) => sum + size), 5_000_000);
  assert.equal(Math.max(...sizes), 1 << 20);
  assert.ok(batches.every((json) => json.length < 3 << 20));
  assert.deepEqual((lines as { position: number }[]).map(({ position }) => position), [
    0,
    1,
    2,
    3,
    4,
  ]);
});
