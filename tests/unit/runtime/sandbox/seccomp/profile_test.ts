import assert from "node:assert/strict";
import { checkProfile } from "../../../../../runtime/sandbox/seccomp/check.ts";
import { parseProfile } from "../../../../../runtime/sandbox/seccomp/parse.ts";
import { VERDICT } from "../../../../../runtime/sandbox/seccomp/policy.ts";
import { resolveProfile } from "../../../../../runtime/sandbox/seccomp/resolve.ts";

const target = { capabilities: 0n, architecture: "x86_64", kernelVersion: "5.10" } as const;

interface Rule {
  [field: string]: unknown;
}

function resolve(
  rules: Rule[],
  profile: Rule = {},
  changes: Partial<{ capabilities: bigint }> = {},
) {
  const text = JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", ...profile, syscalls: rules });
  return resolveProfile(parseProfile(text), { ...target, ...changes });
}

const read = 0, write = 1;
const allow = { action: "SCMP_ACT_ALLOW" };
const errno = (number: number) => ({ action: "SCMP_ACT_ERRNO", errnoRet: number });
const eq = (index: number, value: number) => ({ index, value, op: "SCMP_CMP_EQ" });

Deno.test("docker's older and newer way of naming calls", () => {
  const [policy] = resolve([{ name: "read", ...allow }, { names: ["write", "nosuch"], ...allow }]);
  assert.deepEqual([...policy.calls.keys()], [read, write]);
  assert.equal(policy.otherwise, VERDICT.ERRNO | 1);
  assert.equal(policy.newer, VERDICT.ERRNO | 38);
  assert.equal(policy.last, 1);
});

Deno.test("64 bits of an argument survive", () => {
  const text = `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],
    "action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}`;
  const [policy] = resolveProfile(parseProfile(text), target);
  assert.equal(policy.calls.get(read)?.cases[0].conditions[0].value, 0xffffffffffffffffn);
});

Deno.test("conditions on several arguments belong together, on the same one each stands for itself", () => {
  const [together] = resolve([{ names: ["read"], ...allow, args: [eq(0, 1), eq(1, 2)] }]);
  assert.deepEqual(together.calls.get(read)!.cases.map((each) => each.conditions.length), [2]);
  const [apart] = resolve([{ names: ["read"], ...allow, args: [eq(0, 1), eq(0, 2)] }]);
  assert.deepEqual(apart.calls.get(read)!.cases.map((each) => each.conditions.length), [1, 1]);
});

Deno.test("of conflicting rules the one without conditions wins, and the first of those", () => {
  const conditional = { names: ["read"], ...errno(5), args: [eq(0, 1)] };
  for (
    const [rules, verdict] of [
      [[conditional, { names: ["read"], ...allow }], VERDICT.ALLOW],
      [[{ names: ["read"], ...allow }, conditional], VERDICT.ALLOW],
      [[{ names: ["read"], ...allow }, { names: ["read"], ...errno(7) }], VERDICT.ALLOW],
      [[{ names: ["read"], ...errno(7) }, { names: ["read"], ...allow }], VERDICT.ERRNO | 7],
    ] as const
  ) {
    const [policy] = resolve([...rules]);
    assert.deepEqual(policy.calls.get(read), { cases: [], otherwise: verdict });
  }
});

Deno.test("rules for capabilities, architectures and kernels", () => {
  const names = ["read"], ADMIN = 1n << 21n;
  const isThere = (rule: Rule, capabilities = 0n) =>
    resolve([{ names, ...allow, ...rule }], {}, { capabilities })[0].calls.has(read);
  assert.equal(isThere({ includes: { caps: ["CAP_SYS_ADMIN"] } }), false);
  assert.equal(isThere({ includes: { caps: ["CAP_SYS_ADMIN"] } }, ADMIN), true);
  assert.equal(isThere({ excludes: { caps: ["CAP_SYS_ADMIN"] } }, ADMIN), false);
  assert.equal(isThere({ includes: { arches: ["amd64", "x32"] } }), true);
  assert.equal(isThere({ includes: { arches: ["s390x"] } }), false);
  assert.equal(isThere({ excludes: { arches: ["amd64"] } }), false);
  assert.equal(isThere({ includes: { minKernel: "4.8" } }), true);
  assert.equal(isThere({ includes: { minKernel: "5.11" } }), false);
});

Deno.test("the architectures of a profile are the host's, and its own", () => {
  const of = (profile: Rule) => resolve([], profile).map(({ architecture }) => architecture);
  assert.deepEqual(of({}), ["X86_64"]);
  assert.deepEqual(of({ architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_ARM"] }), ["X86_64", "X86"]);
  const archMap = [
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X32"] },
  ];
  assert.deepEqual(of({ archMap }), ["X86_64", "X32"]);
});

Deno.test("calls that are younger than the profile are allowed where everything is", () => {
  const [policy] = resolve([{ names: ["read"], ...errno(1) }], { defaultAction: "SCMP_ACT_ALLOW" });
  assert.equal(policy.newer, VERDICT.ALLOW);
});

Deno.test("what makes no profile is refused in docker's words", () => {
  const refusals: [string, RegExp][] = [
    ["[]", /^Decoding seccomp profile failed: json: cannot unmarshal array into Go value of type /],
    ["7", /cannot unmarshal number into Go value/],
    ['"x"', /cannot unmarshal string into Go value/],
    ["{", /^Decoding seccomp profile failed: /],
    ['{"syscalls":{}}', /cannot unmarshal object into Go struct field Seccomp.syscalls/],
    ['{"syscalls":[{"names":[1]}]}', /cannot unmarshal number into Go struct field Seccomp.names/],
    ['{"syscalls":[{"names":["read"]}]}', /^string {2}is not a valid action for seccomp$/],
    [
      '{"defaultAction":"SCMP_ACT_NOTIFY"}',
      /^string SCMP_ACT_NOTIFY is not a valid action for seccomp$/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["X"]}',
      /^string X is not a valid arch for seccomp$/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"]}]}',
      /^'name' and 'names' were specified in the seccomp profile, use either 'name' or 'names'$/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL","args":[{"index":-1}]}]}',
      /cannot unmarshal number -1 into Go struct field Seccomp.index of type uint64/,
    ],
  ];
  for (const [text, words] of refusals) {
    assert.throws(() => checkProfile(text), (error: Error) => {
      assert.match(error.message, words);
      return error.name === "InvalidError";
    }, text);
  }
  assert.deepEqual(checkProfile("{}"), []);
});

Deno.test("unknown names give a warning, those of other machines do not", () => {
  const text = (...names: string[]) =>
    JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names, ...errno(1) }] });
  assert.deepEqual(checkProfile(text("read", "chown32", "s390_sthyi", "mseal")), []);
  assert.deepEqual(checkProfile(text("read", "raed", "raed", "wirte")), [
    "seccomp profile: unknown system calls are ignored: raed, wirte",
  ]);
});

Deno.test("any text is a profile, or refused", () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"syscalls"',
    '"names"',
    '"args"',
    '"SCMP_ACT_ALLOW"',
  ]
    .concat([
      '"defaultAction"',
      "1",
      "-1",
      "1e400",
      "null",
      "true",
      '"read"',
      '"index"',
      '"',
      "\\",
    ]);
  let state = 7;
  for (let round = 0; round < 3000; round++) {
    let text = round % 2 ? '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[' : "";
    for (let length = round % 12; length > 0; length--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      text += pieces[Math.floor(state / 2 ** 32 * pieces.length)];
    }
    try {
      checkProfile(text);
    } catch (error) {
      assert.equal((error as Error).name, "InvalidError", `${text}: ${error}`);
    }
  }
});
