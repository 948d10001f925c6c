import { listImages } from "../storage/image/list.ts";
import { Store } from "../storage/store.ts";
import { atMost } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { bool, filter, string } from "./cli/options.ts";
import { currentTime } from "./elapsed_time.ts";
import { imageHeaders, imageRows } from "./image_row.ts";
import { printList } from "./print_list.ts";
import { warnOf } from "./warnings.ts";

const created = "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}";

export const command = defineCommand({
  usage: "[OPTIONS] [REPOSITORY[:TAG]]",
  summary: "List images",
  needsNamespaces: false,
  args: atMost(1),
  options: {
    all: bool("a", "Show all images (default hides intermediate images)"),
    digests: bool(null, "Show digests"),
    filter: filter("f", "Filter output based on conditions provided"),
    format: string(null, "Pretty-print images using a Go template"),
    "no-trunc": bool(null, "Don't truncate output"),
    quiet: bool("q", "Only show image IDs"),
  },
  examples: [
    ["box images 'team/*'", "List the images whose repository matches a pattern"],
    ["box images -q -f dangling=true", "Only the ids of images without a name"],
  ],
  async run({ options, args: [pattern], root }) {
    const { digests, format, quiet } = options;
    const reference = pattern ? [{ name: "reference", value: pattern }] : [];
    const { images, problems } = listImages(new Store(root), {
      all: options.all,
      filters: [...options.filter, ...reference],
    });
    const rowOptions = {
      now: currentTime(),
      truncate: !options["no-trunc"],
      digests: digests || format?.includes("{{.Digest}}") === true,
    };
    const digestColumn = digests ? "{{.Digest}}\t" : "";
    await printList({
      format: digests ? withDigest(format) : format,
      quiet,
      rows: images.flatMap((image) => imageRows(image, rowOptions)),
      headers: imageHeaders,
      defaultTable:
        `table {{.Repository}}\t{{.Tag}}\t${digestColumn}{{.ID}}\t${created}\t{{.Size}}`,
      rawFormat: [
        "repository: {{.Repository}}",
        "tag: {{.Tag}}",
        ...digests ? ["digest: {{.Digest}}"] : [],
        "image_id: {{.ID}}",
        "created_at: {{.CreatedAt}}",
        "virtual_size: {{.Size}}",
        "",
      ].join("\n"),
      rawQuietFormat: "image_id: {{.ID}}",
      typeName: "formatter.imageContext",
    });
    warnOf(problems);
  },
});

/** A table of the user's own gets the column, too. */
function withDigest(format: string | undefined): string | undefined {
  if (format === undefined || !/^table./s.test(format) || format.includes("{{.Digest}}")) {
    return format;
  }
  return `${format}\t{{.Digest}}`;
}
