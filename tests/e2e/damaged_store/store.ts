/** A store whose files are damaged, one after another. */
import { deepEqual, match, ok } from "node:assert/strict";
import { type Box, onlyLine, refuses } from "../harness.ts";

/** The ids of what is damaged, by the words that stand for them in paths. */
type Ids = Readonly<Record<"CONTAINER" | "IMAGE" | "LAYER", string>>;

/** A store with two images, each with a container made of it: `busybox` with `sane`, `victim:1` with `victim`. */
export class Store {
  private constructor(readonly box: Box, readonly ids: Ids) {}

  static async make(box: Box): Promise<Store> {
    await box.busybox();
    await box.ok(["run", "--name", "base", "busybox", "sh", "-c", "echo mine > /mine"]);
    await box.ok("commit base victim:1");
    await box.ok("rm base");
    await box.ok(["create", "--name", "victim", "victim:1", "cat", "/mine"]);
    await box.ok(["create", "--name", "sane", "busybox", "echo", "sane"]);
    const CONTAINER = await box.ok("inspect -f {{.Id}} victim");
    const IMAGE = (await box.ok("inspect -f {{.Id}} victim:1")).slice("sha256:".length);
    const notes = `${box.root}/image/overlay2/layerdb/mounts/${CONTAINER}`;
    const LAYER = (await Deno.readTextFile(`${notes}/parent`)).slice("sha256:".length);
    return new Store(box, { CONTAINER, IMAGE, LAYER });
  }

  /** The path of a file of the store, given as `containers/CONTAINER/config.v2.json`. */
  path(file: string): string {
    const named = file.replace(/CONTAINER|IMAGE|LAYER/, (word) => this.ids[word as keyof Ids]);
    return `${this.box.root}/${named}`;
  }

  /** Puts something else into a file for as long as the test of it takes; `undefined`: there is none. */
  async damage(file: string, content: string | undefined, test: () => Promise<void>) {
    const path = this.path(file), saved = `${this.box.temp}/saved`;
    await Deno.rename(path, saved);
    try {
      if (content !== undefined) await Deno.writeTextFile(path, content, { mode: 0o600 });
      await test();
    } finally {
      await Deno.rename(saved, path);
    }
  }

  /** Asserts that these commands refuse and change nothing, and that their line names the file. */
  async assertNamed(file: string, commands: readonly string[]): Promise<void> {
    const name = this.path(file).slice(this.box.root.length + 1);
    for (const command of commands) {
      await refuses(this.box, command, {
        damaged: true,
        code: command.startsWith("run") ? 125 : 1,
        stdout: command.startsWith("inspect") ? "[]\n" : "",
        message: new RegExp(`STORE/${name.replaceAll(".", "\\.")}[ :]`),
      });
    }
  }

  /** Asserts that these commands work, and finish what they begin. */
  async assertWorking(commands: readonly string[]): Promise<void> {
    for (const command of commands) await this.box.ok(command);
    for (const directory of ["tmp", "image/overlay2/layerdb/tmp"]) {
      deepEqual([...Deno.readDirSync(`${this.box.root}/${directory}`)], []);
    }
  }

  /** Asserts that a list has the rest, and says what is missing. */
  async assertListed(command: string, rest: string[], file: string): Promise<void> {
    const { code, stdout, stderr } = await this.box.run(command);
    deepEqual([code, stdout.trim().split("\n")], [0, rest]);
    match(onlyLine(stderr), /^WARNING: /);
    ok(stderr.includes(`${this.path(file)} `), stderr);
  }
}

/** What is no JSON, and JSON of something else. */
export const noJson = ["", '{"ID":"'];
export const otherJson = ["null", '{"State":{},"Config":{},"Repositories":{"a":1},"rootfs":7}'];

/** Commands that list names. */
export const listContainers = "ps -a --format {{.Names}}";
export const listImages = "images --format {{.Repository}}";
