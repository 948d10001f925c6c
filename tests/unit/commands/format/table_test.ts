import { deepEqual, equal, throws } from "node:assert/strict";
import { formatRows, probeFormat, type RowsFormat } from "../../../../commands/format/table.ts";

const headers = {
  ID: "CONTAINER ID",
  Image: "IMAGE",
  Command: "COMMAND",
  RunningFor: "CREATED",
  Status: "STATUS",
  Ports: "PORTS",
  Names: "NAMES",
  Size: "SIZE",
};

const defaultTable =
  "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}";

const rawFormat = `container_id: {{.ID}}
image: {{.Image}}
status: {{- pad .Status 1 0}}
ports: {{- pad .Ports 1 0}}
`;

function row(
  ID: string,
  Command: string,
  Status: string,
  Names: string,
  Ports = "",
): Record<string, unknown> {
  return {
    ID,
    Image: "busybox",
    Command,
    RunningFor: "3 seconds ago",
    Status,
    Ports,
    Names,
    Size: "0B (virtual 1.98MB)",
    Label: (name: string) => name === "com.example.color" ? "red" : "",
  };
}

const rows = [
  row("e530aae74f7f", '"sleep 1000"', "Up 2 seconds (Paused)", "slp"),
  row("b8332cf19294", `"sh -c 'exit 3'"`, "Exited (3) 2 seconds ago", "ex"),
  row(
    "33fe6ec1e398",
    `"sh -c 'while :; do …"`,
    "Up 2 seconds",
    "web",
    "0.0.0.0:18090->80/tcp, :::18090->80/tcp",
  ),
];

function format(options: Partial<RowsFormat> = {}): string {
  return formatRows({
    rows,
    headers,
    defaultTable,
    rawFormat,
    rawQuietFormat: "container_id: {{.ID}}",
    typeName: "formatter.ContainerContext",
    ...options,
  });
}

Deno.test("the default table is docker's", () => {
  const table = `\
CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS                     PORTS                                     NAMES
e530aae74f7f   busybox   "sleep 1000"             3 seconds ago   Up 2 seconds (Paused)                                                slp
b8332cf19294   busybox   "sh -c 'exit 3'"         3 seconds ago   Exited (3) 2 seconds ago                                             ex
33fe6ec1e398   busybox   "sh -c 'while :; do …"   3 seconds ago   Up 2 seconds               0.0.0.0:18090->80/tcp, :::18090->80/tcp   web
`;
  equal(format(), table);
  equal(format({ format: "" }), table);
  equal(format({ format: "table" }), table);
});

Deno.test("a table without rows is its header", () => {
  equal(
    format({ rows: [] }),
    "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n",
  );
  equal(format({ rows: [], format: "table {{.ID}}\\t{{.Nope}}" }), "CONTAINER ID   <no value>\n");
  equal(format({ rows: [], quiet: true }), "");
  equal(format({ rows: [], format: "{{.Nope}}" }), "");
});

Deno.test("docker's formats", () => {
  const cases: [format: string, output: string][] = [
    ["{{.ID}}", "e530aae74f7f\nb8332cf19294\n33fe6ec1e398\n"],
    [" {{.Names}} ", "slp\nex\nweb\n"],
    ["{{.Names}}\\t{{len .ID}}\\n", "slp\t12\n\nex\t12\n\nweb\t12\n\n"],
    ["json", "json\njson\njson\n"],
    ["a\\r", "a\\r\na\\r\na\\r\n"],
    ["table {{.ID}}", "CONTAINER ID\ne530aae74f7f\nb8332cf19294\n33fe6ec1e398\n"],
    ["table{{.Names}}", "NAMES\nslp\nex\nweb\n"],
    ["tablex {{.Names}}", "x NAMES\nx slp\nx ex\nx web\n"],
    ["table  \t {{.Names}}", "           NAMES\n           slp\n           ex\n           web\n"],
    [
      "table {{.Names}}\\t{{.ID}}",
      "NAMES     CONTAINER ID\nslp       e530aae74f7f\nex        b8332cf19294\nweb       33fe6ec1e398\n",
    ],
    [
      "table {{.Names}}\\n{{.ID}}",
      "NAMES\nCONTAINER ID\nslp\ne530aae74f7f\nex\nb8332cf19294\nweb\n33fe6ec1e398\n",
    ],
    [
      "table {{upper .Names}}\\t{{title .Names}}\\t{{json .Names}}",
      'NAMES     NAMES     NAMES\nSLP       Slp       "slp"\nEX        Ex        "ex"\nWEB       Web       "web"\n',
    ],
    [
      'table {{truncate .Names 1}}\\t{{join (split .Names "e") "-"}}',
      "NAMES     NAMES\ns         slp\ne         -x\nw         w-b\n",
    ],
    [
      'table {{.Label "com.example.color"}}\\t{{.Label "a.build-date_x"}}',
      "color     build date x\nred       \nred       \nred       \n",
    ],
    [
      'table {{truncate .Names 1}}\\t{{range (split .Image "y")}}{{.}}.{{end}}',
      "NAMES     \ns         bus.box.\ne         bus.box.\nw         bus.box.\n",
    ],
    ['table {{if eq .Names "ex"}}X{{else}}Y{{end}}', "Y\nY\nX\nY\n"],
    [
      "raw",
      "container_id: e530aae74f7f\nimage: busybox\nstatus: Up 2 seconds (Paused)\nports:\n\ncontainer_id: b8332cf19294\nimage: busybox\nstatus: Exited (3) 2 seconds ago\nports:\n\ncontainer_id: 33fe6ec1e398\nimage: busybox\nstatus: Up 2 seconds\nports: 0.0.0.0:18090->80/tcp, :::18090->80/tcp\n\n",
    ],
  ];
  for (const [given, output] of cases) equal(format({ format: given }), output, given);
});

Deno.test("{{json .}} has all but functions, by name and HTML escaped", () => {
  equal(
    format({ format: "{{json .}}", rows: [rows[2]] }),
    '{"Command":"\\"sh -c \'while :; do …\\"","ID":"33fe6ec1e398","Image":"busybox",' +
      '"Names":"web","Ports":"0.0.0.0:18090-\\u003e80/tcp, :::18090-\\u003e80/tcp",' +
      '"RunningFor":"3 seconds ago","Size":"0B (virtual 1.98MB)","Status":"Up 2 seconds"}\n',
  );
  equal(
    format({ format: "{{json .Ports}}", rows: [rows[2]] }),
    '"0.0.0.0:18090->80/tcp, :::18090->80/tcp"\n',
  );
});

Deno.test("quiet prints ids, unless a format says otherwise", () => {
  const ids = "e530aae74f7f\nb8332cf19294\n33fe6ec1e398\n";
  equal(format({ quiet: true }), ids);
  equal(format({ quiet: true, format: "table" }), ids);
  equal(format({ quiet: true, quietFormat: "{{.Names}}" }), "slp\nex\nweb\n");
  equal(format({ quiet: true, format: "{{.Names}}" }), "slp\nex\nweb\n");
  equal(format({ quiet: true, format: "table {{.Names}}" }), "NAMES\nslp\nex\nweb\n");
  equal(
    format({ quiet: true, format: "raw" }),
    "container_id: e530aae74f7f\ncontainer_id: b8332cf19294\ncontainer_id: 33fe6ec1e398\n",
  );
});

Deno.test("lists without a raw format print the word", () => {
  equal(format({ format: "raw", rawFormat: undefined }), "raw\nraw\nraw\n");
});

Deno.test("errors have docker's words", () => {
  const cases: [format: string, message: string][] = [
    ["{{.ID", "template: :1: unclosed action"],
    ["table {{nope}}", 'template: :1: function "nope" not defined'],
    [
      "{{.Nope}}",
      `template: :1:2: executing "" at <.Nope>: can't evaluate field Nope in type *formatter.ContainerContext`,
    ],
    [
      "table {{.ID}}\\t{{.Nope}}",
      `template: :1:10: executing "" at <.Nope>: can't evaluate field Nope in type *formatter.ContainerContext`,
    ],
    [
      "{{.ID.x}}",
      `template: :1:5: executing "" at <.ID.x>: can't evaluate field x in type string`,
    ],
    [
      '{{.ID "x"}}',
      'template: :1:2: executing "" at <.ID>: wrong number of args for ID: want 0 got 1',
    ],
    [
      "{{.Label}}",
      'template: :1:2: executing "" at <.Label>: wrong number of args for Label: want 1 got 0',
    ],
    [
      "{{.Label 3}}",
      'template: :1:9: executing "" at <3>: expected string; found 3',
    ],
    [
      "{{len .}}",
      'template: :1:2: executing "" at <len .>: error calling len: len of type formatter.ContainerContext',
    ],
    [
      "{{upper .}}",
      'template: :1:8: executing "" at <.>: wrong type for value; expected string; got *formatter.ContainerContext',
    ],
  ];
  for (const [given, message] of cases) {
    throws(() => format({ format: given }), { message: `template parsing error: ${message}` });
  }
});

Deno.test("a getter runs only where the format needs it", () => {
  let reads = 0;
  const lazy = {
    ID: "x",
    get Size() {
      reads++;
      return "1B";
    },
  };
  equal(format({ format: "{{.ID}}", rows: [lazy] }), "x\n");
  equal(format({ format: "{{if false}}{{.Size}}{{end}}", rows: [lazy] }), "\n");
  equal(reads, 0);
  equal(format({ format: "{{.Size}}", rows: [lazy] }), "1B\n");
  equal(reads, 1);
});

Deno.test("rows may be objects of a class; what all objects have is no field", () => {
  class Row {
    #id = "x";
    get ID() {
      return this.#id;
    }
    Label(name: string) {
      return this.#id + name;
    }
  }
  equal(
    format({ format: '{{.ID}} {{.Label "y"}} {{json .}}', rows: [new Row()] }),
    'x xy {"ID":"x"}\n',
  );
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    throws(() => format({ format: `{{.${name}}}`, rows: [new Row()] }), /can't evaluate field/);
  }
});

Deno.test("probeFormat() tells what a format uses", () => {
  const sample = { ID: "", Size: "", Names: "", Label: (_name: string) => "" };
  const used = (given: string) => [...probeFormat(given, sample, "formatter.ContainerContext")];
  deepEqual(used("table {{.ID}} {{.Names}}"), ["ID", "Names"]);
  deepEqual(used("{{if .ID}}{{.Size}}{{end}}"), ["ID"]);
  deepEqual(used("table"), []);
  deepEqual(used("{{json .}}").sort(), ["ID", "Label", "Names", "Size"]);
});

Deno.test("probeFormat() reports errors as docker ps does, with the place in the whole format", () => {
  const probe = (given: string) => () => probeFormat(given, {}, "formatter.ContainerContext");
  throws(probe("table {{.Nope}}"), {
    message: 'failed to execute template: template: :1:8: executing "" at <.Nope>: ' +
      "can't evaluate field Nope in type *formatter.ContainerContext",
  });
  throws(probe("{{nope}}"), {
    message: 'failed to parse template: template: :1: function "nope" not defined',
  });
});
