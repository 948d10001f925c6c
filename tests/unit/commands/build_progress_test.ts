import assert from "node:assert/strict";
import { PlainProgress } from "../../../commands/build_progress/plain.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("lines of steps that go on at once are told apart, and never mixed", () => {
  let text = "";
  const progress = new PlainProgress((part) => text += part);
  const one = { number: 1, title: "[a 1/1] RUN one" },
    two = { number: 2, title: "[b 1/1] RUN two" };
  progress.started(one);
  progress.output(one, bytes("begi"), 100);
  progress.started(two);
  progress.output(two, bytes("two\nthree\n"), 50);
  progress.output(one, bytes("n\nend"), 250);
  progress.done(one, 1234);
  progress.cached(two);
  assert.equal(
    text,
    `#1 [a 1/1] RUN one
#2 [b 1/1] RUN two
#2 0.050 two
#2 0.050 three
#1 [a 1/1] RUN one
#1 0.100 begin
#1 0.250 end
#1 DONE 1.2s

#2 [b 1/1] RUN two
#2 CACHED

`,
  );
});
