import { equal, throws } from "node:assert/strict";
import {
  bytesSize,
  humanDuration,
  humanSize,
  parseBinarySize,
} from "../../../../commands/format/units.ts";

Deno.test("humanSize() writes a size as docker does, with decimal units", () => {
  const cases: [bytes: number, threeDigits: string, fourDigits: string][] = [
    [0, "0B", "0B"],
    [1, "1B", "1B"],
    [999, "999B", "999B"],
    [1000, "1kB", "1kB"],
    [35_700, "35.7kB", "35.7kB"],
    [999_999, "1e+03kB", "1000kB"],
    [1_125_000, "1.12MB", "1.125MB"],
    [1_982_256, "1.98MB", "1.982MB"],
    [2_000_000, "2MB", "2MB"],
    [5_947_000, "5.95MB", "5.947MB"],
    [164_400_000, "164MB", "164.4MB"],
    [12_345_678_901, "12.3GB", "12.35GB"],
    [3 * 10 ** 15, "3PB", "3PB"],
  ];
  for (const [bytes, threeDigits, fourDigits] of cases) {
    equal(humanSize(bytes, 3), threeDigits);
    equal(humanSize(bytes), fourDigits);
  }
});

Deno.test("bytesSize() writes a size as docker does, with binary units", () => {
  const cases: [bytes: number, text: string][] = [
    [0, "0B"],
    [1023, "1023B"],
    [1024, "1KiB"],
    [67_108_864, "64MiB"],
    [25_276_502_016, "23.54GiB"],
    [1_125_899_906_842_624, "1PiB"],
  ];
  for (const [bytes, text] of cases) equal(bytesSize(bytes), text);
});

Deno.test("parseBinarySize() reads sizes as docker does", () => {
  const cases: [text: string, bytes: number][] = [
    ["0", 0],
    ["5", 5],
    ["5b", 5],
    ["5 B", 5],
    ["64m", 67_108_864],
    ["64M", 67_108_864],
    ["64MB", 67_108_864],
    ["64MiB", 67_108_864],
    ["5ki", 5120],
    ["1.5g", 1_610_612_736],
    ["1.0001k", 1024],
    ["100t", 109_951_162_777_600],
    ["1p", 1_125_899_906_842_624],
  ];
  for (const [text, bytes] of cases) equal(parseBinarySize(text), bytes, text);
});

Deno.test("parseBinarySize() refuses what docker refuses, in its words", () => {
  for (
    const text of ["", "abc", "-1", ".5m", "7.m", "1,5g", "1e3", "1e", "5x", "5  m", "5m ", "m"]
  ) {
    throws(() => parseBinarySize(text), { message: `invalid size: '${text}'` });
  }
  throws(() => parseBinarySize("1.5.3m"), {
    message: 'strconv.ParseFloat: parsing "1.5.3": invalid syntax',
  });
});

Deno.test("humanDuration() is as rough as docker", () => {
  const [minute, hour, day] = [60, 3600, 86_400];
  const cases: [seconds: number, text: string][] = [
    [-300_000_000, "Less than a second"],
    [0, "Less than a second"],
    [0.9, "Less than a second"],
    [1.5, "1 second"],
    [2, "2 seconds"],
    [59, "59 seconds"],
    [minute, "About a minute"],
    [119.9, "About a minute"],
    [2 * minute, "2 minutes"],
    [59 * minute, "59 minutes"],
    [hour, "About an hour"],
    [90 * minute - 1, "About an hour"],
    [90 * minute, "2 hours"],
    [day, "24 hours"],
    [47.4 * hour, "47 hours"],
    [47.6 * hour, "2 days"],
    [13 * day, "13 days"],
    [14 * day - 1900, "13 days"],
    [14 * day, "2 weeks"],
    [59 * day, "8 weeks"],
    [60 * day, "2 months"],
    [200 * day, "6 months"],
    [729 * day, "24 months"],
    [730 * day, "2 years"],
    [50 * 365 * day, "50 years"],
    [2025 * 365 * day, "292 years"],
  ];
  for (const [seconds, text] of cases) equal(humanDuration(seconds), text, String(seconds));
});
