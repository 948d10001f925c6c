/**
 * What makes that everything is in a log once, whenever its writer is killed. All that a container writes goes through spools:
 * files in memory that its keeper holds. The kernel moves it there out of the pipe, and leaves nothing in between; how long a
 * spool is says how much there was. The journal, the first page of one of them, says how much of each stream the log had when it
 * ended at a certain place. What the log has behind that place counts, too: whoever goes on looks at it.
 */

import { pread, pwrite } from "../../../ffi/file.ts";
import type { StreamName } from "../streams.ts";

/** Bytes of a spool before the first one of the stream. */
export const JOURNAL_SIZE = 4096;

/** The inode of a log's file, and how many bytes of whole records it has. */
export interface LogEnd {
  readonly inode: bigint;
  readonly size: number;
}

/** Bytes of each stream. */
export type Positions = Record<StreamName, number>;

const numbers = new BigUint64Array(4);
const bytes = new Uint8Array(numbers.buffer);

export class LogJournal {
  /** Does not own the descriptor, a spool's. */
  constructor(private readonly file: number) {}

  /** Undefined if there is nothing yet: then the log has none of it. */
  read(): { readonly end: LogEnd; readonly recorded: Readonly<Positions> } | undefined {
    const length = pread(this.file, bytes, 0), [inode, size, stdout, stderr] = numbers;
    if (length < bytes.length || inode === 0n) return undefined;
    return {
      end: { inode, size: Number(size) },
      recorded: { stdout: Number(stdout), stderr: Number(stderr) },
    };
  }

  /** Notes how much of each stream is recorded where the log ends here. It is within a page, and so never noted by halves. */
  write({ inode, size }: LogEnd, { stdout, stderr }: Readonly<Positions>): void {
    numbers[0] = inode;
    numbers[1] = BigInt(size);
    numbers[2] = BigInt(stdout);
    numbers[3] = BigInt(stderr);
    pwrite(this.file, bytes, 0);
  }
}
