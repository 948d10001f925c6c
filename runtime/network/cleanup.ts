/**
 * What is left to do when a container has ended. The kernel takes 20 ms to remove a veth and 40 to remove a bridge, and nobody
 * should wait for that: a small process of its own does it (a spawn program, as a keeper is one) and goes.
 */

import { AT, LOCK, SIGNALS } from "../../ffi/constants.ts";
import { programFile } from "../../ffi/spawn/elf.ts";
import { startOwnProgram } from "../../ffi/spawn/own_program.ts";
import { reap } from "../../ffi/spawn/pidfd.ts";
import { SpawnProgram } from "../../ffi/spawn/program.ts";
import { Label } from "../../ffi/spawn/values.ts";
import { enterNamespace, namespaceOfCalls } from "../../ffi/network_calls.ts";
import { encodeMessages, type Message, NLM_F } from "../../ffi/netlink/message.ts";

const NAME = "box-network";
const AF_NETLINK = 16, SOCK_RAW = 3;

/** Messages that are sent together to a netlink protocol, whatever becomes of them. */
export interface CleanupStep {
  readonly protocol: number;
  readonly messages: readonly Message[];
}

export interface Cleanup {
  /** Done at once. */
  readonly first: readonly CleanupStep[];
  /** Descriptors that take time to be closed. */
  readonly closed?: readonly number[];
  /** Done later if nobody has taken an address meanwhile: the bridge of a network that nobody is connected to. */
  readonly unlessUsed?: {
    /** Milliseconds; a container that starts meanwhile keeps what there is. */
    readonly after: number;
    /** A descriptor of the directory whose lock protects the leases. */
    readonly locked: number;
    /** A descriptor of the directory of leases, and the name in it of the network's. */
    readonly leases: number;
    readonly network: string;
    readonly steps: readonly CleanupStep[];
  };
}

/** Begins with it, and returns at once. The descriptors remain the caller's. */
export function cleanUpLater(cleanup: Cleanup): void {
  const { closed = [], unlessUsed } = cleanup;
  const fds = [...closed, ...unlessUsed ? [unlessUsed.locked, unlessUsed.leases] : []];
  const { bytes } = programFile(cleanupProgram(cleanup));
  const elsewhere = namespaceOfCalls();
  const first = elsewhere === undefined ? undefined : enterNamespace(elsewhere);
  const process = startOwnProgram({ name: NAME, bytes, fds, first });
  reap(process.pidfd); // it has left the work to a child, which is nobody's
  process.close();
}

function cleanupProgram({ first, unlessUsed }: Cleanup): SpawnProgram {
  const program = new SpawnProgram(), child = new Label("child"), end = new Label("end");
  program.call("clone", [SIGNALS.SIGCHLD, 0, 0, 0, 0], { what: "fork", onZero: child });
  program.call("exit_group", [0], { what: "exit" });
  program.mark(child);
  send(program, first);
  if (unlessUsed !== undefined) {
    const { after, locked, leases, network, steps } = unlessUsed;
    const time = new BigInt64Array([
      BigInt(Math.floor(after / 1000)),
      BigInt(after % 1000) * 1_000_000n,
    ]);
    program.call("ppoll", [0, 0, program.block("time", new Uint8Array(time.buffer)), 0, 0], {
      what: "wait",
      onError: "continue",
    });
    program.call("flock", [locked, LOCK.EX], { what: "lock", onError: end });
    // Works for an empty directory only: nobody has an address.
    const gone = new Label("unused");
    const removed = program.call("unlinkat", [leases, network, AT.REMOVEDIR], {
      what: "look for leases",
      onZero: gone,
      onError: "continue",
    });
    program.subtract(removed, -ENOENT, { onZero: gone });
    program.jump(end);
    program.mark(gone);
    send(program, steps);
  }
  program.mark(end);
  program.call("exit_group", [0], { what: "exit" });
  return program;
}

const ENOENT = 2;

function send(program: SpawnProgram, steps: readonly CleanupStep[]): void {
  for (const { protocol, messages } of steps) {
    if (messages.length === 0) continue;
    const request = ({ flags, ...rest }: Message) => ({ ...rest, flags: flags | NLM_F.REQUEST });
    const bytes = encodeMessages(messages.map(request), 1);
    const socket = program.call("socket", [AF_NETLINK, SOCK_RAW, protocol], { what: "socket" });
    program.call("write", [socket, program.block("messages", bytes), bytes.length], {
      what: "send",
      onError: "continue",
    });
  }
}
