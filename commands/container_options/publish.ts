/** The options of `run` and `create` that publish ports. */
import { bool, list } from "../cli/options.ts";

export const publishOptions = {
  expose: list(null, "Expose a port or a range of ports"),
  publish: list("p", "Publish a container's port(s) to the host"),
  "publish-all": bool("P", "Publish all exposed ports to random ports"),
};
