import { equal, throws } from "node:assert/strict";
import { parseTemplate } from "../../../../../commands/format/template/mod.ts";

function run(template: string, data: unknown): string {
  return parseTemplate(template).execute(data);
}

Deno.test("plain data needs no Go type", () => {
  const data = {
    Name: "x",
    Count: 3,
    Ratio: 0.5,
    Big: 9007199254740993n,
    Yes: true,
    None: null,
    List: ["a", "b"],
    Mixed: ["a", 1, null],
    Map: new Map<string, unknown>([["k2", 2], ["k1", "one"]]),
    Strings: new Map([["k", "v"]]),
    Struct: { Inner: { Deep: 1 } },
  };
  const cases: [template: string, output: string][] = [
    ["{{.Name}} {{.Count}} {{.Ratio}} {{.Big}} {{.Yes}}", "x 3 0.5 9007199254740993 true"],
    ["{{.None}}", "<no value>"],
    ["{{.List}} {{.Mixed}}", "[a b] [a 1 <nil>]"],
    ["{{.Map}} {{.Map.k1}} {{.Map.k2}} {{.Map.k3}}", "map[k1:one k2:2] one 2 <no value>"],
    ['{{index .Strings "k"}}{{index .Strings "x"}}|', "v|"],
    ["{{range $k, $v := .Map}}{{$k}}={{$v}};{{end}}", "k1=one;k2=2;"],
    ["{{.Struct}} {{.Struct.Inner.Deep}}", "{{1}} 1"],
    ["{{json .Struct}} {{json .Map}}", '{"Inner":{"Deep":1}} {"k1":"one","k2":2}'],
    ['{{printf "%T %T %T %T" .Name .Count .Ratio .List}}', "string int float64 []string"],
    ['{{join .List ","}}', "a,b"],
    ["{{eq .Count 3}} {{gt .Big 5}}", "true true"],
    ["{{with .Struct}}{{.Inner.Deep}}{{$.Name}}{{end}}", "1x"],
  ];
  for (const [template, output] of cases) equal(run(template, data), output, template);
});

Deno.test("a missing field of plain data is an error", () => {
  throws(() => run("{{.Nope}}", {}), /can't evaluate field Nope in type struct/);
  throws(() => run("{{.constructor}}", {}), /can't evaluate field constructor/);
  throws(() => run("{{.x.toString}}", { x: {} }), /can't evaluate field toString/);
  throws(() => run("{{.x.length}}", { x: "abc" }), /can't evaluate field length/);
});

Deno.test("missing keys of a map are an error only where that is asked for", () => {
  const template = parseTemplate("a{{.k.l}}");
  const data = new Map();
  equal(template.execute(data), "a<no value>");
  throws(() => template.execute(data, { missingKey: "error" }), {
    name: "TemplateExecutionError",
    message: 'template: :1:5: executing "" at <.k.l>: map has no entry for key "k"',
    output: "a",
  });
});

Deno.test("a template that calls itself ends with an error", () => {
  throws(
    () => run('{{define "r"}}{{template "r"}}{{end}}{{template "r"}}', null),
    /exceeded maximum template depth/,
  );
});

Deno.test("a template can run many times", () => {
  const template = parseTemplate("{{$n := .}}{{range $i, $x := $n}}{{$i}}{{$x}}{{end}}");
  equal(template.execute(["a", "b"]), "0a1b");
  equal(template.execute(["c"]), "0c");
});

Deno.test("columns of errors count bytes in the line", () => {
  throws(() => run("é\nü {{.Nope}}", {}), /^TemplateExecutionError: template: :2:5: /);
});
