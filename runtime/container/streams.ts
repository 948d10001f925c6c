/** The pipes, or the terminal, between a container's process and whoever looks after it. */

import { AT, MOUNT_ATTR, O } from "../../ffi/constants.ts";
import { changeOwner, changeOwnerOfFd, close, makePipe, openAt } from "../../ffi/file.ts";
import { type IdMappings, toHostId } from "../../ffi/idmap.ts";
import { makeMemoryFile } from "../../ffi/memory_file.ts";
import { makeFileSystem } from "../../ffi/mount.ts";
import { mountingRefusal } from "../../ffi/privilege.ts";
import { makeTwoWayPipe } from "../../ffi/splice.ts";
import { isCharacterDevice, statAt } from "../../ffi/stat.ts";
import { openPseudoTerminal, setWindowSize, type WindowSize } from "../../ffi/terminal.ts";
import type { StreamEnds } from "../../storage/container/config.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { devptsOptions } from "../sandbox/devices.ts";
import type { SandboxSpec } from "../sandbox/spec.ts";
import type { User } from "../sandbox/user.ts";

export type StreamName = "stdout" | "stderr";

/** What the container's process gets, and the ends of the same for the monitor. */
export interface Connection {
  readonly sandbox: Pick<SandboxSpec, "stdio" | "terminal">;
  readonly ends: Omit<StreamEnds, "end">;
}

export interface StreamOptions {
  /** Whether somebody will read what the container writes. Where nobody does it is discarded: a full pipe would hold it up. */
  readonly outputIsRead: boolean;
  /** Whether what is read is also logged. */
  readonly outputIsLogged: boolean;
  /** The ids of its user namespace, if it has one of its own. */
  readonly ids?: IdMappings;
  /** What the terminal has from the start, if the container has one. */
  readonly windowSize?: WindowSize;
}

/** A container's streams before its process has been started. */
export class ContainerStreams {
  readonly sandbox: Connection["sandbox"];
  /** What the monitor gets. */
  readonly ends: StreamEnds;
  /** What the keeper tells the end through. */
  readonly endWriter: number;

  constructor(
    private readonly config: ContainerConfig,
    { outputIsRead, outputIsLogged, windowSize, ids }: StreamOptions,
  ) {
    const connection = config.Tty
      ? openTerminal(windowSize, ids)
      : outputIsRead
      ? openPipes(config.OpenStdin)
      : openInput(config.OpenStdin);
    const [end, endWriter] = makePipe();
    this.sandbox = connection.sandbox;
    const spools = outputIsRead && outputIsLogged ? makeSpools(config.Tty) : {};
    this.ends = { ...connection.ends, ...spools, end };
    this.endWriter = endWriter;
  }

  /**
   * What the keeper holds, so that nothing is lost while there is no monitor. It does not hold a standard input that ends with
   * the first who is attached to it: the container would not see that end.
   */
  get held(): StreamEnds {
    const { stdin, ...others } = this.ends;
    return this.config.StdinOnce ? others : { ...others, stdin };
  }

  /** Closes what only the container and the keeper need: they have their own now, or will never have any. */
  closeOthersEnds(): void {
    const { stdio, terminal } = this.sandbox;
    for (const fd of new Set([...stdio, this.endWriter])) close(fd);
    if (terminal) close(terminal.devpts);
  }
}

/** Only an input: what is written is nobody's. */
function openInput(openStdin: boolean): Connection {
  const nothing = openAt(AT.FDCWD, "/dev/null", O.RDWR);
  const [stdin, stdinEnd] = openStdin ? makePipe() : [nothing];
  return { sandbox: { stdio: [stdin, nothing, nothing] }, ends: { stdin: stdinEnd } };
}

export function openPipes(openStdin: boolean): Connection {
  const [stdin, stdinEnd] = openStdin ? makePipe() : [openAt(AT.FDCWD, "/dev/null", O.RDWR)];
  const [stdoutEnd, stdout] = makePipe();
  const [stderrEnd, stderr] = makePipe();
  return {
    sandbox: { stdio: [stdin, stdout, stderr] },
    ends: { stdin: stdinEnd, stdout: stdoutEnd, stderr: stderrEnd },
  };
}

function makeSpools(tty: boolean): Omit<StreamEnds, "end"> {
  const stdoutSpool = makeMemoryFile("stdout");
  if (tty) return { stdoutSpool, terminalPipe: makeTwoWayPipe() };
  return { stdoutSpool, stderrSpool: makeMemoryFile("stderr") };
}

/** In a devpts of the container's own, so that its terminal has a name in there. */
function openTerminal(windowSize: WindowSize | undefined, ids: IdMappings | undefined): Connection {
  const attributes = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NOEXEC;
  const devpts = mountingRefusal() === undefined
    ? makeFileSystem({ type: "devpts", options: devptsOptions(ids, false), attributes })
    : openAt(AT.FDCWD, "/dev/pts", O.RDONLY | O.DIRECTORY); // that of the surroundings
  if (ids) giveDevpts(devpts, ids);
  const { master, slave } = openPseudoTerminal(devpts);
  if (windowSize !== undefined) setWindowSize(master, windowSize);
  return {
    sandbox: { stdio: [slave, slave, slave], terminal: { devpts } },
    ends: { terminal: master },
  };
}

function giveDevpts(devpts: number, { uidMappings, gidMappings }: IdMappings): void {
  const uid = toHostId(uidMappings, 0)!, gid = toHostId(gidMappings, 0)!;
  for (const name of [".", "ptmx"]) changeOwner(devpts, name, uid, gid);
}

/** Gives the streams to a user of a user namespace: he may open them again by their names in /proc/self/fd. */
export function giveStreams(
  { uidMappings, gidMappings }: IdMappings,
  user: User,
  stdio: SandboxSpec["stdio"],
  isTerminal: boolean,
): void {
  const uid = toHostId(uidMappings, user.uid)!, gid = toHostId(gidMappings, user.gid)!;
  for (const fd of new Set(stdio)) {
    const stat = statAt(fd, "");
    if (isTerminal) changeOwnerOfFd(fd, uid, stat.gid);
    else if (!isCharacterDevice(stat)) changeOwnerOfFd(fd, uid, gid); // /dev/null is the host's
  }
}

/** Closes what is left of a container's streams on this side. */
export function closeEnds(ends: StreamEnds): void {
  descriptorsOf(ends).forEach(close);
}

export function descriptorsOf(ends: StreamEnds): number[] {
  return Object.values(ends).filter((fd) => fd !== undefined);
}
