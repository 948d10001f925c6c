import { type SystemVersion, systemVersion } from "../runtime/system_version.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { string } from "./cli/options.ts";
import { print } from "./cli/output.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Show the version information of box",
  description: "Box is both of what Docker calls the client and the server. " +
    "The API version is that of the Docker whose behaviour it has.",
  needsNamespaces: false,
  args: noArgs,
  options: {
    format: string("f", "Format the output using the given Go template"),
  },
  examples: [["box version -f '{{.Server.Version}}'", "Print nothing but the version"]],
  async run({ options: { format } }) {
    const server = systemVersion();
    if (!format) {
      print(describe(server));
      return;
    }
    const { versionType } = await import("./format/docker_types/system.ts");
    const { printFormatted } = await import("./object_format.ts");
    const data = { Client: clientOf(server), Server: server };
    printFormatted(format, "version", data, versionType);
  },
});

/** docker's clientVersion, in its order. */
function clientOf(server: SystemVersion) {
  const { Platform, Version, ApiVersion, GitCommit, GoVersion, Os, Arch, BuildTime } = server;
  return {
    Platform,
    Version,
    ApiVersion,
    DefaultAPIVersion: ApiVersion,
    GitCommit,
    GoVersion,
    Os,
    Arch,
    BuildTime,
    Context: "default",
    Experimental: false,
  };
}

/** The column at which Docker's values begin. */
const VALUE_COLUMN = 20;

function describe({ Components: [, ...libraries], ...server }: SystemVersion): string {
  const { Version, ApiVersion, MinAPIVersion, KernelVersion, Os, Arch } = server;
  const line = (name: string, value: string) => `${name}:`.padEnd(VALUE_COLUMN) + value;
  return [
    "Client:",
    line(" Version", Version),
    line(" API version", ApiVersion),
    line(" OS/Arch", `${Os}/${Arch}`),
    "",
    "Server:",
    " Engine:",
    line("  Version", Version),
    line("  API version", `${ApiVersion} (minimum version ${MinAPIVersion})`),
    line("  OS/Arch", `${Os}/${Arch}`),
    line("  Kernel Version", KernelVersion),
    ...libraries.flatMap(({ Name, Version }) => [` ${Name}:`, line("  Version", Version)]),
  ].join("\n");
}
