import assert from "node:assert/strict";
import { argumentValue } from "../../../../../runtime/build/frontend/build_arguments.ts";
import { parseBuildFile } from "../../../../../runtime/build/frontend/parse_build_file.ts";
import { planStages, resolveSource } from "../../../../../runtime/build/frontend/plan_stages.ts";
import { parsePlatform } from "../../../../../runtime/build/frontend/platform.ts";
import type {
  BuildPlan,
  BuildSource,
  PlanRequest,
} from "../../../../../runtime/build/frontend/types.ts";

const plain: PlanRequest = {
  buildArguments: {},
  buildPlatform: { os: "linux", architecture: "amd64" },
};

function planOf(text: string, request: Partial<PlanRequest> = {}): BuildPlan {
  return planStages(parseBuildFile(text), { ...plain, ...request });
}

/** A stage is shown as its index. */
function shown(source: BuildSource): string {
  switch (source.kind) {
    case "scratch":
      return "scratch";
    case "stage":
      return `#${source.stage.index}`;
    case "image":
      return source.reference + (source.platform ? ` on ${source.platform}` : "");
    case "context":
      return `context ${source.name}`;
  }
}

/** Files, and what the target's stages are made from, in their order. */
const bases: [text: string, request: Partial<PlanRequest>, bases: string[]][] = [
  ["FROM a", {}, ["a"]],
  ["FROM scratch", {}, ["scratch"]],
  ["FROM a:1@sha256:" + "0".repeat(64), {}, ["a:1@sha256:" + "0".repeat(64)]],
  ["FROM " + "0".repeat(64), {}, ["0".repeat(64)]],
  ["FROM a AS b\nFROM b", {}, ["a", "#0"]],
  ["FROM a AS B\nFROM B", {}, ["a", "#0"]],
  ["FROM a AS b\nFROM c", {}, ["c"]],
  ["FROM a AS a", {}, ["a"]],
  ["FROM a AS b\nFROM b AS c\nFROM c", {}, ["a", "#0", "#1"]],
  ["FROM a AS b\nFROM c AS b\nFROM b", {}, ["c", "#1"]],
  ["FROM a AS b\nFROM c\nCOPY --from=b x y", {}, ["a", "c"]],
  ["FROM a AS b\nFROM c\nCOPY --from=B x y", {}, ["a", "c"]],
  ["FROM a\nFROM c\nCOPY --from=0 x y", {}, ["a", "c"]],
  ["FROM a AS b\nFROM c\nRUN --mount=from=b,target=/x y", {}, ["a", "c"]],
  ["FROM a AS b\nFROM c AS d\nFROM e", { target: "d" }, ["c"]],
  ["FROM a AS b\nFROM c AS d\nFROM e", { target: "D" }, ["c"]],
  ["FROM a AS b\nFROM c AS d\nFROM e", { target: "0" }, ["a"]],
  ["FROM a\nFROM b\nCOPY --from=1.5 x y", { target: "0" }, ["a"]],
  ["FROM a AS b\nCOPY --from=c x y\nFROM d AS c", {}, ["d"]],
  ["ARG v=1\nFROM a:$v", {}, ["a:1"]],
  ["ARG v=1\nFROM a:$v", { buildArguments: { v: "2" } }, ["a:2"]],
  ["ARG v\nFROM a:${v:-3}", {}, ["a:3"]],
  ["ARG v=1\nARG w=${v}2\nFROM a:$w", {}, ["a:12"]],
  ["ARG v=1 w=${v}2\nFROM a:$w", {}, ["a:12"]],
  ["ARG b=a\nFROM x AS a\nFROM $b", {}, ["x", "#0"]],
  ["ARG v=a/b:c\nFROM ${v%%:*}", {}, ["a/b"]],
  ["FROM --platform=linux/arm64 a", {}, ["a on linux/arm64"]],
  ["FROM --platform=aarch64 a", {}, ["a on linux/arm64"]],
  ["FROM --platform=linux/arm/v7 a", {}, ["a on linux/arm/v7"]],
  ["FROM --platform=$BUILDPLATFORM a", {}, ["a on linux/amd64"]],
  ["FROM --platform=$TARGETPLATFORM a", {
    targetPlatform: { os: "linux", architecture: "arm", variant: "v6" },
  }, ["a on linux/arm/v6"]],
  ["FROM a-$TARGETARCH", {}, ["a-amd64"]],
  ["FROM a AS x\nFROM a-$TARGETSTAGE AS y", {}, ["a-y"]],
  ["FROM a-$TARGETSTAGE", {}, ["a-default"]],
  ["FROM a", { namedContexts: ["a"] }, ["context a"]],
  ["FROM a AS b\nRUN x\nFROM b", { namedContexts: ["b"] }, ["context b", "#0"]],
  ["FROM scratch", { namedContexts: ["scratch"] }, ["scratch"]],
];

for (const [text, request, expected] of bases) {
  const given = JSON.stringify(request);
  Deno.test(`planStages() of ${JSON.stringify(text)} with ${given}`, () => {
    const plan = planOf(text, request);
    assert.deepEqual(plan.stages.map((stage) => shown(stage.base)), expected);
    assert.equal(plan.stages.at(-1), plan.target);
  });
}

const refused: [text: string, target: string | undefined, message: string][] = [
  ["FROM a AS foo", "x", 'target stage "x" could not be found'],
  ["FROM a AS foo", "fo", 'target stage "fo" could not be found (did you mean foo?)'],
  ["FROM a", "1", 'target stage "1" could not be found'],
  ["FROM $x", undefined, "base name ($x) should not be blank"],
  ["FROM ${x?no}", undefined, 'failed to process "${x?no}": x: no'],
  [
    "FROM A",
    undefined,
    'failed to parse stage name "A": invalid reference format: repository name must be lowercase',
  ],
  ["FROM a:b:c", undefined, 'failed to parse stage name "a:b:c": invalid reference format'],
  ["FROM --platform=$x a", undefined, "empty platform value from expression $x"],
  [
    "FROM --platform=foo a",
    undefined,
    'failed to parse platform foo: "foo": unknown operating system or architecture',
  ],
  [
    "FROM --platform=a/b/c/d a",
    undefined,
    'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier',
  ],
  ["FROM a\nCOPY --from=7 x y", undefined, "invalid stage index 7"],
  ["FROM a\nCOPY --from=-1 x y", undefined, "invalid stage index -1"],
  ["FROM a\nCOPY --from=0 x y", undefined, "circular dependency detected on stage: stage-0"],
  ["FROM a AS b\nCOPY --from=b x y", undefined, "circular dependency detected on stage: b"],
  [
    "FROM a AS b\nRUN --mount=from=b,target=/x y",
    undefined,
    "circular dependency detected on stage: b",
  ],
  [
    "FROM a AS b\nCOPY --from=d x y\nFROM c AS d\nCOPY --from=b x y",
    undefined,
    "circular dependency detected on stage: d",
  ],
  [
    "FROM a AS b\nCOPY --from=c x y\nFROM a AS c",
    "b",
    'cannot copy from stage "c", it needs to be defined before current stage "b"',
  ],
  [
    "FROM a\nRUN --mount=from=c,target=/x y\nFROM a AS c",
    "0",
    'cannot mount from stage "c", stage needs to be defined before current command',
  ],
  [
    "FROM a\nCOPY --from=$x a b",
    undefined,
    "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
  ],
  [
    "FROM a\nCOPY --from=x:y:z a b",
    undefined,
    'failed to parse stage name "x:y:z": invalid reference format',
  ],
  ["ARG a=${b\nFROM $a", undefined, `failed to process "\${b": syntax error: missing '}'`],
];

for (const [text, target, message] of refused) {
  Deno.test(`planStages() refuses ${JSON.stringify(text)} for ${target}`, () => {
    assert.throws(() => planOf(text, { target }), { name: "InvalidError", message });
  });
}

Deno.test("planStages() says on which lines an instruction is wrong", () => {
  assert.throws(() => planOf("FROM a\n\nCOPY --from=9 \\\n x y"), { lines: [3, 4] });
  assert.throws(() => planOf("FROM a\nFROM $x"), { lines: [2, 2] });
});

Deno.test("planStages() knows what the instructions of a stage take files from", () => {
  const { target } = planOf(
    "FROM a AS b\nFROM c\nCOPY --from=b x y\nCOPY --from=0 x y\nCOPY --from=d:1 x y\n" +
      "COPY --from=ctx x y\nRUN --mount=from=b,target=/x --mount=type=cache,from=scratch,target=/y z",
    { namedContexts: ["ctx"] },
  );
  const sources = [...target.sources].map(([name, source]) => [name, shown(source)]);
  assert.deepEqual(Object.fromEntries(sources), {
    ...{ b: "#0", 0: "#0", "d:1": "d:1", ctx: "context ctx", scratch: "scratch" },
  });
  assert.deepEqual(target.dependsOn.map(({ index }) => index), [0]);
});

Deno.test("resolveSource() finds what a trigger of the base image names", () => {
  const plan = planOf("FROM a AS b\nFROM c", { namedContexts: ["ctx"] });
  assert.deepEqual(["b", "0", "x:1", "ctx"].map((from) => shown(resolveSource(plan, from))), [
    ...["#0", "#0", "x:1", "context ctx"],
  ]);
});

Deno.test("argumentValue() prefers a build argument to a default, and that to a global one", () => {
  const plan = planOf("ARG a=1 b=2 c\nFROM x", { buildArguments: { a: "3", c: "" } });
  assert.equal(argumentValue(plan, "a", "4"), "3");
  assert.equal(argumentValue(plan, "b", "4"), "4");
  assert.equal(argumentValue(plan, "b"), "2");
  assert.equal(argumentValue(plan, "c", "4"), "");
  assert.equal(argumentValue(plan, "d"), undefined);
  assert.equal(argumentValue(plan, "TARGETOS"), "linux");
  assert.equal(argumentValue(plan, "toString"), undefined);
});

Deno.test("planStages() keeps proxies apart, and tells which build arguments nothing takes", () => {
  const plan = planOf("ARG a\nFROM x\nARG b", {
    buildArguments: {
      ...{ a: "", b: "", c: "", HTTP_PROXY: "p", no_proxy: "n", TARGETARCH: "" },
      ...{ BUILDKIT_INLINE_CACHE: "1", SOURCE_DATE_EPOCH: "0" },
    },
  });
  assert.deepEqual(plan.unconsumedArguments, ["c"]);
  assert.deepEqual(Object.fromEntries(plan.proxyArguments), {
    ...{ HTTP_PROXY: "p", http_proxy: "p", NO_PROXY: "n", no_proxy: "n" },
  });
});

const platforms: [text: string, os: string, architecture: string, variant?: string][] = [
  ["linux", "linux", "amd64"],
  ["arm64/v8", "arm64", "v8"],
  ["linux/arm64/v8", "linux", "arm64"],
  ["Linux/X86_64", "linux", "amd64"],
  ["armhf", "linux", "arm", "v7"],
];

for (const [text, os, architecture, variant] of platforms) {
  Deno.test(`parsePlatform() of ${text}`, () => {
    assert.deepEqual(parsePlatform(text), { os, architecture, ...(variant && { variant }) });
  });
}
