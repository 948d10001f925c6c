/** What is doubtful about a Dockerfile, as BuildKit says it. */
import { excerptOf } from "../../runtime/build/frontend/excerpt.ts";
import type { Warning } from "../../runtime/build/frontend/types.ts";

/** A few words after a build. */
export function summarizeWarnings(warnings: readonly Warning[]): string {
  const count = warnings.length;
  return [
    ` ${count} ${count === 1 ? "warning" : "warnings"} found (use --check to expand):`,
    ...warnings.map(({ rule, detail, lines }) => ` - ${rule}: ${detail} (line ${lines[0]})`),
  ].join("\n");
}

/** All there is to say: the output of --check. */
export function describeWarnings(
  warnings: readonly Warning[],
  name: string,
  dockerfile: string,
): string {
  const count = warnings.length;
  if (count === 0) return "Check complete, no warnings found.";
  const sourceLines = dockerfile.split(/\r?\n/);
  return [
    `Check complete, ${count} ${count === 1 ? "warning has" : "warnings have"} been found!`,
    ...warnings.map(({ rule, url, detail, lines }) => {
      const excerpt = excerptOf(sourceLines, lines, name);
      return [
        "",
        `WARNING: ${rule}${url ? ` - ${url}` : ""}`,
        detail,
        ...(excerpt === undefined ? [] : [excerpt]),
      ].join("\n");
    }),
  ].join("\n");
}
