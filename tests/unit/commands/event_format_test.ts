import { equal, throws } from "node:assert/strict";
import { eventFormatter, eventLine } from "../../../commands/event_format.ts";
import type { EventMessage } from "../../../storage/events/message.ts";

const kill: EventMessage = {
  status: "kill",
  id: "abc",
  from: "busybox",
  Type: "container",
  Action: "kill",
  Actor: { ID: "abc", Attributes: { signal: "15", name: "web", image: "busybox" } },
  scope: "local",
  time: 1795265903,
  timeNano: 1795265903001002000n,
};

const { status: _, id: __, from: ___, ...rest } = kill;
const prune: EventMessage = {
  ...rest,
  Type: "volume",
  Action: "prune",
  Actor: { ID: "", Attributes: {} },
};

Deno.test("eventLine() is docker's line, with all nine digits", () => {
  const [time, ...words] = eventLine(kill).split(" ");
  equal(words.join(" "), "container kill abc (image=busybox, name=web, signal=15)");
  equal(time.length, new Date().getTimezoneOffset() === 0 ? 30 : 35);
  equal(time.slice(17, 29), "23.001002000");
  equal(eventLine(prune).split(" ").slice(1).join(" "), "volume prune ");
});

Deno.test("eventFormatter() knows docker's fields", () => {
  equal(
    eventFormatter("{{json .}}")(kill),
    '{"status":"kill","id":"abc","from":"busybox","Type":"container","Action":"kill",' +
      '"Actor":{"ID":"abc","Attributes":{"image":"busybox","name":"web","signal":"15"}},' +
      '"scope":"local","time":1795265903,"timeNano":1795265903001002000}',
  );
  equal(
    eventFormatter(
      "{{.Actor.Attributes.name}} {{.Actor.Attributes.nosuch}} {{.TimeNano}} {{.From}}",
    )(
      kill,
    ),
    "web <no value> 1795265903001002000 busybox",
  );
  equal(eventFormatter("{{.Status}}{{.ID}}|{{.Type}} {{.Scope}}")(prune), "|volume local");
});

Deno.test("a format that cannot be used is refused before anything happens", () => {
  for (
    const [format, message] of [
      ["{{", "template: :1: unclosed action"],
      [
        "{{.Bad}}",
        `template: :1:2: executing "" at <.Bad>: can't evaluate field Bad in type *events.Message`,
      ],
      [
        "{{slice .From 0 5}}",
        `template: :1:2: executing "" at <slice .From 0 5>: error calling slice: index out of range: 5`,
      ],
    ]
  ) {
    throws(() => eventFormatter(format), {
      message: `Error parsing format: ${message}`,
      exitCode: 64,
    });
  }
});
