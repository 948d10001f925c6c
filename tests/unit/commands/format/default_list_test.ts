import { equal } from "node:assert/strict";
import { formatDefaultList } from "../../../../commands/format/default_list.ts";
import { formatRows, type RowsFormat } from "../../../../commands/format/table.ts";

const list: RowsFormat = {
  rows: [{ ID: "1", Names: "a\ttab" }, { ID: "22", Names: "ünï 日本" }],
  headers: { ID: "CONTAINER ID", Names: "NAMES" },
  defaultTable: "table {{.ID}}\t{{.Names}}\t{{.ID}} end",
  typeName: "test",
};

Deno.test("a list in its default format is what the template makes of it", () => {
  const variants: Partial<RowsFormat>[] = [
    {},
    { rows: [] },
    { quiet: true },
    { quiet: true, quietFormat: "{{.Names}} of {{.ID}}" },
    { defaultTable: "{{.ID}}" },
    {
      rows: [{ ID: "1", Names: "a" }, { ID: "2", Names: "" }, { ID: 0, Names: "c" }],
      defaultTable: "table {{.ID}}\t{{if .Names }}{{.Names}}{{else}}N/A{{end}}\t{{.ID}}",
    },
  ];
  for (const variant of variants) {
    const chosen = { ...list, ...variant };
    equal(formatDefaultList(chosen), formatRows(chosen));
  }
});

Deno.test("what says more than which properties are shown is left to the template", () => {
  const variants: Partial<RowsFormat>[] = [
    { format: "{{.ID}}" },
    { format: "table" },
    { defaultTable: "table {{.Other}}" },
    { defaultTable: "table {{.ID | upper}}" },
    { defaultTable: "table {{if .ID }}{{.Names}}{{else}}N/A{{end}}" },
    { quiet: true, quietFormat: "{{json .ID}}" },
  ];
  for (const variant of variants) equal(formatDefaultList({ ...list, ...variant }), undefined);
});
