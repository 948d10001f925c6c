import { equal, throws } from "node:assert/strict";
import { eventTest } from "../../../../storage/events/event_filter.ts";
import type { EventMessage } from "../../../../storage/events/message.ts";

function event(
  Type: EventMessage["Type"],
  Action: string,
  ID: string,
  Attributes: Record<string, string>,
): EventMessage {
  return { Type, Action, Actor: { ID, Attributes }, scope: "local", time: 1, timeNano: 1n };
}

const id = "d8537da0b846".padEnd(64, "0"), imageId = `sha256:${"12".repeat(32)}`;
const start = event("container", "start", id, { image: "bb:1", name: "web", k: "v" });
const exec = event("container", "exec_create: sh -c ls", id, { image: "bb:1", name: "web" });
const tag = event("image", "tag", imageId, { name: "bb:2", k: "w" });

/** Seen at a dockerd 20.10: filters, and which of the three events they let through. */
const cases: [string[], boolean, boolean, boolean][] = [
  [[], true, true, true],
  [["type=container"], true, true, false],
  [["type=container", "type=image"], true, true, true],
  [["type=cont"], false, false, false],
  [["event=start"], true, false, false],
  [["event=sta"], false, false, false],
  [["event=exec_create"], false, true, false],
  [["event=exec_create: sh -c ls"], false, true, false],
  [["event=exec_create", "event=sta"], true, true, false],
  [["container=we"], true, true, false],
  [["container=d85"], true, true, false],
  [["container=eb"], false, false, false],
  [["image=bb:1"], true, true, false],
  [["image=bb"], true, true, true],
  [[`image=${imageId}`], false, false, true],
  [["image=b"], false, false, false],
  [["label=k"], true, false, true],
  [["label=k=v"], true, false, false],
  [["label=k=v", "label=nosuch"], false, false, false],
  [["label=name=web"], true, true, false],
  [["scope=local"], true, true, true],
  [["scope=swarm"], false, false, false],
  [["daemon=x"], false, false, false],
  [["type=image", "event=start"], false, false, false],
];

for (const [texts, ...expected] of cases) {
  Deno.test(`events are filtered as docker filters them: ${texts.join(" ") || "nothing"}`, () => {
    const test = eventTest(texts.map((text) => {
      const equals = text.indexOf("=");
      return { name: text.slice(0, equals), value: text.slice(equals + 1) };
    }));
    equal(String([start, exec, tag].map(test)), String(expected));
  });
}

Deno.test("an unknown filter is refused", () => {
  throws(() => eventTest([{ name: "foo", value: "bar" }]), /^InvalidError: Invalid filter 'foo'$/);
});
