/** Options about what a container's processes may do. */
import { bool, list, string } from "../cli/options.ts";

export const securityOptions = {
  "cap-add": list(null, "Add Linux capabilities"),
  "cap-drop": list(null, "Drop Linux capabilities"),
  "group-add": list(null, "Add additional groups to join"),
  privileged: bool(null, "Give extended privileges to this container"),
  "security-opt": list(null, "Security Options"),
  userns: string(
    null,
    "User namespace to use (host|private|auto[:size=N]; else BOX_USERNS_REMAP, else host)",
  ),
};
