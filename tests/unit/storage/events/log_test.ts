import { deepEqual, equal, ok } from "node:assert/strict";
import { appendEvent } from "../../../../storage/events/append.ts";
import { EventReader } from "../../../../storage/events/event_reader.ts";
import { followEvents } from "../../../../storage/events/follow.ts";
import { Store } from "../../../../storage/store.ts";

async function withStore(test: (store: Store) => void | Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "box-events-" });
  try {
    await test(new Store(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function append(store: Store, ID: string, limit?: number): void {
  appendEvent(store, { Type: "volume", Action: "create", Actor: { ID, Attributes: {} } }, limit);
}

const idsOf = (reader: EventReader) => [...reader.read({})].map(({ Actor }) => Actor.ID);

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

Deno.test("events are read in the order in which they were appended, each once", () =>
  withStore((store) => {
    using reader = new EventReader(store);
    deepEqual(idsOf(reader), []);
    append(store, "a");
    deepEqual(idsOf(reader), ["a"]);
    append(store, "b");
    append(store, "c");
    deepEqual(idsOf(reader), ["b", "c"]);
    using late = new EventReader(store);
    late.skip();
    append(store, "d");
    deepEqual(idsOf(late), ["d"]);
  }));

Deno.test("only two files are kept, and one who follows loses nothing", () =>
  withStore((store) => {
    const LIMIT = 1000, ids = numbers(200);
    using reader = new EventReader(store);
    const seen = ids.flatMap((id) => {
      append(store, id, LIMIT);
      return idsOf(reader);
    });
    deepEqual(seen, ids);
    deepEqual([...Deno.readDirSync(store.events)].map(({ name }) => name).sort(), ["log", "log.1"]);
    for (const path of [store.eventLog, store.olderEventLog]) {
      ok(Deno.statSync(path).size < LIMIT + 200, path);
    }
    using late = new EventReader(store);
    const kept = idsOf(late);
    ok(kept.length >= 7, String(kept.length));
    deepEqual(kept, ids.slice(-kept.length));
  }));

Deno.test("what is appended late to the file that was put aside is read", () =>
  withStore((store) => {
    append(store, "first");
    using reader = new EventReader(store);
    deepEqual(idsOf(reader), ["first"]);
    Deno.renameSync(store.eventLog, store.olderEventLog);
    deepEqual(idsOf(reader), []);
    append(store, "third");
    deepEqual(idsOf(reader), ["third"]);
    const line = Deno.readTextFileSync(store.eventLog).replace("third", "second");
    Deno.writeTextFileSync(store.olderEventLog, line, { append: true });
    deepEqual(idsOf(reader), ["second"]);
  }));

Deno.test("damaged lines are skipped, and half a line is waited for", () =>
  withStore((store) => {
    append(store, "a");
    const line = Deno.readTextFileSync(store.eventLog);
    const add = (text: string) => Deno.writeTextFileSync(store.eventLog, text, { append: true });
    using reader = new EventReader(store);
    add("\n\0\xff\n" + line.slice(0, 30) + "\n" + line.slice(0, 40));
    deepEqual(idsOf(reader), ["a"]);
    append(store, "b"); // after a line without an end
    deepEqual(idsOf(reader), ["b"]);
    add(line.slice(0, 20));
    deepEqual(idsOf(reader), []);
    add(line.slice(20));
    deepEqual(idsOf(reader), ["a"]);
    Deno.truncateSync(store.eventLog);
    append(store, "c");
    deepEqual(idsOf(reader), ["c"]);
  }));

Deno.test("twenty processes append at once, and every line stays whole", () =>
  withStore(async (store) => {
    const module = new URL("../../../../storage/", import.meta.url).href;
    const code = `
      import { appendEvent } from "${module}events/append.ts";
      import { Store } from "${module}store.ts";
      const store = new Store(Deno.args[0]);
      for (let i = 0; i < 50; i++) {
        const Attributes = { long: "x".repeat(i * 100) };
        const Actor = { ID: Deno.args[1] + "-" + i, Attributes };
        appendEvent(store, { Type: "volume", Action: "create", Actor }, 2 << 20);
      }`;
    const program = `${store.root}/append.ts`;
    await Deno.writeTextFile(program, code);
    const results = await Promise.all(
      numbers(20).map((name) =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "--allow-all", "--quiet", program, store.root, name],
        }).output()
      ),
    );
    ok(results.every(({ success }) => success));
    using reader = new EventReader(store);
    equal(new Set(idsOf(reader)).size, 20 * 50);
  }));

Deno.test("an event that cannot be appended is no error", () => {
  append(new Store("/proc/nosuch"), "a");
});

Deno.test("followEvents() sees what happens, before there is a file and afterwards", () =>
  withStore(async (store) => {
    const events = followEvents(store, {});
    const first = events.next();
    append(store, "a");
    equal((await first).value.Actor.ID, "a");
    const second = events.next();
    append(store, "b");
    equal((await second).value.Actor.ID, "b");
    await events.return(undefined);
  }));

Deno.test("followEvents() keeps to its range, and ends with it", () =>
  withStore(async (store) => {
    for (const id of ["a", "b", "c"]) append(store, id);
    using reader = new EventReader(store);
    const [, { timeNano }] = [...reader.read({})];
    const idsIn = async (range: { since?: bigint; until?: bigint }) =>
      (await Array.fromAsync(followEvents(store, range))).map(({ Actor }) => Actor.ID);
    deepEqual(await idsIn({ until: timeNano }), ["a", "b"]);
    deepEqual(await idsIn({ since: timeNano, until: timeNano }), ["b"]);
    const soon = BigInt(Date.now() + 50) * 1_000_000n;
    deepEqual(await idsIn({ since: timeNano, until: soon }), ["b", "c"]);
  }));
