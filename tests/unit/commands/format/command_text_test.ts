import { equal } from "node:assert/strict";
import { formatCommand } from "../../../../commands/format/command_text.ts";

/** What `docker ps` and `docker ps --no-trunc` showed. */
const cases: [command: [string, ...string[]], cut: string, whole: string][] = [
  [["true"], '"true"', '"true"'],
  [["sleep", "1000"], '"sleep 1000"', '"sleep 1000"'],
  [["sh", "-c", "exit 3"], `"sh -c 'exit 3'"`, `"sh -c 'exit 3'"`],
  [
    ["sh", "-c", "while :; do echo tick; sleep 1; done"],
    `"sh -c 'while :; do …"`,
    `"sh -c 'while :; do echo tick; sleep 1; done'"`,
  ],
  [
    ["sh", "-c", 'echo "hi there" $x'],
    `"sh -c 'echo \\"hi the…"`,
    `"sh -c 'echo \\"hi there\\" $x'"`,
  ],
  [
    ["a b", "c", "d'e", "f\tg", 'h"i', "j k", "", "l\nm\x01é\u2028😀"],
    `"a b c d'e f\\tg h\\"i '…"`,
    `"a b c d'e f\\tg h\\"i 'j k'  l\\nm\\x01é\\u2028😀"`,
  ],
  [
    ["sh", "-c", "世界世界世界世界世界 and more"],
    `"sh -c '世界世界世界…"`,
    `"sh -c '世界世界世界世界世界 and more'"`,
  ],
  [["12345678901234567890"], '"12345678901234567890"', '"12345678901234567890"'],
  [["1234567890123456789é"], '"1234567890123456789é"', '"1234567890123456789é"'],
  [["12345678901234567890é"], '"1234567890123456789…"', '"12345678901234567890é"'],
  [["ééééééééééééééééé世界"], '"ééééééééééééééééé世…"', '"ééééééééééééééééé世界"'],
];

Deno.test("formatCommand() writes the COMMAND column of docker ps", () => {
  for (const [[path, ...args], cut, whole] of cases) {
    equal(formatCommand(path, args), cut);
    equal(formatCommand(path, args, { truncate: false }), whole);
  }
});
