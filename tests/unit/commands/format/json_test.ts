import { equal } from "node:assert/strict";
import { stringMapType, structOf } from "../../../../commands/format/go/types.ts";
import { formatInspectJson } from "../../../../commands/format/json.ts";

Deno.test("formatInspectJson() writes an array like docker inspect", () => {
  equal(formatInspectJson([]), "[]\n");
  equal(formatInspectJson([{ data: {} }]), "[\n    {}\n]\n");
  const type = structOf("t", { Labels: stringMapType });
  equal(
    formatInspectJson([{ data: { Labels: { b: "\n<&>", a: "" } }, type }, { data: { X: [0] } }]),
    `[
    {
        "Labels": {
            "a": "",
            "b": "\\n<&>"
        }
    },
    {
        "X": [
            0
        ]
    }
]
`,
  );
});

Deno.test("formatInspectJson() escapes HTML for docker volume inspect", () => {
  equal(
    formatInspectJson([{ data: { a: "<&>" } }], { escapeHtml: true }),
    '[\n    {\n        "a": "\\u003c\\u0026\\u003e"\n    }\n]\n',
  );
});
