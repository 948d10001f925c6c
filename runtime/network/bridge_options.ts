/** What `network create -o` may say to docker's bridge driver, as far as it is about packets. */

import type { NetworkFile } from "../../storage/network/config.ts";

export const ICC = "com.docker.network.bridge.enable_icc";
export const MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
export const HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4";

/** Go's words for a boolean: strconv.ParseBool. */
export const isBoolean = (text: string) => /^(1|t|T|TRUE|true|True)$/.test(text) || isFalse(text);

export const isFalse = (text: string) => /^(0|f|F|FALSE|false|False)$/.test(text);

/** Whether a network's containers are to be kept apart. */
export const isIsolating = ({ Options }: Pick<NetworkFile, "Options">) =>
  isFalse(Options[ICC] ?? "");
