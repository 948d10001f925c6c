/** Tests on a host whose network is their own. */

import {
  type Box,
  boxTest,
  eventually,
  HostNetwork,
  type needs,
  type Program,
} from "../harness.ts";

export interface OnHost {
  /** box as it runs there, with an image busybox. */
  box: Program;
  network: HostNetwork;
}

/** Runs `use` on a host of its own; what box leaves there is looked for. */
export function hostTest(
  name: string,
  use: (box: Box, host: OnHost) => Promise<void>,
  options: { needs?: needs.Need[] } = {},
): void {
  boxTest(name, { ...options, network: "default" }, async (own) => {
    await own.busybox();
    await HostNetwork.with(async (network) => {
      const box = network.onHost(own);
      await use(own, { box, network });
      const left = await box.ok("ps -aq");
      if (left !== "") await box.ok(["rm", "--force", ...left.split("\n")]);
      await box.ok("network prune --force");
      await eventually("nothing is left on the host", async () => {
        const links = await network.host$("ip", "-o", "link");
        return links.split("\n").length === 2 &&
          await network.host$("nft", "list", "ruleset") === "";
      });
    });
  });
}
