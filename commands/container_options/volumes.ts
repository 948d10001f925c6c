/** The options of `run` and `create` that are about mounts and volumes. */
import { collected, list, string } from "../cli/options.ts";
import { parseMount } from "../container_request/mount.ts";

export const volumeOptions = {
  mount: collected("mount", null, "Attach a filesystem mount to the container", parseMount),
  tmpfs: list(null, "Mount a tmpfs directory"),
  volume: list("v", "Bind mount a volume, or a directory or file of the host"),
  "volume-driver": string(null, "Optional volume driver for the container"),
  "volumes-from": list(null, "Mount volumes from the specified container(s)"),
};
