import assert from "node:assert/strict";
import { parseTimeOption } from "../../../runtime/time_option.ts";

const now = Date.parse("2026-11-21T12:00:00.5Z");

Deno.test("a duration is counted back from now", () => {
  assert.equal(parseTimeOption("10m", now), "2026-11-21T11:50:00.5Z");
  assert.equal(parseTimeOption("1h30m", now), "2026-11-21T10:30:00.5Z");
  assert.equal(parseTimeOption("-1s", now), "2026-11-21T12:00:01.5Z");
  assert.equal(parseTimeOption("0s", now), "2026-11-21T12:00:00.5Z");
});

Deno.test("seconds since the epoch", () => {
  assert.equal(parseTimeOption("0", now), "1970-01-01T00:00:00Z");
  assert.equal(parseTimeOption("1136073600.000000001", now), "2006-01-01T00:00:00.000000001Z");
  assert.equal(parseTimeOption("-1", now), "1969-12-31T23:59:59Z");
});

Deno.test("dates and times, as far as they are given", () => {
  for (const text of ["2013-01-02Z", "2013-01-02T00Z", "2013-01-02T02:00+02:00"]) {
    assert.equal(parseTimeOption(text, now), "2013-01-02T00:00:00Z", text);
  }
  assert.equal(parseTimeOption("2013-01-02T03:04:05.25Z"), "2013-01-02T03:04:05.25Z");
  assert.equal(parseTimeOption("2013-01-02T03:04:05.000000007Z"), "2013-01-02T03:04:05.000000007Z");
});

Deno.test("without a zone the host's is meant", () => {
  const local = new Date(2013, 0, 2, 3, 4).toISOString().replace(".000", "");
  assert.equal(parseTimeOption("2013-01-02T03:04"), local);
  const midnight = new Date(2013, 0, 2).toISOString().replace(".000", "");
  assert.equal(parseTimeOption("2013-01-02"), midnight);
});

Deno.test("what is no time is refused", () => {
  for (const text of ["", "abc", "1x", "2013-13-01", "2013-01-02T", "2013-01-02T25"]) {
    assert.throws(() => parseTimeOption(text), {
      name: "InvalidError",
      message: `failed to parse value as time or duration: ${JSON.stringify(text)}`,
    }, text);
  }
});
