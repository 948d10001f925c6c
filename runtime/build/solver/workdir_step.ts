/** WORKDIR: the directory is made if it is missing, and belongs to the user that is set. */

import { WorkingLayer } from "../../../storage/layer/working_layer.ts";
import { makeMissing } from "../../../storage/overlay2/make_missing.ts";
import { imageUser } from "./image_user.ts";
import type { BuildSession } from "./session.ts";
import type { LayerStep } from "./layer_step.ts";
import type { StageState } from "./state.ts";

export function prepareWorkdir(session: BuildSession, state: StageState): LayerStep {
  const { store, lease, request } = session;
  const { WorkingDir: path, User: user } = state.config;
  return {
    inputs: () => ({ step: "workdir", path, user }),
    historyText: `WORKDIR ${path}`,
    isToldByHistory: true,
    async perform() {
      using working = new WorkingLayer(store, state.layer);
      const { directories } = working;
      const isMade = makeMissing(
        directories,
        { path, kind: "directory" },
        imageUser(directories, user),
      );
      return isMade ? await working.publish(lease, request.sourceDateEpoch) : undefined;
    },
  };
}
