import { listNetworks } from "../runtime/network/list.ts";
import type { NetworkFile } from "../storage/network/config.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, string } from "./cli/options.ts";
import { truncateId } from "./format/ellipsis.ts";
import { formatUtcTime, parseTimestamp } from "./format/timestamp.ts";
import { printRows } from "./list_format.ts";

const headers = {
  ID: "NETWORK ID",
  Name: "NAME",
  Driver: "DRIVER",
  Scope: "SCOPE",
  IPv6: "IPV6",
  Internal: "INTERNAL",
  Labels: "LABELS",
  CreatedAt: "CREATED AT",
};

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "List networks",
  args: noArgs,
  options: {
    filter: filter("f", "Provide filter values (e.g. 'driver=bridge')"),
    format: string(null, "Pretty-print networks using a Go template"),
    "no-trunc": bool(null, "Do not truncate the output"),
    quiet: bool("q", "Only display network IDs"),
  },
  run({ options: { filter, format, quiet, "no-trunc": whole }, root }) {
    printRows({
      format,
      quiet,
      rows: listNetworks(new Store(root), filter).map((network) => new NetworkRow(network, whole)),
      headers,
      defaultTable: "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
      rawFormat: "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
      rawQuietFormat: "network_id: {{.ID}}",
      typeName: "network.networkContext",
    });
  },
});

/** Its properties are what a format can name: those of Docker's networkContext. */
class NetworkRow {
  readonly #network: NetworkFile;
  readonly #whole: boolean;

  constructor(network: NetworkFile, whole: boolean) {
    this.#network = network;
    this.#whole = whole;
  }

  get ID(): string {
    return this.#whole ? this.#network.Id : truncateId(this.#network.Id);
  }

  get Name(): string {
    return this.#network.Name;
  }

  get Driver(): string {
    return this.#network.Driver;
  }

  get Scope(): string {
    return this.#network.Scope;
  }

  get IPv6(): string {
    return String(this.#network.EnableIPv6);
  }

  get Internal(): string {
    return String(this.#network.Internal);
  }

  get Labels(): string {
    return Object.entries(this.#network.Labels).map(([name, value]) => `${name}=${value}`)
      .join(",");
  }

  Label(name: string): string {
    return this.#network.Labels[name] ?? "";
  }

  get CreatedAt(): string {
    return formatUtcTime(parseTimestamp(this.#network.Created));
  }
}
