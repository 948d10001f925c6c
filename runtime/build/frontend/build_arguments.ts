/** Arguments that are there before the first FROM: a build's own, the platforms', and proxies (Dockerfile reference, ARG). */

import type { EscapeToken } from "../dockerfile.ts";
import { locating } from "../dockerfile_error.ts";
import { expandWord } from "../expand.ts";
import { formatPlatform } from "./platform.ts";
import type { ArgInstruction, BuildPlan, PlanRequest, Platform } from "./types.ts";

type Given = Readonly<Record<string, string>>;

export function givenArgument(given: Given, name: string): string | undefined {
  return Object.hasOwn(given, name) ? given[name] : undefined;
}

/** The platforms' arguments; a build argument of the name takes their place. */
export function platformArguments(request: PlanRequest, targetName: string): Map<string, string> {
  const { buildPlatform, targetPlatform = buildPlatform } = request;
  const values = [
    ...describe("BUILD", buildPlatform),
    ...describe("TARGET", targetPlatform),
    ["TARGETSTAGE", targetName || "default"] as const,
  ];
  return new Map(values.map(([name, value]) => [
    name,
    givenArgument(request.buildArguments, name) ?? value,
  ]));
}

function describe(prefix: string, platform: Platform): (readonly [name: string, value: string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ""],
  ];
}

/** The ARG instructions before the first FROM added to those of the platforms. Throws DockerfileError. */
export function globalArguments(
  instructions: readonly ArgInstruction[],
  platform: ReadonlyMap<string, string>,
  given: Given,
  escapeToken: EscapeToken,
): Map<string, string> {
  const values = new Map(platform);
  for (const { arguments: declared, lines } of instructions) {
    for (const { name, value } of declared) {
      const expand = (text: string) => expandWord(text, values, escapeToken);
      const result = givenArgument(given, name) ??
        (value !== undefined
          ? locating(lines, (message) => message, () => expand(value))
          : undefined);
      if (result !== undefined) values.set(name, result);
    }
  }
  return values;
}

/** What ARG in a stage gives the variable; undefined if it has no value at all. */
export function argumentValue(
  plan: BuildPlan,
  name: string,
  defaultValue?: string,
): string | undefined {
  return givenArgument(plan.buildArguments, name) ?? defaultValue ?? plan.globalArguments.get(name);
}

const PROXIES = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/** Whether a build argument needs no ARG to be in the environment of RUN. */
function isProxy(name: string): boolean {
  return PROXIES.includes(name.toLowerCase());
}

/** The proxies among the given arguments, in both ways of writing their names, as programs differ in which they read. */
export function proxyArguments(given: Given): Map<string, string> {
  const proxies = Object.entries(given).filter(([name]) => isProxy(name));
  const inBothCases = proxies.flatMap(([name, value]) => [
    [name.toUpperCase(), value] as const,
    [name.toLowerCase(), value] as const,
  ]);
  return new Map([...inBothCases, ...proxies]);
}

/** Given arguments that nothing takes. */
export function unconsumedArguments(given: Given, declared: ReadonlySet<string>): string[] {
  return Object.keys(given).filter((name) =>
    !declared.has(name) && !isProxy(name) && !name.startsWith("BUILDKIT_") &&
    name !== "SOURCE_DATE_EPOCH"
  );
}
