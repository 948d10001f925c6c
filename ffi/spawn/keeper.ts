/** Starting a process through a keeper: keeper_program.ts says what that is. */

import { AT, F_SETFD, PR, SIGNALS } from "../constants.ts";
import { SystemError } from "../errno.ts";
import { close, makePipe, read } from "../file.ts";
import { leaveStarter } from "./descriptors.ts";
import { programFile } from "./elf.ts";
import { lastingDescriptors } from "./lasting.ts";
import { heldBy, KEEPER_NAME, type KeeperPlan, keeperProgram, REPORT } from "./keeper_program.ts";
import { sealedFile } from "./memfd.ts";
import { reap, sendSignal } from "./pidfd.ts";
import { learnClone, preferredClone, type SpawnedProcess, SpawnFailure, start } from "./process.ts";
import { SpawnProgram } from "./program.ts";
import { Label } from "./values.ts";

/** A keeper that is this process's child, and the process that it has started. */
export class Keeper {
  private dismissed = false;

  private constructor(
    readonly pid: number,
    /** Close-on-exec; dismiss() closes it. */
    readonly pidfd: number,
    /** Pid of the process that it keeps. */
    readonly processPid: number,
    /** The keeper closes its end when it is no longer tied. */
    private report: number | undefined,
  ) {}

  /**
   * Starts a process and returns when it has executed its program. Closes the pipe of `inside`. Throws SpawnFailure if a step of it failed, and SystemError
   * if there could be no process. The process ends with this thread, through its keeper, until that is untied.
   */
  static start(request: Omit<KeeperPlan, "report">): Keeper {
    if (request.inside !== undefined) learnClone(); // its pipe is good for one attempt
    const way = preferredClone();
    try {
      return Keeper.startBy(way, request);
    } catch (error) {
      // Its own start may have told that there is no clone3(2) for the process, either.
      if (way === preferredClone()) throw error;
      return Keeper.startBy(preferredClone(), request);
    }
  }

  private static startBy(
    way: ReturnType<typeof preferredClone>,
    request: Omit<KeeperPlan, "report">,
  ): Keeper {
    const [reportEnd, report] = makePipe();
    try {
      const held = [...request.held, ...lastingDescriptors()];
      const plan = { ...request, held, report };
      const { bytes, stepAt } = programFile(keeperProgram(plan, way));
      const file = sealedFile(KEEPER_NAME, bytes);
      let process: SpawnedProcess;
      try {
        process = start(becomeKeeper(plan, file));
      } finally {
        close(file);
        close(report);
        plan.inside?.failure.forEach(close); // who reads it would wait for its end
      }
      const failure = process.waitUntilExecuted();
      if (failure !== undefined) throw failure;
      const { pid, pidfd } = process;
      return new Keeper(pid, pidfd, readReport(reportEnd, stepAt, pidfd), reportEnd);
    } catch (error) {
      close(reportEnd);
      throw error;
    }
  }

  /** Makes it live on when this process ends. Returns when that is so. */
  untie(): void {
    if (this.report === undefined) return;
    sendSignal(this.pidfd, SIGNALS.SIGUSR1);
    read(this.report, new Uint8Array(1));
    this.closeReport();
  }

  /** Ends the process of a keeper without a directory, which then tells the end. */
  endProcess(): void {
    if (!this.dismissed) sendSignal(this.pidfd, SIGNALS.SIGTERM);
  }

  /** Leaves it, and its process, to themselves. */
  release(): void {
    if (this.dismissed) return;
    this.untie();
    this.dismissed = true;
    close(this.pidfd);
  }

  /** Ends the keeper, and its process. */
  dismiss(): void {
    if (this.dismissed) return;
    this.dismissed = true;
    this.closeReport();
    endKeeper(this.pidfd);
  }

  private closeReport(): void {
    if (this.report !== undefined) close(this.report);
    this.report = undefined;
  }
}

/** Ends a keeper that is this process's child, and closes its descriptor. */
function endKeeper(pidfd: number): void {
  sendSignal(pidfd, SIGNALS.SIGKILL);
  reap(pidfd);
  close(pidfd);
}

/** From a clone of box to a keeper: nothing of box remains but the descriptors that it needs. */
function becomeKeeper(plan: KeeperPlan, file: number): SpawnProgram {
  const program = new SpawnProgram();
  const fds = [...heldBy(plan), ...plan.lent, plan.report];
  const signal = plan.directory === undefined ? SIGNALS.SIGTERM : SIGNALS.SIGKILL;
  program.call("prctl", [PR.SET_PDEATHSIG, signal, 0, 0, 0], { what: "tie the keeper to box" });
  // One that was gone before would not be noticed.
  const isThere = new Label("box is there");
  const parent = program.call("getppid", [], { what: "look for box" });
  program.subtract(parent, Deno.pid, { onZero: isThere });
  program.call("exit_group", [1], { what: "exit: box is gone" });
  program.mark(isThere);
  program.append(leaveStarter([...fds, file]));
  for (const fd of fds) program.call("fcntl", [fd, F_SETFD, 0], { what: "keep a descriptor" });
  program.call("execveat", [file, "", [KEEPER_NAME, 0], [0], AT.EMPTY_PATH], {
    what: "execute the keeper",
  });
  return program;
}

/** The pid of the process, when it has executed its program. */
function readReport(
  fd: number,
  stepAt: ReturnType<typeof programFile>["stepAt"],
  keeper: number,
): number {
  try {
    const pid = readWord(fd, REPORT.PID)?.getBigInt64(0, true);
    if (pid === undefined) throw new SystemError("create process", "", ESRCH);
    if (pid < 0) throw new SystemError("create process", "", -Number(pid));
    const header = readWord(fd, REPORT.HEADER);
    if (header === undefined) throw new SystemError("create process", "", ESRCH);
    const step = stepAt(Number(header.getBigUint64(0, true)));
    if (step !== undefined) throw new SpawnFailure(step, -Number(header.getBigInt64(8, true)));
    return Number(pid);
  } catch (error) {
    endKeeper(keeper);
    throw error;
  }
}

/** The keeper was killed. */
const ESRCH = 3;

/** So many bytes that were written at once, or undefined if the writer is gone. */
function readWord(fd: number, size: number): DataView | undefined {
  const bytes = new Uint8Array(size);
  return read(fd, bytes) === size ? new DataView(bytes.buffer) : undefined;
}
