/** What the kernel says of a container's limits. */

import { inspect } from "./running.ts";
import type { Box } from "../harness/box.ts";

/** A controller's names in the two versions of control groups. */
export interface ControllerNames {
  readonly v1: string;
  readonly v2: string;
}

/** What a file of a container's group says, in the version that this host has. */
export async function readGroup(
  box: Box,
  name: string,
  controller: string,
  { v1, v2 }: ControllerNames,
): Promise<string> {
  const id = await inspect(box, "{{.Id}}", name);
  const text = isUnified()
    ? await Deno.readTextFile(`/sys/fs/cgroup/box/${id}/${v2}`)
    : await Deno.readTextFile(`/sys/fs/cgroup/${controller}/box/${id}/${v1}`);
  return text.trim();
}

/** Whether there is no cgroup v1 here. */
export function isUnified(): boolean {
  try {
    return Deno.statSync("/sys/fs/cgroup/cgroup.controllers").isFile;
  } catch {
    return false;
  }
}
