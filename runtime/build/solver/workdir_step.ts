/** WORKDIR: the directory is made if it is missing, and belongs to the user that is set. */

import type { LayerStep } from "./layer_step.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";

export function prepareWorkdir(session: BuildSession, state: StageState): LayerStep {
  const { WorkingDir: path, User: user } = state.config;
  return {
    inputs: () => ({ step: "workdir", path, user }),
    historyText: `WORKDIR ${path}`,
    isToldByHistory: true,
    async perform() {
      const { makeWorkingDirectory } = await import("./perform_workdir.ts");
      return await makeWorkingDirectory(session, state.layer, path, user);
    },
  };
}
