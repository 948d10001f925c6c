/** What pull and push tell of their progress: the lines that docker's daemon sends to its client. */

export interface TransferStatus {
  /** What it is about: the first digits of a layer's digest, or a tag. None for a line that stands alone. */
  readonly id?: string;
  readonly status: string;
  /** Bytes so far and in all, while they move. */
  readonly current?: number;
  readonly total?: number;
}

export type ReportTransfer = (status: TransferStatus) => void;

/** A layer as docker names it in its progress. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha\d+:/, "").slice(0, 12);
}
