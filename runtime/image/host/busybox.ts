/** busybox: one program that is a shell and some hundred utilities, depending on the name that it is called by. */

import { EngineError } from "../../../storage/errors.ts";
import type { ImageTree } from "./image_tree.ts";

/** Where the applets of a busybox belong, as it says itself: `bin/sh`, `usr/bin/env`. */
export async function listApplets(busybox: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command(busybox, {
    args: ["--list-full"],
    stdin: "null",
    stderr: "null",
  }).output();
  const applets = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  if (success && applets.length > 0) return applets;
  throw new EngineError(`${busybox} does not say what it can do`);
}

/** busybox itself, and what an initial RAM disk starts. */
const notLinked = ["busybox", "linuxrc"];

/** Makes every applet a symbolic link to busybox. */
export function addApplets(tree: ImageTree, busybox: string, applets: readonly string[]): void {
  for (const applet of applets) {
    const name = applet.slice(applet.lastIndexOf("/") + 1);
    if (!notLinked.includes(name)) tree.add(`/${applet}`, { type: "symlink", target: busybox });
  }
}
