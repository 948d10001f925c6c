/** The rules about single instructions. */

import { splitFlags, splitWords } from "../words.ts";
import { argumentValue } from "./build_arguments.ts";
import { keywordOf } from "./parse_instruction.ts";
import type { RuleName } from "./rules.ts";
import type { Scope } from "./scope.ts";
import type { ArgInstruction, BuildInstruction, BuildPlan } from "./types.ts";

export type Report = (rule: RuleName, detail: string) => void;

/** Reports what is odd about an instruction, and adds to the scope what it defines. */
export function inspect(
  instruction: BuildInstruction,
  scope: Scope,
  plan: BuildPlan,
  report: Report,
): void {
  const keyword = keywordOf(instruction.original);
  switch (instruction.name) {
    case "arg":
      return declare(instruction, scope, plan, report);
    case "env":
      for (const [name, value] of instruction.pairs) {
        scope.set(name, value);
        reportSecret("ENV", name, report);
      }
      return reportLegacyFormat(instruction, report);
    case "label":
      return reportLegacyFormat(instruction, report);
    case "shell":
      scope.hasShell = true;
      return;
    case "cmd":
    case "entrypoint":
      if (!instruction.command.isJson && !scope.hasShell) {
        report(
          "JSONArgsRecommended",
          `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`,
        );
      }
      return;
    case "maintainer":
      return void report(
        "MaintainerDeprecated",
        "Maintainer instruction is deprecated in favor of using label",
      );
    case "workdir": {
      const { path } = instruction;
      if (!scope.hasWorkdir && !path.startsWith("/")) {
        report(
          "WorkdirRelativePath",
          `Relative workdir ${
            JSON.stringify(path)
          } can have unexpected results if the base image changes`,
        );
      }
      scope.hasWorkdir = true;
      return;
    }
    case "expose":
      return instruction.ports.forEach((port) => reportPort(port, report));
  }
}

function declare(
  { arguments: declared }: ArgInstruction,
  scope: Scope,
  plan: BuildPlan,
  report: Report,
): void {
  for (const { name, value } of declared) {
    reportSecret("ARG", name, report);
    scope.declare(name);
    const result = argumentValue(plan, name, value);
    if (result !== undefined) scope.set(name, result);
  }
}

/** A word of this kind, alone or between underscores. */
const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const PUBLIC = /(?:_|^)public(?:_|$)/i;

function reportSecret(instruction: "ARG" | "ENV", name: string, report: Report): void {
  if (!SECRET.test(name) || PUBLIC.test(name)) return;
  report(
    "SecretsUsedInArgOrEnv",
    `Do not use ARG or ENV instructions for sensitive data (${instruction} ${
      JSON.stringify(name)
    })`,
  );
}

function reportLegacyFormat({ original }: BuildInstruction, report: Report): void {
  const keyword = keywordOf(original);
  const { rest } = splitFlags(original.trim().slice(keyword.length));
  const [first] = splitWords(rest, "\\");
  if (first === undefined || first.includes("=")) return;
  report(
    "LegacyKeyValueFormat",
    `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
  );
}

function reportPort(port: string, report: Report): void {
  if (port.includes(":")) {
    report(
      "ExposeInvalidFormat",
      `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
    );
  }
  const protocol = port.split("/")[1] ?? "";
  if (protocol !== protocol.toLowerCase()) {
    report(
      "ExposeProtoCasing",
      `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
    );
  }
}
