/** What platform an image has to be for. */

import { parsePlatform } from "../frontend/platform.ts";
import type { Platform } from "../frontend/types.ts";
import type { BuildSession } from "./session.ts";

/** FROM's own, or else the build's if one was asked for; undefined where any will do. */
export function wantedPlatform(
  { request }: BuildSession,
  written: string | undefined,
): Platform | undefined {
  return written === undefined ? request.platform : parsePlatform(written);
}
