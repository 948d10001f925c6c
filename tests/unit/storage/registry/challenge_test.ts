import { deepEqual } from "node:assert/strict";
import { parseChallenges } from "../../../../storage/registry/challenge.ts";

const cases: [header: string, schemes: [scheme: string, parameters: Record<string, string>][]][] = [
  ["", []],
  ['Basic realm="x"', [["basic", { realm: "x" }]]],
  ["Negotiate", [["negotiate", {}]]],
  ['Bearer realm="https://a/t",service="s, 1",scope="repository:x:pull,push"', [[
    "bearer",
    { realm: "https://a/t", service: "s, 1", scope: "repository:x:pull,push" },
  ]]],
  ['BEARER Realm=a , SERVICE = "b\\"c", Basic realm=""', [
    ["bearer", { realm: "a", service: 'b"c' }],
    ["basic", { realm: "" }],
  ]],
  ['Bearer realm="unended', [["bearer", {}]]],
  ['Bearer a="1" b="2"', [["bearer", { a: "1" }], ["b", {}]]],
];

for (const [header, expected] of cases) {
  Deno.test(`WWW-Authenticate: ${header || "nothing"}`, () => {
    const found = parseChallenges(header);
    deepEqual(
      found.slice(0, expected.length)
        .map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]),
      expected,
    );
  });
}
