/**
 * `--init`: the process that is pid 1 and does what the kernel expects of it, in the manner of tini. It starts the command,
 * passes signals on to it, reaps orphans, and exits as the command did.
 *
 * It is a spawn program in an executable of its own, in a sealed memfd: the container needs no file for it, and finds in
 * /proc/1/exe nothing that it could change or that belongs to the host (CVE-2019-5736).
 */

import {
  AT,
  CLD_EXITED,
  CLONE,
  P_ALL,
  P_PID,
  PR,
  SIG_SETMASK,
  SIGNALS,
  TIOCSPGRP,
  WEXITED,
  WNOHANG,
  WNOWAIT,
} from "../constants.ts";
import { encodeName } from "../cstring.ts";
import { errnoText } from "../errno.ts";
import type { Architecture } from "../syscalls.ts";
import { elfExecutable } from "./elf.ts";
import { sealedFile } from "./memfd.ts";
import { SpawnProgram } from "./program.ts";
import { type Command, searchAndExecute } from "./search.ts";
import { ALL_SIGNALS, NO_SIGNALS, SIGSET_SIZE } from "./signals.ts";
import { type Cell, Label } from "./values.ts";

const NAME = "box-init";
const STDIN = 0, STDERR = 2;

/** siginfo_t as waitid(2) fills it in; the word that begins with si_pid ends with si_uid, which a pid_t argument ignores. */
const SIGINFO = { SIZE: 128, CODE: 8, PID: 16, STATUS: 24 } as const;

/** The executable file of an init that starts this command. */
export function initExecutable(
  command: Command,
  architecture?: Architecture,
): Uint8Array<ArrayBuffer> {
  return elfExecutable(initProgram(command), architecture);
}

/** An init for this command as a file to be given to executeInit(); close-on-exec. */
export function initFile(command: Command): number {
  return sealedFile(NAME, initExecutable(command));
}

/** The step that makes the process an init: the last one of a container's program. */
export function executeInit(fd: number, command: Command): SpawnProgram {
  const program = new SpawnProgram();
  const argv = [NAME, "--", ...command.argv, 0], env = [...command.env, 0];
  program.call("execveat", [fd, "", argv, env, AT.EMPTY_PATH], { what: "execute the init" });
  return program;
}

/** What an init does. */
export function initProgram(command: Command): SpawnProgram {
  const program = new SpawnProgram();
  const isChild = new Label("child"), wait = new Label("wait"), reap = new Label("reap");
  const noChild = new Label("no child");

  program.call("prctl", [PR.SET_NAME, NAME], { what: "set the name", onError: "continue" });
  program.call("rt_sigprocmask", [SIG_SETMASK, ALL_SIGNALS, 0, SIGSET_SIZE], {
    what: "block all signals",
  });
  // As vfork(2): the child uses no stack, and this process sleeps until it has executed the command.
  const child = program.call("clone", [CLONE.VM | CLONE.VFORK | SIGNALS.SIGCHLD, 0, 0, 0, 0], {
    what: "create the child",
    onZero: isChild,
    onError: noChild,
  });

  program.mark(wait);
  const signal = program.call("rt_sigtimedwait", [ALL_SIGNALS, 0, 0, SIGSET_SIZE], {
    what: "wait for a signal",
    onError: wait,
  });
  program.subtract(signal, SIGNALS.SIGCHLD, { onZero: reap });
  program.call("kill", [child, signal], { what: "forward the signal", onError: "continue" });
  program.jump(wait);

  program.mark(reap);
  program.append(reapAll(child, reap, wait));

  program.mark(isChild);
  program.append(becomeCommand(command));

  program.mark(noChild);
  program.append(exitWithMessage("[FATAL] fork failed\n", 1));
  return program;
}

/**
 * Reaps one process that has ended and goes on at `again`, or at `none` if there is none. If it is the child, exits instead
 * with its status. A process is looked at before it is reaped: the child must not be taken for an orphan.
 */
function reapAll(child: Cell, again: Label, none: Label): SpawnProgram {
  const program = new SpawnProgram();
  const childExited = new Label("child exited"), orphan = new Label("orphan");
  const ended = program.block("ended", SIGINFO.SIZE), own = program.block("own", SIGINFO.SIZE);
  program.call("waitid", [P_ALL, 0, ended, WEXITED | WNOHANG | WNOWAIT, 0], {
    what: "look for processes that have ended",
    onError: none,
  });
  program.subtract(ended.cell(SIGINFO.CODE), 0, { onZero: none });
  program.call("waitid", [P_PID, child, own, WEXITED | WNOHANG, 0], { what: "reap the child" });
  program.subtract(own.cell(SIGINFO.CODE), CLD_EXITED, {
    onZero: childExited,
    onNegative: orphan,
  });
  const status = program.subtract(own.cell(SIGINFO.STATUS), -128);
  program.call("exit_group", [status], { what: "exit: a signal has killed the child" });
  program.mark(childExited);
  program.call("exit_group", [own.cell(SIGINFO.STATUS)], { what: "exit as the child did" });
  program.mark(orphan);
  program.call("waitid", [P_PID, ended.cell(SIGINFO.PID), 0, WEXITED | WNOHANG, 0], {
    what: "reap an orphan",
    onError: "continue",
  });
  program.jump(again);
  return program;
}

/** Exit statuses of a command that cannot be executed, as tini and shells have them; 1 for other errors. */
const EXIT_STATUS: Record<number, number> = { 2: 127, 13: 126 };
/** ENOENT, EACCES, EPERM, E2BIG, ENOEXEC, ENOMEM, ETXTBSY, ENAMETOOLONG, ELOOP: what execve(2) fails with. */
const EXEC_ERRORS = [2, 13, 1, 7, 8, 12, 26, 36, 40];

/** The child: a process group of its own, in the foreground of the terminal if there is one. */
function becomeCommand(command: Command): SpawnProgram {
  const program = new SpawnProgram();
  program.call("setpgid", [0, 0], { what: "make a process group", onError: "continue" });
  const pid = program.call("getpid", [], { what: "get the process group" });
  program.call("ioctl", [STDIN, TIOCSPGRP, pid.address], {
    what: "take the terminal's foreground",
    onError: "continue",
  });
  program.call("rt_sigprocmask", [SIG_SETMASK, NO_SIGNALS, 0, SIGSET_SIZE], {
    what: "unblock all signals",
  });
  const { program: attempts, cause } = searchAndExecute(command);
  program.append(attempts);

  const failed = `[FATAL] exec ${command.argv[0]} failed`;
  const errors = EXEC_ERRORS.map((errno) => ({ errno, label: new Label(errnoText(errno)) }));
  for (const { errno, label } of errors) program.subtract(cause, -errno, { onZero: label });
  program.append(exitWithMessage(failed + "\n", 1));
  for (const { errno, label } of errors) {
    const text = errnoText(errno);
    program.mark(label);
    program.append(exitWithMessage(
      `${failed}: ${text[0].toUpperCase()}${text.slice(1)}\n`,
      EXIT_STATUS[errno] ?? 1,
    ));
  }
  return program;
}

function exitWithMessage(message: string, status: number): SpawnProgram {
  const program = new SpawnProgram(), bytes = encodeName(message);
  program.call("write", [STDERR, bytes, bytes.length], {
    what: "write the error message",
    onError: "continue",
  });
  program.call("exit_group", [status], { what: "exit" });
  return program;
}
