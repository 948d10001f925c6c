/** Whether an image is of the platform that a container is to have. */

import { ConflictError } from "../../storage/errors.ts";
import { hostArchitecture } from "../../storage/image/config.ts";
import type { Image } from "../../storage/image/image_store.ts";

/**
 * A platform that was asked for, `os/architecture[/variant]`, must be the image's: ConflictError otherwise. One that was not gives
 * a warning when it is not the host's. `Image` is what the user called the image.
 */
export function checkPlatform(
  image: Image,
  { platform, config: { Image: name } }: {
    readonly platform?: string;
    readonly config: { readonly Image: string };
  },
): string[] {
  const { os, architecture, variant } = image.config;
  const actual = [os || "linux", architecture, variant].filter(Boolean).join("/");
  if (platform !== undefined) {
    const [wantedOs, wantedArchitecture] = platform.includes("/")
      ? platform.split("/")
      : ["linux", platform];
    if (wantedOs !== (os || "linux") || wantedArchitecture !== architecture) {
      throw new ConflictError(
        `image with reference ${name} was found but does not match the specified platform: ` +
          `wanted ${platform}, actual: ${actual}`,
      );
    }
    return [];
  }
  return architecture === hostArchitecture || architecture === undefined ? [] : [
    `The requested image's platform (${actual}) does not match the detected host platform ` +
    `(linux/${hostArchitecture}) and no specific platform was requested`,
  ];
}
