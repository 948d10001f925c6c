import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bytesOf, concatenated, readOn, TestLog } from "./helpers.ts";

Deno.test("records are written as docker writes them", () =>
  TestLog.with((log) => {
    const file = log.open();
    file.write("stdout", bytesOf('<a> & "b" \\ \t\r\x1b\x7f é \u2028\u2029 😀\nhalf'));
    file.write("stderr", bytesOf("error\n"));
    file.write("stdout", bytesOf(" a line\n"));
    file.close();
    deepEqual(log.lines().map((line) => line.replace(/"time":"20[^"]*Z"/, '"time":T')), [
      '{"log":"\\u003ca\\u003e \\u0026 \\"b\\" \\\\ \\u0009\\r\\u001b\x7f é \\u2028\\u2029 😀\\n",' +
      '"stream":"stdout","time":T}',
      '{"log":"error\\n","stream":"stderr","time":T}',
      '{"log":"half a line\\n","stream":"stdout","time":T}',
    ]);
  }));

Deno.test("a line without its newline is written when the log is closed", () =>
  TestLog.with((log) => {
    log.write(["no", " newline"]);
    deepEqual(log.read().map(({ text }) => text), ["no newline"]);
  }));

Deno.test("a line longer than 16 KiB goes on in the next record, as in docker", () =>
  TestLog.with((log) => {
    const lengths = (text: string) => {
      log.write([text]);
      return log.read().map(({ bytes }) => bytes.length);
    };
    deepEqual(lengths("x".repeat(40000) + "\n"), [16384, 16384, 7233]);
    deepEqual(lengths("y".repeat(16384) + "\n").slice(3), [16384, 1]);
    deepEqual(lengths("z".repeat(16383) + "\n").slice(5), [16384]);
  }));

Deno.test("a line of 1 MB that comes in pieces of any size is whole, and no character is cut", () =>
  TestLog.with((log) => {
    const line = bytesOf("aé€😀".repeat(100_000) + "\n");
    const file = log.open();
    for (let start = 0, size = 1; start < line.length; start += size, size = size * 7 % 65521) {
      file.write("stdout", line.subarray(start, start + size));
    }
    file.close();
    deepEqual(concatenated(log.read()), line);
    ok(!Deno.readTextFileSync(log.path).includes("\\udc"));
  }));

Deno.test("bytes that are no UTF-8 come back, and are U+FFFD for others", () =>
  TestLog.with((log) => {
    const odd = new Uint8Array([
      ...[0xff, 0x80, 10, 0xc3, 10, 0xed, 0xa0, 0x80, 10, 0xf5, 0xc0, 0xaf, 10],
      ...[0xf0, 0x9f, 0x98, 10, 0xe0, 0x80, 0x80, 0, 0xf4, 0x90, 0x80, 0x80, 10, 0xe2, 0x82],
    ]);
    const random = crypto.getRandomValues(new Uint8Array(60000));
    for (let i = 0; i < 60000; i += 2) random[i] |= 0x80;
    for (const bytes of [odd, random]) {
      const before = log.read().length;
      log.write([bytes.subarray(0, 1), bytes.subarray(1)]);
      deepEqual(concatenated(log.read().slice(before)), bytes);
    }
    for (const line of log.lines()) JSON.parse(line);
    equal(JSON.parse(log.lines()[0]).log, "\udcff\udc80\n");
  }));

Deno.test("a file that is full is put aside, and the oldest removed", () =>
  TestLog.with((log) => {
    const lines = Array.from({ length: 20 }, (_, number) => `line ${number}\n`);
    // A record has some 75 bytes: three exceed 200.
    log.write([lines.join("")], { maxSize: 200, maxFiles: 3 });
    deepEqual(log.files(), ["x-json.log", "x-json.log.1", "x-json.log.2"]);
    deepEqual(["", ".1", ".2"].map((suffix) => log.lines(suffix).length), [2, 3, 3]);
    deepEqual(log.read().map(({ text }) => text), lines.slice(-8));
    log.write(["on\n", "and on\n"], { maxSize: 200, maxFiles: 3 });
    deepEqual(log.lines().length, 1, "the next writer goes on where this one ended");
    deepEqual(log.read().map(({ text }) => text).slice(-4), [
      ...lines.slice(-2),
      "on\n",
      "and on\n",
    ]);
  }));

Deno.test("with one file at most, what is full goes", () =>
  TestLog.with((log) => {
    log.write(["1\n2\n3\n4\n"], { maxSize: 100, maxFiles: 1 });
    deepEqual(log.files(), ["x-json.log"]);
    deepEqual(log.read().map(({ text }) => text), ["3\n", "4\n"]);
  }));

Deno.test("what a killed writer left of a record is never seen, and the next writer takes it away", () =>
  TestLog.with((log) => {
    log.write(["whole\n"]);
    const torn = '{"log":"to';
    Deno.writeTextFileSync(log.path, torn, { append: true });
    using reader = log.reader();
    deepEqual(readOn(reader).map(({ text }) => text), ["whole\n"]);
    deepEqual(log.read(1).map(({ text }) => text), ["whole\n"]);
    log.write(["next\n"]);
    deepEqual(readOn(reader).map(({ text }) => text), ["next\n"]);
    equal(log.lines().length, 2);
  }));

Deno.test("attributes are in every record", () =>
  TestLog.with((log) => {
    const attributes = { tag: 'a "<tag>"}', b: "\\" };
    log.write(["one\ntwo\n"], { attributes });
    match(log.lines()[0], /^\{"log":"one\\n","stream":"stdout","attrs":\{"tag":.*\},"time":"/);
    deepEqual(log.read().map((record) => record.attributes), [attributes, attributes]);
  }));
