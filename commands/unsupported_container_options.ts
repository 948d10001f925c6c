/** What Docker has of a container's options and box does not: known, to be refused. */
import { unsupported } from "./cli/options.ts";

export const unsupportedContainerOptions = {
  "disable-content-trust": unsupported("bool", null, "Skip image verification", {
    default: "true",
  }),
  gpus: unsupported(
    "gpu-request",
    null,
    "GPU devices to add to the container ('all' to pass all GPUs)",
  ),
  isolation: unsupported("string", null, "Container isolation technology"),
  runtime: unsupported("string", null, "Runtime to use for this container"),
  "storage-opt": unsupported("list", null, "Storage driver options for the container"),
  "cpu-count": unsupported("int", null, "CPU count (Windows only)"),
  "cpu-percent": unsupported("int", null, "CPU percent (Windows only)"),
  "io-maxbandwidth": unsupported(
    "bytes",
    null,
    "Maximum IO bandwidth limit for the system drive (Windows only)",
  ),
  "io-maxiops": unsupported("uint", null, "Maximum IOps limit for the system drive (Windows only)"),
};
