/** What the tests of isolation share: images to break out of, and a place outside that must not be touched. */
import { deepEqual, equal } from "node:assert/strict";
import { type Box, busyboxTar, needs } from "../harness.ts";

/** Runs a shell script in a container of busybox; returns what it prints. */
export async function inBusybox(box: Box, script: string, ...options: string[]): Promise<string> {
  return await box.ok(["run", "--rm", ...options, "busybox", "sh", "-c", script]);
}

/** What hostImage() needs. */
export const hostPrograms = { needs: [needs.program("sh"), needs.program("mknod")] };

/** Makes an image of the host's own programs, dynamic ones with their loader, in which a script has run as root. */
export async function hostImage(box: Box, name: string, script: string): Promise<void> {
  await box.ok("import --from-host=coreutils host");
  await box.ok(["run", "--name", "made", "host", "sh", "-c", script]);
  await box.ok(["commit", "made", name]);
}

/** Makes an image of a busybox that a shell script, run by the host in its root directory, has changed. */
export async function changedBusybox(box: Box, name: string, script: string): Promise<void> {
  const root = `${box.temp}/rootfs`;
  await box.shell(`set -e
    mkdir ${root}; cd ${root}; tar -xf ${await busyboxTar()}
    ${script}
    tar -cSf ${root}.tar .; rm -r ${root}`);
  await box.ok(["import", `${root}.tar`, name]);
}

/** A directory of the host that no container is given. */
export class Outside {
  private constructor(readonly path: string) {}

  static async make(box: Box): Promise<Outside> {
    const outside = new Outside(`${box.temp}/outside`);
    await Deno.mkdir(outside.path);
    await Deno.writeTextFile(`${outside.path}/canary`, "canary\n");
    return outside;
  }

  async assertUntouched(): Promise<void> {
    deepEqual([...Deno.readDirSync(this.path)].map(({ name }) => name), ["canary"]);
    equal(await Deno.readTextFile(`${this.path}/canary`), "canary\n");
  }
}
