/** Terminals: their modes, their size, and new pairs of them. ioctl_tty(2), termios(3), pty(7). */

import {
  CFLAG,
  IFLAG,
  LFLAG,
  O,
  OFLAG,
  TCGETS,
  TCSETS,
  TIOCGPTPEER,
  TIOCGWINSZ,
  TIOCSPTLCK,
  TIOCSWINSZ,
  VMIN,
  VTIME,
} from "./constants.ts";
import { check, isErrno } from "./errno.ts";
import { close, type DirectoryFd, openAt } from "./file.ts";
import { kernel } from "./kernel.ts";

/** Bytes of the kernel's struct termios: four words of flags, the line discipline, 19 control characters. */
const SIZEOF_TERMIOS = 36;
const INPUT = 0, OUTPUT = 4, CONTROL = 8, LOCAL = 12, CONTROL_CHARACTERS = 17;

/** The modes of a terminal, as the kernel has them. */
export type Termios = Uint8Array<ArrayBuffer>;

export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** Whether a descriptor is a terminal. */
export function isTerminal(fd: number): boolean {
  return ioctl(fd, TCGETS, new Uint8Array(SIZEOF_TERMIOS)) >= 0;
}

/** The modes of a terminal. Throws ENOTTY for what is none. */
export function getTermios(fd: number): Termios {
  const termios = new Uint8Array(SIZEOF_TERMIOS);
  check(ioctl(fd, TCGETS, termios), "get the modes of the terminal");
  return termios;
}

/** Changes the modes of a terminal at once. A process in the background gets SIGTTOU instead: credentials(7). */
export function setTermios(fd: number, termios: Termios): void {
  check(ioctl(fd, TCSETS, termios), "set the modes of the terminal");
}

/** The same modes, but raw, as cfmakeraw(3) has it: every byte that is typed is passed on at once, and nothing is echoed. */
export function makeRaw(termios: Termios): Termios {
  const raw = termios.slice(), view = new DataView(raw.buffer);
  const change = (offset: number, cleared: Record<string, number>, set = 0) => {
    const mask = Object.values(cleared).reduce((bits, bit) => bits | bit);
    view.setUint32(offset, (view.getUint32(offset, true) & ~mask) | set, true);
  };
  change(INPUT, IFLAG);
  change(OUTPUT, OFLAG);
  change(CONTROL, CFLAG, CFLAG.CS8);
  change(LOCAL, LFLAG);
  raw[CONTROL_CHARACTERS + VMIN] = 1;
  raw[CONTROL_CHARACTERS + VTIME] = 0;
  return raw;
}

/** The same modes, but nothing that is typed is shown: for secrets. */
export function makeSilent(termios: Termios): Termios {
  const silent = termios.slice(), view = new DataView(silent.buffer);
  view.setUint32(LOCAL, view.getUint32(LOCAL, true) & ~LFLAG.ECHO, true);
  return silent;
}

/** The size of a terminal in characters. Throws ENOTTY for what is none. */
export function getWindowSize(fd: number): WindowSize {
  const winsize = new Uint16Array(4);
  check(ioctl(fd, TIOCGWINSZ, winsize), "get the size of the terminal");
  return { rows: winsize[0], columns: winsize[1] };
}

/** Sets the size of a terminal; the processes in its foreground get SIGWINCH if it is another one. */
export function setWindowSize(fd: number, { rows, columns }: WindowSize): void {
  const winsize = new Uint16Array([rows, columns, 0, 0]);
  check(ioctl(fd, TIOCSWINSZ, winsize), "set the size of the terminal");
}

/** A terminal, and the end that plays its screen and keyboard. */
export interface PseudoTerminal {
  readonly master: number;
  readonly slave: number;
}

/**
 * Makes a pseudo-terminal in the devpts file system that is mounted at this directory. Both descriptors are close-on-exec and
 * the caller's to close; neither becomes this process's controlling terminal.
 */
export function openPseudoTerminal(devpts: DirectoryFd): PseudoTerminal {
  const master = openAt(devpts, "ptmx", O.RDWR | O.NOCTTY);
  try {
    check(ioctl(master, TIOCSPTLCK, new Uint32Array([0])), "unlock the terminal");
    // Linux 4.13: the other end, whatever lies at its name in whichever namespace.
    const flags = BigInt(O.RDWR | O.NOCTTY | O.CLOEXEC);
    const slave = check(kernel.ioctl_number(master, TIOCGPTPEER, flags), "open the terminal");
    return { master, slave };
  } catch (error) {
    close(master);
    throw error;
  }
}

/** Whether an error means that the other end of a pseudo-terminal is closed: what read(2) says where a pipe has its end. */
export function isHangup(error: unknown): boolean {
  return isErrno(error, "EIO");
}

function ioctl(
  fd: number,
  request: number,
  argument: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): number {
  return kernel.ioctl(fd, request, argument);
}
