/**
 * Going on in a user namespace: user_namespaces(7).
 *
 * A process with several threads, such as this one, may not enter one. So box executes a small program in its own place, which
 * has one thread, enters, and executes box again: pid, terminal, streams and exit code stay what they are.
 */

import { AT, CLONE, F_SETFD, LOCK } from "../constants.ts";
import { encodeName } from "../cstring.ts";
import { SystemError } from "../errno.ts";
import { close } from "../file.ts";
import { leaveStarter } from "./descriptors.ts";
import { elfExecutable } from "./elf.ts";
import { encode } from "./encode.ts";
import { sealedFile } from "./memfd.ts";
import { ProgramMemory } from "./memory.ts";
import { type SpawnedProcess, start } from "./process.ts";
import { SpawnProgram } from "./program.ts";
import { Label } from "./values.ts";

const HOLDER_NAME = "box-namespace", ENTRANCE_NAME = "box-enter", STDERR = 2;

/** What a holder has open; see holdNamespaces(). */
export interface HolderDescriptors {
  /** The reading end of a pipe: a byte says that others may come to rely on it, the end that they will not. */
  readonly ready: number;
  /** A file whose lock all have shared that are in the namespaces. */
  readonly users: number;
  /** Descriptors that stay open as long as it lives. */
  readonly held: readonly number[];
}

/**
 * Starts a process that lives in a user and a mount namespace of its own, weighs some twelve kilobytes, and ends by itself when
 * nobody else is there any more. No ids are mapped yet. With `existing`, descriptors, it lives in those.
 */
export function holdNamespaces(
  descriptors: HolderDescriptors,
  existing?: Pick<Continuation, "user" | "mount">,
): SpawnedProcess {
  const { ready, users, held } = descriptors, program = new SpawnProgram();
  if (existing) {
    program.call("setns", [existing.user, CLONE.NEWUSER], { what: "enter the user namespace" });
    program.call("setns", [existing.mount, CLONE.NEWNS], { what: "enter the mount namespace" });
  }
  const file = sealedFile(HOLDER_NAME, elfExecutable(holder(descriptors)));
  try {
    const fds = [...new Set([ready, users, ...held])];
    program.append(leaveStarter([...fds, file]));
    program.call("chdir", ["/"], { what: "leave the working directory" });
    for (const fd of fds) program.call("fcntl", [fd, F_SETFD, 0], { what: "keep a descriptor" });
    program.call("execveat", [file, "", [HOLDER_NAME, 0], [0], AT.EMPTY_PATH], {
      what: "execute the holder of the namespaces",
    });
    const process = start(program, existing ? {} : { namespaces: CLONE.NEWUSER | CLONE.NEWNS });
    const failure = process.waitUntilExecuted();
    if (failure !== undefined) throw failure;
    return process;
  } finally {
    close(file);
  }
}

function holder({ ready, users }: HolderDescriptors): SpawnProgram {
  const program = new SpawnProgram(), wait = new Label("wait"), gone = new Label("gone");
  const byte = program.block("byte", 8);
  program.call("read", [ready, byte, 1], {
    what: "wait to be needed",
    onZero: gone,
    onError: gone,
  });
  program.call("close", [ready], { what: "close the pipe" });
  program.mark(wait);
  program.call("flock", [users, LOCK.EX], { what: "wait until nobody is left", onError: wait });
  program.mark(gone);
  return program;
}

/** Where to go on, and with what. */
export interface Continuation {
  /** Descriptors of the namespaces. */
  readonly user: number;
  readonly mount: number;
  readonly workingDirectory: string;
  readonly path: string;
  readonly argv: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
}

/** Becomes the program, in these namespaces. Returns only by throwing SystemError. */
export function goOnInside(continuation: Continuation): never {
  const file = sealedFile(ENTRANCE_NAME, elfExecutable(entrance(continuation)));
  const program = new SpawnProgram(), what = "execute";
  for (const fd of [continuation.user, continuation.mount]) {
    program.call("fcntl", [fd, F_SETFD, 0], { what: "keep a namespace", onError: "continue" });
  }
  const result = program.call(
    "execveat",
    [file, "", [ENTRANCE_NAME, 0], [0], AT.EMPTY_PATH],
    { what, onError: "continue" },
  );
  program.return(result);
  const memory = new ProgramMemory(encode(program), "private");
  const errno = -memory.run();
  memory.free();
  close(file);
  throw new SystemError(what, ENTRANCE_NAME, errno);
}

function entrance(continuation: Continuation): SpawnProgram {
  const { user, mount, workingDirectory, path, argv, env } = continuation;
  const program = new SpawnProgram(),
    noUser = new Label("no user"),
    noMount = new Label("no mount");
  const noProgram = new Label("no program");
  program.call("setns", [user, CLONE.NEWUSER], { what: "enter the user", onError: noUser });
  program.call("setns", [mount, CLONE.NEWNS], { what: "enter the mounts", onError: noMount });
  program.call("close", [user], { what: "close the user namespace" });
  program.call("close", [mount], { what: "close the mount namespace" });
  // setns(2) has led to the root directory. Where that is all there is, relative paths will say so.
  program.call("chdir", [workingDirectory], { what: "go back", onError: "continue" });
  program.call("execve", [path, [...argv, 0], [...env, 0]], {
    what: `execute ${path}`,
    onError: noProgram,
  });
  for (
    const [label, what] of [
      [noUser, "enter the user namespace"],
      [noMount, "enter the mount namespace"],
      [noProgram, `execute ${path} in the user namespace`],
    ] as const
  ) {
    const message = encodeName(`box: cannot ${what}\n`);
    program.mark(label);
    program.call("write", [STDERR, message, message.length], { what, onError: "continue" });
    program.call("exit_group", [125], { what: "exit" });
  }
  return program;
}
