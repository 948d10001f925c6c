import { listVolumes } from "../runtime/volume/list.ts";
import { Store } from "../storage/store.ts";
import { noArgs } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, string } from "./cli/options.ts";
import { printRows, warnOf } from "./list_format.ts";
import { naturalOrder } from "./natural_order.ts";
import { volumeHeaders, VolumeRow } from "./volume_row.ts";

export const command = defineCommand({
  usage: "[OPTIONS]",
  summary: "List volumes",
  args: noArgs,
  options: {
    filter: filter("f", "Provide filter values (e.g. 'dangling=true')"),
    format: string(null, "Pretty-print volumes using a Go template"),
    quiet: bool("q", "Only display volume names"),
  },
  examples: [["box volume ls -q -f dangling=true", "Only those that no container uses"]],
  run({ options, root }) {
    const { volumes, problems } = listVolumes(new Store(root), options.filter);
    const sorted = volumes.toSorted((a, b) => naturalOrder(a.Name, b.Name));
    printRows({
      format: options.format,
      quiet: options.quiet,
      rows: sorted.map((volume) => new VolumeRow(volume)),
      headers: volumeHeaders,
      defaultTable: "table {{.Driver}}\t{{.Name}}",
      quietFormat: "{{.Name}}",
      rawFormat: "name: {{.Name}}\ndriver: {{.Driver}}\n",
      rawQuietFormat: "name: {{.Name}}",
      typeName: "formatter.volumeContext",
    });
    warnOf(problems);
  },
});
