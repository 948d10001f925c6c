/** What Docker has of a container's options and box does not: known, to be refused. */
import { unsupported } from "./cli/options.ts";

export const unsupportedContainerOptions = {
  "add-host": unsupported("list", null, "Add a custom host-to-IP mapping (host:ip)"),
  "cgroup-parent": unsupported("string", null, "Optional parent cgroup for the container"),
  "disable-content-trust": unsupported("bool", null, "Skip image verification", {
    default: "true",
  }),
  dns: unsupported("list", null, "Set custom DNS servers"),
  "dns-option": unsupported("list", null, "Set DNS options", { aliases: ["dns-opt"] }),
  "dns-search": unsupported("list", null, "Set custom DNS search domains"),
  expose: unsupported("list", null, "Expose a port or a range of ports"),
  gpus: unsupported(
    "gpu-request",
    null,
    "GPU devices to add to the container ('all' to pass all GPUs)",
  ),
  ip: unsupported("string", null, "IPv4 address (e.g., 172.30.100.104)"),
  ip6: unsupported("string", null, "IPv6 address (e.g., 2001:db8::33)"),
  isolation: unsupported("string", null, "Container isolation technology"),
  link: unsupported("list", null, "Add link to another container"),
  "link-local-ip": unsupported("list", null, "Container IPv4/IPv6 link-local addresses"),
  "mac-address": unsupported("string", null, "Container MAC address (e.g., 92:d0:c6:0a:29:33)"),
  "network-alias": unsupported("list", null, "Add network-scoped alias for the container", {
    aliases: ["net-alias"],
  }),
  publish: unsupported("list", "p", "Publish a container's port(s) to the host"),
  "publish-all": unsupported("bool", "P", "Publish all exposed ports to random ports"),
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
