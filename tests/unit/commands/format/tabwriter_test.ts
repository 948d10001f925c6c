import { equal } from "node:assert/strict";
import { alignTabs } from "../../../../commands/format/tabwriter.ts";

const docker = { minimumWidth: 10, padding: 3 };

/** What Go's tabwriter made of the text. */
const cases: [name: string, text: string, aligned: string][] = [
  ["nothing", "", ""],
  ["no tabs", "a\nlong line\n", "a\nlong line\n"],
  ["the least width", "a\tb\tc\n", "a         b         c\n"],
  [
    "the last cell is not padded",
    "a\tb\nlonger than ten\tb\n",
    "a                 b\nlonger than ten   b\n",
  ],
  ["an empty last cell", "a\tb\t\n", "a         b         \n"],
  ["empty cells", "\t\tx\n", "                    x\n"],
  [
    "columns end with the lines that have them",
    "aaaaaaaaaaa\tb\nx\ny\tz\n",
    "aaaaaaaaaaa   b\nx\ny         z\n",
  ],
  [
    "a column in a column",
    "a\tbbbbbbbbbbbb\tc\na\td\nlonger than ten\te\tf\n",
    "a                 bbbbbbbbbbbb   c\na                 d\nlonger than ten   e         f\n",
  ],
  [
    "characters count, not columns",
    "世界世界世界\té\tz\n12345678\t1\tz\n",
    "世界世界世界     é         z\n12345678   1         z\n",
  ],
  ["no line break at the end", "a\tb\nccccccccc\td", "a           b\nccccccccc   d"],
];

Deno.test("alignTabs() aligns as docker's tables are", () => {
  for (const [name, text, aligned] of cases) equal(alignTabs(text, docker), aligned, name);
});

Deno.test("alignTabs() takes other widths, such as those of docker version", () => {
  equal(alignTabs("Version:\t1\n", { minimumWidth: 20, padding: 1 }), "Version:            1\n");
});
