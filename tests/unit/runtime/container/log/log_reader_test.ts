import { deepEqual, equal } from "node:assert/strict";
import { readOn, TestLog } from "./helpers.ts";

const texts = (records: readonly { text: string }[]) => records.map(({ text }) => text.trimEnd());
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));
const small = { maxSize: 300, maxFiles: 4 };

Deno.test("the last records are found from the end, over files", () =>
  TestLog.with((log) => {
    log.write([numbers(0, 14).join("\n") + "\n"], small);
    equal(log.files().length, 3);
    for (const count of [0, 1, 2, 3, 5, 9, 13, 14]) {
      deepEqual(texts(log.read(count)), numbers(14 - count, 14), `the last ${count}`);
    }
    deepEqual(texts(log.read(1000)), numbers(0, 14));
    deepEqual(texts(log.read()), numbers(0, 14));
  }));

Deno.test("the last records are found where they are longer than what is read at once", () =>
  TestLog.with((log) => {
    const long = "x".repeat(16383), chunks = numbers(0, 60).map((number) => `${long}\n${number}\n`);
    log.write(chunks);
    deepEqual(texts(log.read(3)), ["58", long, "59"]);
    equal(log.read(101).length, 101);
    equal(log.read(121).length, 120);
  }));

Deno.test("a reader follows over rotations, however many there were since it looked", () =>
  TestLog.with((log) => {
    const file = log.open({ maxSize: 300, maxFiles: 30 });
    using reader = log.reader(0);
    const read: string[] = [];
    let written = 0;
    for (const burst of [1, 2, 3, 4, 7, 13, 29, 1, 60]) {
      for (const end = written + burst; written < end; written++) {
        file.write("stdout", new TextEncoder().encode(`${written}\n`));
      }
      read.push(...texts(readOn(reader)));
      equal(read.length, written);
    }
    file.close();
    deepEqual(read, numbers(0, written));
    deepEqual(readOn(reader), []);
  }));

Deno.test("a reader whose file was removed goes on with the oldest there is", () =>
  TestLog.with((log) => {
    const file = log.open({ maxSize: 100, maxFiles: 2 });
    const write = (text: string) => file.write("stdout", new TextEncoder().encode(text));
    using reader = log.reader();
    write("1\n");
    deepEqual(texts(readOn(reader)), ["1"]);
    write("2\n3\n4\n5\n6\n7\n");
    file.close();
    deepEqual(texts(readOn(reader)), ["2", "5", "6", "7"]);
    deepEqual(texts(log.read()), ["5", "6", "7"]);
  }));

Deno.test("a log that does not exist yet has no records", () =>
  TestLog.with((log) => {
    using reader = log.reader();
    deepEqual(readOn(reader), []);
    log.write(["late\n"]);
    deepEqual(texts(readOn(reader)), ["late"]);
  }));

Deno.test("what others wrote is read, and what is no record is passed over", () =>
  TestLog.with((log) => {
    Deno.writeTextFileSync(
      log.path,
      [
        '{ "time": "2026-11-21T12:00:00.5+01:00", "log": "spaced\\ud83d\\ude00\\/\\b\\n", "stream": "stderr" }',
        "\0\0\0",
        "",
        "[]",
        '{"log":7,"time":"2026-11-21T12:00:00Z"}',
        '{"log":"cut","stream":"stdout","time":"2026-11-',
        '{"log":"other","stream":"other","time":"2026-11-21T12:00:00Z"}',
        '{"log":"usual\\n","stream":"stdout","time":"2026-11-21T12:00:00.123456Z"}',
        "",
      ].join("\n"),
    );
    deepEqual(log.read().map(({ text, stream, time }) => [text, stream, time]), [
      ["spaced😀/\b\n", "stderr", "2026-11-21T11:00:00.500000000Z"],
      ["other", "stdout", "2026-11-21T12:00:00.000000000Z"],
      ["usual\n", "stdout", "2026-11-21T12:00:00.123456000Z"],
    ]);
  }));
