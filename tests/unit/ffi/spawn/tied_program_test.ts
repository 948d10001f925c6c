import { equal } from "node:assert/strict";
import { AT, O, SIGNALS } from "../../../../ffi/constants.ts";
import { close, makePipe, openAt, read } from "../../../../ffi/file.ts";
import { reap } from "../../../../ffi/spawn/pidfd.ts";
import { start } from "../../../../ffi/spawn/process.ts";
import { startTied } from "../../../../ffi/spawn/tied_program.ts";
import { root } from "../../../e2e/harness/needs.ts";
import { shell, testWith } from "./helpers.ts";

/** Runs a script that is tied to a process, and `use` with the end of a pipe that the script has as its descriptor `ready`. */
function withTied(
  script: (ready: number) => string,
  goesToBackground: boolean,
  use: (ends: { read: () => string; end: () => void }) => void,
): void {
  const lived = start(shell("exec sleep 1000"));
  lived.waitUntilExecuted();
  const [readEnd, ready] = makePipe(), output = openAt(AT.FDCWD, "/dev/null", O.WRONLY);
  const argv = ["/bin/sh", "-c", script(ready)], env = ["PATH=/bin:/usr/bin"];
  const tied = startTied({ argv, env, until: lived.pidfd, output, ready, goesToBackground });
  close(ready);
  const bytes = new Uint8Array(16);
  const end = () => {
    lived.sendSignal(SIGNALS.SIGKILL);
    reap(lived.pidfd);
  };
  try {
    use({ read: () => new TextDecoder().decode(bytes.slice(0, read(readEnd, bytes))), end });
    reap(tied.pidfd); // by itself
  } finally {
    lived.sendSignal(SIGNALS.SIGKILL);
    [readEnd, output].forEach(close);
    lived.close();
    tied.close();
  }
}

testWith(
  [root],
  "a tied program ends with its process, and all that it has started",
  () =>
    withTied(
      (fd) => `setsid sh -c 'echo a >/proc/self/fd/${fd}; exec sleep 1000' & wait`,
      false,
      (it) => {
        equal(it.read(), "a\n");
        it.end();
        equal(it.read(), ""); // nobody has the pipe any more
      },
    ),
);

testWith(
  [root],
  "a program that goes into the background is ready then",
  () =>
    withTied(() => "sleep 1000 & exit 0", true, (it) => {
      equal(it.read(), "1");
      it.end();
    }),
);

testWith([root], "a program that fails is never ready, and nothing is left of it", () => {
  withTied(() => "exit 3", true, (it) => {
    equal(it.read(), "");
    it.end();
  });
  withTied(() => "exit 3", false, (it) => {
    equal(it.read(), "");
    it.end();
  });
});
