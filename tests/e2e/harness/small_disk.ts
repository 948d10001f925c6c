/** A disk that is soon full. */

import { equal } from "node:assert/strict";
import type { Box } from "./box.ts";
import { run } from "./process.ts";
import { assertTidy, refuses } from "./refusal.ts";

/** A file system of a few megabytes with a store on it. */
export class SmallDisk {
  private constructor(private readonly box: Box, readonly path: string) {}

  static async with(
    box: Box,
    megabytes: number,
    test: (disk: SmallDisk) => Promise<void>,
  ): Promise<void> {
    const disk = new SmallDisk(box, `${box.temp}/disk`);
    await Deno.mkdir(disk.path);
    const size = `size=${megabytes}m`;
    equal((await run(["mount", "-t", "tmpfs", "-o", size, "small", disk.path])).code, 0);
    try {
      await test(disk);
    } finally {
      await run(["umount", "--lazy", disk.path]);
    }
  }

  get root(): string {
    return `${this.path}/store`;
  }

  /** box on this store. */
  async ok(args: string | string[]): Promise<string> {
    return await this.box.ok(args, this.options);
  }

  get options() {
    return { env: { BOX_ROOT: this.root } };
  }

  async refuses(args: string | string[], message: RegExp, options: { code?: number } = {}) {
    await refuses(this.box, args, { message, root: this.root, ...options });
  }

  /** Takes all the room that there is. */
  async fill(): Promise<void> {
    await run(["sh", "-c", `cat /dev/zero > ${this.filler}`]);
  }

  async makeRoom(): Promise<void> {
    await Deno.remove(this.filler);
  }

  private get filler(): string {
    return `${this.path}/filler`;
  }

  async assertWorks(image = "busybox"): Promise<void> {
    equal(await this.ok(["run", "--rm", image, "echo", "works"]), "works");
    assertTidy(this.root);
  }
}
