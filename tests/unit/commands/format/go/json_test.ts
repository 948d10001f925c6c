import { equal } from "node:assert/strict";
import { encodeJson } from "../../../../../commands/format/go/json.ts";
import {
  contextType,
  jsonField,
  mapOf,
  pointerTo,
  stringMapType,
  stringsType,
  stringType,
  structOf,
} from "../../../../../commands/format/go/types.ts";
import { anyJsonType, anyType, valueOf } from "../../../../../commands/format/go/value.ts";

Deno.test("encodeJson() writes plain data as Go does", () => {
  const cases: [data: unknown, json: string][] = [
    [null, "null"],
    [undefined, "null"],
    [true, "true"],
    [3, "3"],
    [1.5, "1.5"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [9007199254740993n, "9007199254740993"],
    ["", '""'],
    ['"\\/', '"\\"\\\\/"'],
    ["\n\r\t\b\f\0\x1f\x7f", '"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\x7f"'],
    ["é😀\u2028\u2029", '"é😀\\u2028\\u2029"'],
    ["\ud800", '"\ufffd"'],
    ["<a&b>", '"<a&b>"'],
    [[], "[]"],
    [{}, "{}"],
    [["a", 1, null], '["a",1,null]'],
    [{ b: 1, a: undefined, c: { z: 1, y: [] } }, '{"b":1,"c":{"z":1,"y":[]}}'],
    [new Map([["b", 1], ["a", 2]]), '{"a":2,"b":1}'],
  ];
  for (const [data, json] of cases) equal(encodeJson(valueOf(data)), json);
});

Deno.test("encodeJson() escapes HTML where it is asked to, in keys too", () => {
  const value = valueOf(new Map([["<k>", "a&b"]]));
  equal(encodeJson(value, { escapeHtml: true }), '{"\\u003ck\\u003e":"a\\u0026b"}');
});

Deno.test("encodeJson() sorts maps, keeps structs in order and writes nil as null", () => {
  const type = structOf("t", {
    ID: jsonField("Id", stringType),
    Labels: stringMapType,
    Nested: pointerTo(structOf("n", { Sorted: mapOf(stringsType) })),
    List: stringsType,
  });
  const data = {
    Labels: { b: "1", a: "2" },
    Id: "x",
    Nested: { Sorted: { z: ["1"], y: null } },
    List: null,
    Extra: { b: 1, a: 2 },
  };
  equal(
    encodeJson({ type, data }),
    '{"Labels":{"a":"2","b":"1"},"Id":"x","Nested":{"Sorted":{"y":null,"z":["1"]}},' +
      '"List":null,"Extra":{"b":1,"a":2}}',
  );
  equal(encodeJson({ type: pointerTo(type), data: null }), "null");
});

Deno.test("encodeJson() sorts everything of raw JSON and keeps its numbers", () => {
  const data = { b: 1.5, a: { d: 4294967296, c: [null] } };
  equal(encodeJson({ type: anyJsonType, data }), '{"a":{"c":[null],"d":4294967296},"b":1.5}');
});

Deno.test("encodeJson() writes a formatter context's methods by name, HTML escaped", () => {
  class Context {
    Ports = "80->80/tcp";
    get ID() {
      return "abc";
    }
    Label(name: string) {
      return name;
    }
  }
  const value = { type: contextType("formatter.Context"), data: new Context() };
  equal(encodeJson(value), '{"ID":"abc","Ports":"80-\\u003e80/tcp"}');
});

Deno.test("encodeJson() indents as json.Indent does", () => {
  const data = { a: [], b: {}, c: [1, { d: null }], e: "x" };
  equal(
    encodeJson({ type: anyType, data }, { indent: 4 }),
    `{
    "a": [],
    "b": {},
    "c": [
        1,
        {
            "d": null
        }
    ],
    "e": "x"
}`,
  );
});
