import { equal, throws } from "node:assert/strict";
import { formatNineDigits, parseTimeArgument } from "../../../commands/time_argument.ts";

const NOW = Date.parse("2026-11-21T12:00:00.750Z");

/** As docker's client and daemon understand them. Those without a zone are in the local one. */
const times: [text: string, time: string][] = [
  ["1h30m", "2026-11-21T10:30:00.000000000Z"],
  ["-5s", "2026-11-21T12:00:05.000000000Z"],
  ["0", "1970-01-01T00:00:00.000000000Z"],
  ["1136073845", "2006-01-01T00:04:05.000000000Z"],
  ["1136073845.5", "2006-01-01T00:04:05.500000000Z"],
  ["1136073845.1234567891", "2006-01-01T00:04:05.123456789Z"],
  ["2006-01-02Z", "2006-01-02T00:00:00.000000000Z"],
  ["2006-01-02+01:00", "2006-01-01T23:00:00.000000000Z"],
  ["2006-01-02T15Z", "2006-01-02T15:00:00.000000000Z"],
  ["2006-01-02T15:04+01:00", "2006-01-02T14:04:00.000000000Z"],
  ["2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000000000Z"],
  ["2006-01-02T15:04:05-07:00", "2006-01-02T22:04:05.000000000Z"],
  ["2006-01-02T15:04:05.123456789123Z", "2006-01-02T15:04:05.123456789Z"],
  ["99999999999999", "9999-12-31T23:59:59.999999999Z"],
];

for (const [text, time] of times) {
  Deno.test(`--since ${text} is ${time}`, () => {
    equal(formatNineDigits(parseTimeArgument(text, NOW)), time);
  });
}

for (
  const text of ["2026-11-21", "2026-11-21T12", "2026-11-21T12:30", "2026-11-21T12:30:15.000000001"]
) {
  Deno.test(`--since ${text} is local time`, () => {
    const [date, time = "00"] = text.split("T");
    const [hour, minute = 0, second = 0] = time.split(":").map((part) => parseInt(part));
    const [year, month, day] = date.split("-").map(Number);
    const milliseconds = new Date(year, month - 1, day, hour, minute, second).getTime();
    equal(parseTimeArgument(text, NOW) / 1_000_000n, BigInt(milliseconds));
  });
}

/** As docker's client answers. */
const refused: [text: string, message: string][] = [
  ["foo", 'failed to parse value as time or duration: "foo"'],
  ["1.5.5", 'failed to parse value as time or duration: "1.5.5"'],
  ["10x", 'failed to parse value as time or duration: "10x"'],
  ["9999999999999999999999", 'failed to parse value as time or duration: "9999999999999999999999"'],
  ["2026-13-01", 'parsing time "2026-13-01": month out of range'],
  ["2026-02-30", 'parsing time "2026-02-30": day out of range'],
  ["2026-11-21T25:00:00Z", 'parsing time "2026-11-21T25:00:00Z": hour out of range'],
  ["2026-11-21T12:61", 'parsing time "2026-11-21T12:61": minute out of range'],
  [
    "2026-11-21T12:00:00+25:00",
    'parsing time "2026-11-21T12:00:00+25:00": time zone offset hour out of range',
  ],
  ["2026-11", 'parsing time "2026-11" as "2006-01-02": cannot parse "" as "-"'],
  ["2026-1-1", 'parsing time "2026-1-1" as "2006-01-02": cannot parse "1-1" as "01"'],
  ["-5", 'parsing time "-5" as "2006-01-02": cannot parse "-5" as "2006"'],
  ["2026-11-21x", 'parsing time "2026-11-21x": extra text: "x"'],
];

for (const [text, message] of refused) {
  Deno.test(`--since ${text} is refused`, () => {
    throws(() => parseTimeArgument(text, NOW), { message });
  });
}
