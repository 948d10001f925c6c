/** Which extended attributes overlayfs keeps its notes in: kernel document filesystems/overlayfs, "userxattr". */

import { isInUserNamespace } from "../../ffi/privilege.ts";

/** Those named trusted.* are not for user namespaces. */
export function overlayAttributes(): "trusted" | "user" {
  return isInUserNamespace() ? "user" : "trusted";
}

/** What a mount of an overlay is told because of that. */
export function attributeOption(): string {
  return isInUserNamespace() ? ",userxattr" : "";
}
