/** The streams of a process that is executed in a container. */

import { AT, O } from "../../../ffi/constants.ts";
import { isErrno } from "../../../ffi/errno.ts";
import { close, makePipe, openAt, withFd } from "../../../ffi/file.ts";
import { fileSystemType } from "../../../ffi/stat.ts";
import { openPseudoTerminal, setWindowSize, type WindowSize } from "../../../ffi/terminal.ts";
import type { StreamEnds } from "../../../storage/container/config.ts";
import { EngineError } from "../../../storage/errors.ts";
import { openInRoot } from "../../sandbox/rootfs.ts";
import type { SandboxSpec } from "../../sandbox/spec.ts";
import { closeEnds, type Connection, openPipes } from "../streams.ts";

const DEVPTS_SUPER_MAGIC = 0x1cd1;

export interface ExecStreamOptions {
  readonly tty: boolean;
  /** Whether it can be written to. */
  readonly stdin: boolean;
  /** Whether nobody is attached to it. */
  readonly detached: boolean;
  /** Of the terminal. */
  readonly size?: WindowSize;
}

export class ExecStreams {
  readonly stdio: SandboxSpec["stdio"];
  /** For whoever is attached. */
  readonly ends: StreamEnds;
  /** What the keeper tells the end through. */
  readonly endWriter: number;

  /** `root` is a descriptor of the container's root. */
  constructor(root: number, { tty, stdin, detached, size }: ExecStreamOptions) {
    const { sandbox, ends } = tty
      ? openTerminal(root, size)
      : detached
      ? openNothing()
      : openPipes(stdin);
    const [end, endWriter] = makePipe();
    this.stdio = sandbox.stdio;
    this.ends = { ...ends, end };
    this.endWriter = endWriter;
  }

  /** Closes what only the process and the keeper need. */
  closeOthersEnds(): void {
    for (const fd of new Set([...this.stdio, this.endWriter])) close(fd);
  }

  close(): void {
    closeEnds(this.ends);
  }
}

function openNothing(): Connection {
  const nothing = openAt(AT.FDCWD, "/dev/null", O.RDWR);
  return { sandbox: { stdio: [nothing, nothing, nothing] }, ends: {} };
}

/** In the container's own devpts, so that the terminal has a name in there. */
function openTerminal(root: number, size: WindowSize | undefined): Connection {
  return withFd(openDevpts(root), (devpts) => {
    const { master, slave } = openPseudoTerminal(devpts);
    if (size) setWindowSize(master, size);
    return { sandbox: { stdio: [slave, slave, slave] }, ends: { terminal: master } };
  });
}

/** Throws EngineError for a container whose /dev/pts is something else. */
function openDevpts(root: number): number {
  const missing = new EngineError("the container has no devpts at /dev/pts to open a terminal in");
  let fd: number;
  try {
    fd = openInRoot(root, "/dev/pts", O.PATH | O.DIRECTORY);
  } catch (error) {
    throw isErrno(error, "ENOENT", "ENOTDIR", "ELOOP") ? missing : error;
  }
  if (fileSystemType(fd) === DEVPTS_SUPER_MAGIC) return fd;
  close(fd);
  throw missing;
}
