import { deepEqual, equal, throws } from "node:assert/strict";
import { defaultSettings, parseSettings } from "../../../../storage/registry/settings.ts";

Deno.test("settings in daemon.json's words", () => {
  deepEqual(parseSettings("{}", "f"), defaultSettings);
  const { mirrors, insecure, maxDownloads, timeout } = parseSettings(
    JSON.stringify({
      "registry-mirrors": ["https://m/"],
      "insecure-registries": ["10.0.0.0/8"],
      "max-concurrent-downloads": 7,
      "registry-timeout": 9,
    }),
    "f",
  );
  deepEqual([mirrors, insecure, maxDownloads, timeout], [["https://m"], ["10.0.0.0/8"], 7, 9000]);
});

const mistakes: [text: string, message: RegExp][] = [
  ["[]", /f does not hold a JSON object/],
  ["{", /f is not valid JSON/],
  ['{"debug": true}', /file f: the following directives don't match any .*: debug/],
  ['{"max-concurrent-downloads": 0}', /is not a positive integer/],
  ['{"insecure-registries": "x"}', /is not a list of strings/],
  ['{"registry-mirrors": ["nowhere"]}', /unsupported scheme in "nowhere"/],
  ['{"registry-mirrors": ["https://m/?q"]}', /query or fragment/],
];

for (const [text, message] of mistakes) {
  Deno.test(`settings that are refused: ${text}`, () => {
    throws(() => parseSettings(text, "f"), message);
  });
}

Deno.test("a mirror's password is not shown", () => {
  const text = '{"registry-mirrors": ["https://user:secret@m/"]}';
  throws(() => parseSettings(text, "f"), (error: Error) => {
    equal(error.message.includes("secret"), false);
    return /username\/password not allowed/.test(error.message);
  });
});
