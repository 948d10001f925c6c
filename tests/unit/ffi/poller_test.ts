import { deepEqual, equal, throws } from "node:assert/strict";
import { EPOLL } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, makePipe, openAt, read, writeAll } from "../../../ffi/file.ts";
import { kernel } from "../../../ffi/kernel.ts";
import { poller } from "../../../ffi/poller.ts";

const BYTE = new Uint8Array([1]);

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The events of the next callback, after which the watch ends. */
function nextEvents(fd: number, events: number): Promise<number> {
  return new Promise((resolve) =>
    poller.watch(fd, events, (happened) => {
      poller.unwatch(fd);
      resolve(happened);
    })
  );
}

/** A pipe whose reading end has this number, which is far above those that Deno and other tests use. */
function makePipeAt(number: number): [number, number] {
  const F_DUPFD_CLOEXEC = 1030;
  const [readEnd, writeEnd] = makePipe();
  equal(kernel.fcntl(readEnd, F_DUPFD_CLOEXEC, number), number);
  close(readEnd);
  return [number, writeEnd];
}

/** Runs code with Deno in another process: its standard output, and how long it lived in milliseconds. */
async function run(code: string): Promise<{ text: string; code: number; time: number }> {
  const poller = new URL("../../../ffi/poller.ts", import.meta.url).href;
  const file = new URL("../../../ffi/file.ts", import.meta.url).href;
  const source = `import { poller } from "${poller}"; import * as file from "${file}";\n${code}`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, source);
    const start = performance.now();
    const args = ["run", "-A", "--quiet", "--no-check", path];
    const result = await new Deno.Command(Deno.execPath(), { args }).output();
    const text = new TextDecoder().decode(result.stdout);
    return { text, code: result.code, time: performance.now() - start };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("watch() calls back when a descriptor is readable, and again until it is read", async () => {
  const [readEnd, writeEnd] = makePipe();
  let calls = 0;
  const done = new Promise<void>((resolve) =>
    poller.watch(readEnd, EPOLL.IN, (events) => {
      equal(events, EPOLL.IN);
      if (++calls < 3) return;
      equal(read(readEnd, new Uint8Array(8)), 1);
      poller.unwatch(readEnd);
      resolve();
    })
  );
  await sleep(20);
  equal(calls, 0);
  writeAll(writeEnd, BYTE);
  await done;
  await sleep(20);
  equal(calls, 3);
  close(readEnd);
  close(writeEnd);
});

Deno.test("watch() reports the end of a pipe", async () => {
  const [readEnd, writeEnd] = makePipe();
  close(writeEnd);
  equal(await nextEvents(readEnd, EPOLL.IN), EPOLL.HUP);
  close(readEnd);
});

Deno.test("a watch that is added while others wait is noticed at once", async () => {
  const [quiet, quietEnd] = makePipe(), [readEnd, writeEnd] = makePipe();
  poller.watch(quiet, EPOLL.IN, () => {});
  await sleep(20); // the pool thread waits by now
  writeAll(writeEnd, BYTE);
  const start = performance.now();
  await nextEvents(readEnd, EPOLL.IN);
  equal(performance.now() - start < 1000, true);
  const last = nextEvents(quiet, EPOLL.IN);
  close(quietEnd);
  await last;
  [quiet, readEnd, writeEnd].forEach(close);
});

Deno.test("a watch takes over another callback and other events", async () => {
  const [readEnd, writeEnd] = makePipe();
  writeAll(writeEnd, BYTE);
  poller.watch(readEnd, EPOLL.IN, () => {
    throw new Error("replaced");
  });
  equal(await nextEvents(readEnd, EPOLL.IN), EPOLL.IN);
  equal(await nextEvents(writeEnd, EPOLL.OUT), EPOLL.OUT);
  [readEnd, writeEnd].forEach(close);
});

Deno.test("many descriptors are served by one thread", async () => {
  const { text } = await run(`
    const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
    const pipes = Array.from({ length: 200 }, file.makePipe);
    let served = 0;
    const serve = ([readEnd, writeEnd]) => new Promise((resolve) => {
      poller.watch(readEnd, 1, () => { poller.unwatch(readEnd); served++; resolve(); });
    });
    const [first, ...others] = pipes;
    const done = serve(first);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = threads();
    const allDone = Promise.all([done, ...others.map(serve)]);
    pipes.forEach(([, writeEnd]) => file.writeAll(writeEnd, new Uint8Array(1)));
    await allDone;
    console.log(served, threads() - before);
  `);
  equal(text, "200 0\n");
});

Deno.test("an event is not delivered to what has taken a closed descriptor's number", async () => {
  const [first, firstEnd] = makePipeAt(600), [second, secondEnd] = makePipeAt(601);
  let other: [number, number] = [-1, -1];
  const delivered: number[] = [];
  // Both are ready when the poller looks; whichever comes first replaces the other one.
  const replace = (fd: number, fdToReplace: number) => () => {
    delivered.push(fd);
    poller.unwatch(fd);
    poller.unwatch(fdToReplace);
    close(fdToReplace);
    other = makePipeAt(fdToReplace);
    poller.watch(other[0], EPOLL.IN, () => delivered.push(other[0]));
  };
  writeAll(firstEnd, BYTE);
  writeAll(secondEnd, BYTE);
  poller.watch(first, EPOLL.IN, replace(first, second));
  poller.watch(second, EPOLL.IN, replace(second, first));
  await sleep(50);
  equal(delivered.length, 1);
  const last = nextEvents(other[0], EPOLL.IN);
  close(other[1]);
  await last;
  [first, second, firstEnd, secondEnd].forEach(close);
});

Deno.test("a descriptor that was closed while watched can be watched anew", async () => {
  const [readEnd, writeEnd] = makePipeAt(600);
  poller.watch(readEnd, EPOLL.IN, () => {
    throw new Error("gone");
  });
  close(readEnd);
  const [reused, reusedEnd] = makePipeAt(600);
  const seen = nextEvents(reused, EPOLL.IN);
  writeAll(reusedEnd, BYTE);
  equal(await seen, EPOLL.IN);
  [writeEnd, reused, reusedEnd].forEach(close);
});

Deno.test("watch() refuses what is always ready", () => {
  const fd = openAt(-100, Deno.execPath(), 0);
  throws(() => poller.watch(fd, EPOLL.IN, () => {}), (error) => isErrno(error, "EPERM"));
  poller.unwatch(fd); // does nothing
  close(fd);
});

Deno.test("a process lives while something is watched, and ends when nothing is", async () => {
  const { text, code, time } = await run(`
    const [readEnd, writeEnd] = file.makePipe();
    poller.watch(readEnd, 1, () => {});
    setTimeout(() => { console.log("alive"); poller.unwatch(readEnd); }, 300);
  `);
  deepEqual([text, code], ["alive\n", 0]);
  equal(time >= 300 && time < 5000, true);
});

Deno.test("an error in a callback ends the process as any uncaught error does", async () => {
  const { text, code } = await run(`
    const [readEnd, writeEnd] = file.makePipe();
    poller.watch(readEnd, 1, () => { throw new Error("in callback"); });
    file.writeAll(writeEnd, new Uint8Array(1));
  `);
  deepEqual([text, code], ["", 1]);
});

Deno.test("an error in a callback that is handled does not stop the others", async () => {
  const { text } = await run(`
    const [readEnd, writeEnd] = file.makePipe();
    addEventListener("error", (event) => { event.preventDefault(); console.log(event.error.message); });
    let calls = 0;
    poller.watch(readEnd, 1, () => {
      if (++calls === 1) throw new Error("first");
      console.log("second");
      poller.unwatch(readEnd);
    });
    file.writeAll(writeEnd, new Uint8Array(1));
  `);
  equal(text, "first\nsecond\n");
});
