import type { Mechanism } from "../runtime/mechanisms.ts";
import { type SystemInfo, systemInfo } from "../runtime/system_info.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { string } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { bytesSize } from "./format/units.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "Display system-wide information",
  description: "What box finds on this host and in its store, and what is missing here.",
  args: noArgs,
  options: {
    format: string("f", "Format the output using the given Go template"),
  },
  examples: [["box info -f '{{.DockerRootDir}}'", "Print where the store is"]],
  async run({ options: { format }, root }) {
    const { describeMechanisms } = await import("../runtime/mechanisms.ts");
    const store = new Store(root);
    const isRemapped = Boolean(Deno.env.get("BOX_USERNS_REMAP"));
    const info = { ...systemInfo(store, isRemapped), Mechanisms: await describeMechanisms(store) };
    if (!format) {
      print(describe(info));
      info.Warnings.forEach(printError);
      return;
    }
    const { infoType } = await import("./format/docker_types/system.ts");
    const { printFormatted } = await import("./object_format.ts");
    printFormatted(format, "", info, infoType);
  },
});

/** In Docker's layout, which scripts search for a line of theirs. */
function describe(info: SystemInfo & { readonly Mechanisms: readonly Mechanism[] }): string {
  return [
    "Server:",
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ` Server Version: ${info.ServerVersion}`,
    ` Storage Driver: ${info.Driver}`,
    ...info.DriverStatus.map(([name, value]) => `  ${name}: ${value}`),
    ` Logging Driver: ${info.LoggingDriver}`,
    ...info.LoggingOptions.map(([name, value]) => `  ${name}: ${value}`),
    ` Cgroup Driver: ${info.CgroupDriver}`,
    ...info.CgroupVersion ? [` Cgroup Version: ${info.CgroupVersion}`] : [],
    ...info.CgroupRoot ? [` Cgroup Root: ${info.CgroupRoot}`] : [],
    " Mechanisms:",
    ...info.Mechanisms.map(({ Name, Uses, Why }) => `  ${Name}: ${Uses}${Why && ` (${Why})`}`),
    " Plugins:",
    ...pluginLines(info),
    ` Swarm: ${info.Swarm.LocalNodeState}`,
    ` Runtimes: ${Object.keys(info.Runtimes).join(" ")}`,
    ` Default Runtime: ${info.DefaultRuntime}`,
    " Security Options:",
    ...info.SecurityOptions.flatMap(securityLines),
    ` Kernel Version: ${info.KernelVersion}`,
    ` Operating System: ${info.OperatingSystem}`,
    ` OSType: ${info.OSType}`,
    ` Architecture: ${info.Architecture}`,
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${bytesSize(info.MemTotal)}`,
    ` Name: ${info.Name}`,
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Experimental: ${info.ExperimentalBuild}`,
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
  ].join("\n");
}

function pluginLines({ Plugins: { Volume, Network, Log } }: SystemInfo): string[] {
  return Object.entries({ Volume, Network, Log })
    .filter(([, drivers]) => drivers.length > 0)
    .map(([kind, drivers]) => `  ${kind}: ${drivers.join(" ")}`);
}

/** `name=seccomp,profile=default` is the option and, below it, its settings. */
function securityLines(option: string): string[] {
  return option.split(",").map((setting) => {
    const [key, value] = setting.split("=", 2);
    return key === "name" ? `  ${value}` : `   ${key[0].toUpperCase()}${key.slice(1)}: ${value}`;
  });
}
