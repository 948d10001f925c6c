/**
 * What a process is for a moment before it executes a command of an image: a spawn program in a sealed executable of its own,
 * which does nothing but that.
 *
 * Until its first execve(2) the process runs in box's memory, and /proc/self/exe is box's own program. An image whose
 * entrypoint is that link, or a script with the link behind `#!`, would get hold of a file of the host (CVE-2019-5736).
 */

import { AT, F_SETFD, FD_CLOEXEC } from "../constants.ts";
import { encodeName } from "../cstring.ts";
import { SystemError } from "../errno.ts";
import { close, makePipe, read } from "../file.ts";
import { elfExecutable } from "./elf.ts";
import { sealedFile } from "./memfd.ts";
import { SpawnProgram } from "./program.ts";
import { type Command, searchAndExecute } from "./search.ts";
import { Label } from "./values.ts";

const NAME = "box-launcher";
const STDERR = 2;
/** Exit status of a process whose command could not be executed; the pipe says why. */
const NOT_EXECUTED = 127;
/** Exit status of a launcher that was executed as the command, which is told like any other that the kernel refuses. */
const REFUSED = 1;
const REPORT_SIZE = 8;

/** The launcher of one command, for one process. */
export class Launcher implements Disposable {
  readonly #file: number;
  readonly #reportEnd: number;
  /** Undefined when it has been closed, so that the end of the pipe can be seen. */
  #writeEnd: number | undefined;

  constructor(private readonly command: Command) {
    [this.#reportEnd, this.#writeEnd] = makePipe();
    try {
      this.#file = sealedFile(NAME, elfExecutable(launcherProgram(command, this.#writeEnd)));
    } catch (error) {
      this.#closePipe();
      throw error;
    }
  }

  /** What the process must not close before it has become the launcher. */
  get fds(): readonly number[] {
    return [this.#file, this.#writeEnd!];
  }

  /** The steps that make the process the launcher: the last ones of its program. */
  execute(): SpawnProgram {
    const program = new SpawnProgram();
    program.call("fcntl", [this.#writeEnd!, F_SETFD, 0], { what: "keep the launcher's pipe" });
    program.call("execveat", [this.#file, "", [NAME, 0], [0], AT.EMPTY_PATH], {
      what: "execute the launcher",
    });
    return program;
  }

  /** Waits, blocking the thread, until the launcher has executed the command, or returns why it could not. */
  waitForCommand(): SystemError | undefined {
    this.#closeWriteEnd();
    const report = new Uint8Array(REPORT_SIZE);
    if (read(this.#reportEnd, report) < REPORT_SIZE) return undefined;
    const cause = Number(new DataView(report.buffer).getBigInt64(0, true));
    return new SystemError("execute", this.command.argv[0], -cause);
  }

  [Symbol.dispose](): void {
    close(this.#file);
    this.#closePipe();
  }

  #closePipe(): void {
    this.#closeWriteEnd();
    close(this.#reportEnd);
  }

  #closeWriteEnd(): void {
    if (this.#writeEnd !== undefined) close(this.#writeEnd);
    this.#writeEnd = undefined;
  }
}

/**
 * Executing closes the pipe; a failure is written to it, as a negative errno. Where there is no pipe, the command has led to
 * the launcher itself, which is not to go on for ever.
 */
function launcherProgram(command: Command, reportFd: number): SpawnProgram {
  const program = new SpawnProgram(), again = new Label("executed again");
  program.call("fcntl", [reportFd, F_SETFD, FD_CLOEXEC], {
    what: "have the pipe closed",
    onError: again,
  });
  const { program: attempts, cause } = searchAndExecute(command);
  program.append(attempts);
  program.call("write", [reportFd, cause.address, REPORT_SIZE], {
    what: "report the failure",
    onError: "continue",
  });
  program.call("exit_group", [NOT_EXECUTED], { what: "exit: nothing was executed" });

  program.mark(again);
  const message = encodeName(`exec ${command.argv[0]}: no such file or directory\n`);
  program.call("write", [STDERR, message, message.length], {
    what: "write the error message",
    onError: "continue",
  });
  program.call("exit_group", [REFUSED], { what: "exit: there is no such file" });
  return program;
}
