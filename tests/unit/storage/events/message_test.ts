import { equal, ok } from "node:assert/strict";
import { encodeEvent, type NewEvent, parseEvent } from "../../../../storage/events/message.ts";

const start: NewEvent = {
  status: "start",
  id: "abc",
  from: "busybox",
  Type: "container",
  Action: "start",
  Actor: { ID: "abc", Attributes: { name: "web", image: "busybox", "a<b": "ü" } },
};

const line = encodeEvent(start, 1795265903, 1_002_003);

Deno.test("encodeEvent() writes what docker writes", () => {
  equal(
    line,
    '{"status":"start","id":"abc","from":"busybox","Type":"container","Action":"start",' +
      '"Actor":{"ID":"abc","Attributes":{"a\\u003cb":"ü","image":"busybox","name":"web"}},' +
      '"scope":"local","time":1795265903,"timeNano":1795265903001002003}\n',
  );
});

Deno.test("parseEvent() loses nothing, not even nanoseconds", () => {
  const event = parseEvent(line.trimEnd())!;
  equal(event.timeNano, 1795265903001002003n);
  equal(event.Actor.Attributes["a<b"], "ü");
  equal(event.from, "busybox");
});

Deno.test("parseEvent() finds the event behind a line that was cut short", () => {
  for (let length = 0; length < line.length; length++) {
    equal(parseEvent(line.slice(0, length) + line.trimEnd())?.Action, "start", String(length));
  }
});

Deno.test("a text in an event is not taken for the beginning of one", () => {
  const Attributes = { comment: '{"status":"die","Type":"container"' };
  const event = { ...start, Actor: { ID: "abc", Attributes } };
  equal(parseEvent(encodeEvent(event, 1, 2).trimEnd())?.Action, "start");
});

Deno.test("parseEvent() refuses what is no event", () => {
  for (
    const text of [
      "",
      "nonsense",
      "{}",
      line.slice(0, 50),
      '{"timeNano":1}',
      '{"Type":"image","Action":1,"Actor":{"ID":"","Attributes":{}},"scope":"local","time":1,"timeNano":1}',
      '{"Type":"image","Action":"tag","Actor":{"ID":"","Attributes":null},"scope":"local","time":1,"timeNano":1}',
      '{"Type":"image","Action":"tag","Actor":{"ID":"","Attributes":{"a":[]}},"scope":"local","time":1,"timeNano":1}',
    ]
  ) ok(parseEvent(text) === undefined, text);
});
