import { equal } from "node:assert/strict";
import { parseMirror } from "../../../../e2e/harness/fixtures.ts";

const cases: [name: string, sources: string, mirror: string | undefined][] = [
  ["nothing", "", undefined],
  ["one line", "deb http://mirror/debian bookworm main contrib\n", "http://mirror/debian"],
  ["options", "deb [arch=amd64] http://mirror/debian bookworm main", "http://mirror/debian"],
  ["another suite", "deb http://mirror/debian trixie main", undefined],
  ["updates of the suite", "deb http://mirror/debian bookworm-updates main", undefined],
  ["another component", "deb http://mirror/debian bookworm contrib", undefined],
  ["sources", "deb-src http://mirror/debian bookworm main", undefined],
  ["a comment", "# deb http://mirror/debian bookworm main", undefined],
  [
    "deb822, second stanza, with a comment",
    "Types: deb\nURIs: http://first/\nSuites: bookworm-security\nComponents: main\n\n" +
    "Types: deb\n# was: URIs: http://old/\nURIs: http://second/debian\n" +
    "Suites: bookworm bookworm-updates\nComponents: main contrib\n",
    "http://second/debian",
  ],
];

for (const [name, sources, mirror] of cases) {
  Deno.test(`parseMirror() of ${name}`, () => equal(parseMirror(sources, "bookworm"), mirror));
}
