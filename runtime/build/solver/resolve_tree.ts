/** What `--from` names, with its files. */

import { resolveSource } from "../frontend/plan_stages.ts";
import type { Stage } from "../frontend/types.ts";
import { wantedPlatform } from "./platform.ts";
import { imageState } from "./base.ts";
import type { BuildSession } from "./session.ts";
import type { BuildTree } from "./sources.ts";

/** The build context if there is no `from`. Waits for a stage to be done. */
export async function resolveTree(
  session: BuildSession,
  stage: Stage,
  from: string | undefined,
): Promise<BuildTree> {
  const { sources, store, lease, plan } = session;
  if (from === undefined) return await sources.context();
  const source = stage.sources.get(from) ?? resolveSource(plan, from);
  switch (source.kind) {
    case "stage":
      return sources.layer((await session.stateOf(source.stage)).layer, from);
    case "image": {
      const platform = wantedPlatform(session, source.platform);
      await session.images.provide(source.reference, platform, () => {});
      const { layer } = await imageState(store, lease, source.reference, platform);
      return sources.layer(layer, from);
    }
    case "context": {
      const { contextImage } = await import("./named_contexts.ts");
      const image = await contextImage(session, source.name, source.platform);
      return image === undefined
        ? await sources.context(source.name)
        : sources.layer(image.layer, from);
    }
    case "scratch":
      return sources.layer(undefined, "scratch");
  }
}
