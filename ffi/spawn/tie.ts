/** The tie between a keeper and its process, which is killed when the keeper ends, at whatever moment that is. */

import { PR, SIGNALS } from "../constants.ts";
import { SpawnProgram } from "./program.ts";
import { Block, type Cell, Label } from "./values.ts";

/** 1 until the keeper has ended. */
const keeperIsThere: Cell = new Block("keeper is there", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))
  .cell(0);

/**
 * The keeper's steps before it makes the process: the kernel clears the word when it ends, as long as somebody else is in its
 * memory, set_tid_address(2). That is before those hear of it who have asked for a signal.
 */
export function offerTie(): SpawnProgram {
  const program = new SpawnProgram();
  program.call("set_tid_address", [keeperIsThere.address], { what: "have the end told" });
  return program;
}

/**
 * The steps of a process that still shares its keeper's memory: it asks for the signal, PR_SET_PDEATHSIG, and then looks whether
 * it has come too late for that. It cannot ask for its parent: that is in another pid namespace.
 */
export function tieToKeeper(): SpawnProgram {
  const program = new SpawnProgram(), tied = new Label("tied");
  program.call("prctl", [PR.SET_PDEATHSIG, SIGNALS.SIGKILL, 0, 0, 0], {
    what: "tie the process to its keeper",
  });
  program.subtract(keeperIsThere, 1, { onZero: tied });
  program.call("exit_group", [1], { what: "exit: the keeper is gone" });
  program.mark(tied);
  return program;
}
