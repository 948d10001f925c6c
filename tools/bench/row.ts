/** What the bench measures, described as data. */

import type { EngineName } from "./engines.ts";

/** A file or directory that commands work on, made when the first row needs it. */
export interface Fixture {
  /** Makes it, below `directory` unless it is kept between benches, and returns its path. */
  make(directory: string): Promise<string>;
}

/** A name in the directory that a program may write to, which is emptied after each run. */
export interface OutputFile {
  readonly output: string;
}

export type Word = string | Fixture | OutputFile;

export type Command = readonly Word[];

/** Where a fixture is. */
export type Locate = (fixture: Fixture) => string | Promise<string>;

export interface Row {
  readonly name: string;
  /**
   * What is measured: milliseconds of wall time, the peak of resident memory in 10^6 bytes, or what all that the engine has left
   * running has in memory after it: resident.ts.
   */
  readonly unit: "ms" | "MB" | "PSS";
  /** How often, unless the user says otherwise. */
  readonly runs: number;
  /** What every engine does once before all its runs, and once after them. */
  readonly before?: readonly Command[];
  readonly after?: readonly Command[];
  /** What is done on the host before each run of everybody, and not measured. */
  readonly arrange?: (locate: Locate) => Promise<void>;
  /** What it does before and after each run without being measured. */
  readonly prepare?: readonly Command[];
  readonly undo?: readonly Command[];
  /** What it does to be measured. */
  readonly measured: Command;
  /** What it does at the same time; the last to be done ends the measurement. */
  readonly together?: readonly Command[];
  /** Engines that do not take part, and why. */
  readonly leftOut?: Readonly<Partial<Record<EngineName, string>>>;
  /** Other programs that do the least the work needs, for comparison. Without the engine's name. */
  readonly floors?: Readonly<Record<string, Command>>;
}

/** Rows that begin with empty stores, and may leave something in them for the next row. */
export interface RowGroup {
  /** Runs the rows while something is there that they need. */
  readonly surround?: (use: () => Promise<void>) => Promise<void>;
  /** Whether docker's BuildKit takes part. */
  readonly buildKit?: boolean;
  readonly rows: readonly Row[];
}
