import assert from "node:assert/strict";
import { lint, type LintOptions } from "../../../../../runtime/build/frontend/lint.ts";
import { parseBuildFile } from "../../../../../runtime/build/frontend/parse_build_file.ts";
import { planStages } from "../../../../../runtime/build/frontend/plan_stages.ts";
import { copyIgnoredFile } from "../../../../../runtime/build/frontend/rules.ts";

/** `RULE LINE: DETAIL` of every finding; of an image it is known that it has HOME. */
function findingsIn(
  text: string,
  options: LintOptions = {},
  buildArguments: Record<string, string> = {},
): string[] {
  const plan = planStages(parseBuildFile(text), {
    buildArguments,
    buildPlatform: { os: "linux", architecture: "amd64" },
  });
  const knowledgeOf = () => ({ environment: ["HOME=/"], hasShell: false });
  return lint(plan, { isCheck: true, knowledgeOf, ...options })
    .map(({ rule, lines, detail }) => `${rule} ${lines[0]}: ${detail}`);
}

const cases: [text: string, findings: string[]][] = [
  ['FROM a AS b\nARG v=1\nENV w=$v HOME=$HOME\nWORKDIR /x\nCMD ["a"]', []],

  ["FROM a\nCMD x", [
    "JSONArgsRecommended 2: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
  ]],
  ["from a\nentrypoint x", [
    "JSONArgsRecommended 2: JSON arguments recommended for entrypoint to prevent unintended behavior related to OS signals",
  ]],
  ['FROM a\nSHELL ["/bin/bash", "-c"]\nCMD x', []],
  ['FROM a AS b\nSHELL ["/bin/bash", "-c"]\nFROM b\nCMD x', []],

  ["FROM a\nENV v=$w", ["UndefinedVar 2: Usage of undefined variable '$w'"]],
  ["FROM a\nENV path=$PATH v=$paht", [
    "UndefinedVar 2: Usage of undefined variable '$paht'",
  ]],
  ["FROM a\nENV abc=1\nENV v=$abd", [
    "UndefinedVar 3: Usage of undefined variable '$abd' (did you mean $abc?)",
  ]],
  ["FROM a\nARG v\nENV w=$v", []],
  ["FROM a\nARG v=1 w=$v", []],
  ["ARG v=1\nFROM a\nENV w=$v", ["UndefinedVar 3: Usage of undefined variable '$v'"]],
  ["FROM a AS b\nENV v=1\nFROM b\nENV w=$v", []],
  ["FROM a AS b\nARG v=1\nFROM b\nUSER $v", []],
  ["FROM a\nCOPY $x /y", ["UndefinedVar 2: Usage of undefined variable '$x'"]],
  ["FROM a\nRUN echo $x", []],
  ["FROM a\nRUN --mount=type=cache,target=$x y", [
    "UndefinedVar 2: Usage of undefined variable '$x'",
  ]],
  ["FROM a\nCOPY <<EOF /x\n$y\nEOF", ["UndefinedVar 2: Usage of undefined variable '$y'"]],
  ["FROM scratch\nENV a=$HOME", ["UndefinedVar 2: Usage of undefined variable '$HOME'"]],

  ["FROM ${v:-a}", ["UndefinedArgInFrom 1: FROM argument 'v' is not declared"]],
  ["ARG v1=1\nFROM a:${v2:-1}", [
    "UndefinedArgInFrom 2: FROM argument 'v2' is not declared (did you mean v1?)",
  ]],
  ["ARG v\nFROM a:${v:-1}", []],
  ["FROM --platform=$BUILDPLATFORM a", []],
  ["FROM --platform=${p:-linux/amd64} a", [
    "UndefinedArgInFrom 1: FROM argument 'p' is not declared",
  ]],

  ["FROM a as b", ["FromAsCasing 1: 'as' and 'FROM' keywords' casing do not match"]],
  ["from a AS b", ["FromAsCasing 1: 'AS' and 'from' keywords' casing do not match"]],
  ["From a As b", [
    "ConsistentInstructionCasing 1: Command 'From' should match the case of the command majority (uppercase)",
  ]],
  ["FROM a\nrun x", [
    "ConsistentInstructionCasing 2: Command 'run' should match the case of the command majority (uppercase)",
  ]],
  ["from a\nrun x\nRUN y", [
    "ConsistentInstructionCasing 3: Command 'RUN' should match the case of the command majority (lowercase)",
  ]],
  ["FROM a\nRun x", [
    "ConsistentInstructionCasing 2: Command 'Run' should match the case of the command majority (uppercase)",
  ]],
  ["FROM a AS Bc", ["StageNameCasing 1: Stage name 'Bc' should be lowercase"]],
  ["FROM a AS b\nFROM a AS b", [
    'DuplicateStageName 2: Duplicate stage name "b", stage names should be unique',
  ]],
  ["FROM a AS context", [
    'ReservedStageName 1: Stage name should not use the same name as reserved stage "context"',
  ]],
  ["FROM a AS scratch", [
    'ReservedStageName 1: Stage name should not use the same name as reserved stage "scratch"',
  ]],

  ["FROM a\nRUN x \\\n\n  y", ["NoEmptyContinuation 4: Empty continuation line"]],
  ["FROM a\nRUN x \\\n# z\n  y", []],
  ["FROM a\nMAINTAINER x", [
    "MaintainerDeprecated 2: Maintainer instruction is deprecated in favor of using label",
  ]],
  ["FROM a\nENV b c", [
    'LegacyKeyValueFormat 2: "ENV key=value" should be used instead of legacy "ENV key value" format',
  ]],
  ["FROM a\nLABEL b c", [
    'LegacyKeyValueFormat 2: "LABEL key=value" should be used instead of legacy "LABEL key value" format',
  ]],
  ['FROM a\nCMD ["b"]\nCMD ["c"]', [
    "MultipleInstructionsDisallowed 2: Multiple CMD instructions should not be used in the same stage because only the last one will be used",
  ]],
  ['FROM a AS b\nCMD ["b"]\nFROM b\nCMD ["c"]', []],
  ["FROM a\nHEALTHCHECK NONE\nHEALTHCHECK CMD x", [
    "MultipleInstructionsDisallowed 2: Multiple HEALTHCHECK instructions should not be used in the same stage because only the last one will be used",
  ]],
  ["FROM a\nARG API_KEY", [
    'SecretsUsedInArgOrEnv 2: Do not use ARG or ENV instructions for sensitive data (ARG "API_KEY")',
  ]],
  ["FROM a\nENV password=1 keys=2 public_key=3", [
    'SecretsUsedInArgOrEnv 2: Do not use ARG or ENV instructions for sensitive data (ENV "password")',
  ]],
  ["FROM a\nWORKDIR b", [
    'WorkdirRelativePath 2: Relative workdir "b" can have unexpected results if the base image changes',
  ]],
  ["FROM a\nWORKDIR /b\nWORKDIR c", []],
  ["FROM a\nENV d=/x\nWORKDIR $d/b", []],
  ["FROM a AS b\nWORKDIR /b\nFROM b\nWORKDIR c", []],
  ["FROM --platform=$TARGETPLATFORM a", [
    "RedundantTargetPlatform 1: Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
  ]],
  ["FROM --platform=linux/amd64 a", [
    'FromPlatformFlagConstDisallowed 1: FROM --platform flag should not use constant value "linux/amd64"',
  ]],
  ["FROM --platform=linux/amd64 a AS build_amd64", []],
  ["FROM a\nEXPOSE 80/TCP", [
    "ExposeProtoCasing 2: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
  ]],
  ["FROM a\nEXPOSE 127.0.0.1:80:80", [
    "ExposeInvalidFormat 2: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'",
  ]],

  ["# check=skip=all\nFROM a as b\nCMD x", []],
  ["# check=skip=JSONArgsRecommended, FromAsCasing\nFROM a as b\nCMD x", []],
  ["# check=skip=FromAsCasing;error=true\nFROM a as b\nMAINTAINER x", [
    "MaintainerDeprecated 3: Maintainer instruction is deprecated in favor of using label",
  ]],
];

for (const [text, findings] of cases) {
  Deno.test(`lint() of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(findingsIn(text).toSorted(), findings.toSorted());
  });
}

const defaults: [text: string, isFound: boolean][] = [
  ["ARG v\nFROM a:$v", true],
  ["ARG v\nFROM $v", true],
  ["ARG v=1\nFROM a:$v", false],
  ["ARG v\nFROM a:${v:-1}", false],
];

for (const [text, isFound] of defaults) {
  Deno.test(`lint() tries the default values of ${JSON.stringify(text)}`, () => {
    const base = text.split(" ").at(-1);
    const detail = `Default value for ARG ${base} results in empty or invalid base image name`;
    const found = findingsIn(text, {}, { v: "2" });
    assert.deepEqual(found, isFound ? [`InvalidDefaultArgInFrom 2: ${detail}`] : []);
  });
}

Deno.test("lint() says nothing about variables that an unknown image may have", () => {
  assert.deepEqual(findingsIn("FROM a\nENV v=$w", { knowledgeOf: () => undefined }), []);
});

Deno.test("lint() looks at stages that are not needed only for a check", () => {
  const text = "FROM a AS b\nCMD x\nFROM c";
  assert.equal(findingsIn(text, { isCheck: false }).length, 0);
  assert.equal(findingsIn(text).length, 1);
});

Deno.test("lint() puts findings in the order of the lines", () => {
  const lines = findingsIn("FROM a as b\nCMD x\nENV c d\nMAINTAINER e")
    .map((finding) => Number(/ (\d+):/.exec(finding)![1]));
  assert.deepEqual(lines, [1, 2, 3, 4]);
});

const addresses: [text: string, url: string][] = [
  ["FROM a\nCMD x", "json-args-recommended"],
  ["FROM a as b", "from-as-casing"],
  ["FROM a\nENV b c", "legacy-key-value-format"],
];

for (const [text, page] of addresses) {
  Deno.test(`lint() knows where ${page} is explained`, () => {
    const [{ url }] = lint(planStages(parseBuildFile(text), {
      buildArguments: {},
      buildPlatform: { os: "linux", architecture: "amd64" },
    }));
    assert.equal(url, `https://docs.docker.com/go/dockerfile/rule/${page}/`);
  });
}

Deno.test("copyIgnoredFile() names the instruction and the file", () => {
  const { rule, detail } = copyIgnoredFile({ name: "add", lines: [1, 1] }, "a b");
  assert.equal(rule, "CopyIgnoredFile");
  assert.equal(detail, 'Attempting to Add file "a b" that is excluded by .dockerignore');
});
