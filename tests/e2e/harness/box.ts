/** box in a store of its own: what every end-to-end test works with. */

import { busyboxTar, cached, debianTar } from "./fixtures.ts";
import {
  describeLeftover,
  type HostLeftover,
  hostLeftoversOf,
  interfacesOf,
  removeLeftovers,
} from "./host.ts";
import { storeLeftovers } from "./leftovers.ts";
import { findUser, type User } from "./needs.ts";
import { eventually, type Result, run, RunningProcess, type RunOptions } from "./process.ts";
import { type Arguments, Program } from "./program.ts";
import { skipUnless } from "./skip.ts";

const project = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
const mainModule = `${project}/main.ts`;

/** Where stores to begin with are kept while the tests run, if somebody removes them afterwards. */
const stores = Deno.env.get("BOX_TEST_STORES");

/** The compiled program when BOX_BINARY names one, else the source. */
const binary = Deno.env.get("BOX_BINARY") && await Deno.realPath(Deno.env.get("BOX_BINARY")!);
const source = [Deno.execPath(), "run", "--allow-all", "--quiet", mainModule];

export class Box extends Program {
  /** Ids of all containers seen in the store, to recognize what they leave behind. */
  readonly #containers = new Set<string>();
  readonly #spawned: RunningProcess[] = [];
  /** Whether there is nothing on the host any more that would have to be taken away. */
  #leftNothing = false;

  private constructor(
    /** Parent of all that belongs to this test. */
    private readonly top: string,
    command: string[],
    defaults: RunOptions,
  ) {
    super(command, defaults);
  }

  /** The store. */
  get root(): string {
    return `${this.top}/store`;
  }

  /** An empty directory for the test's own files. */
  get temp(): string {
    return `${this.top}/temp`;
  }

  /** A box with an empty store, run by the user with that name. Containers that ask for no network get none, or box's default. */
  static async create(userName = "root", network: "none" | "default" = "none"): Promise<Box> {
    const user = findUser(userName);
    skipUnless(user, `no user ${userName} here`);
    const top = await Deno.makeTempDir({ prefix: "box-e2e-" });
    try {
      await Deno.chmod(top, 0o755);
      await Deno.chown(top, user.uid, user.gid);
      for (const name of ["temp", "home", "run"]) {
        await Deno.mkdir(`${top}/${name}`, { mode: 0o700 });
        await Deno.chown(`${top}/${name}`, user.uid, user.gid);
      }
      return new Box(top, await programFor(user, `${top}/box`), {
        env: { ...await environment(user, top), ...network === "none" && { BOX_NETWORK: "none" } },
        clearEnv: true,
        cwd: `${top}/temp`,
        ...isSelf(user) ? {} : { uid: user.uid, gid: user.gid },
      });
    } catch (error) {
      await Deno.remove(top, { recursive: true });
      throw error;
    }
  }

  override async run(args: Arguments, options: RunOptions = {}): Promise<Result> {
    const result = await super.run(args, options);
    this.#rememberContainers();
    return result;
  }

  protected override withDefaults(options: RunOptions): RunOptions {
    this.#handOver();
    return super.withDefaults(options);
  }

  /** What root has made for the test is the user's, as if he had made it. */
  #handOver(): void {
    const { uid, gid } = this.defaults;
    if (uid === undefined) return;
    const owned = [this.temp, "-xdev", "-uid", "0"];
    const chown = ["-exec", "chown", "--no-dereference", `${uid}:${gid}`, "{}", "+"];
    new Deno.Command("find", { args: [...owned, ...chown] }).outputSync();
  }

  override spawn(args: Arguments, options: RunOptions = {}): RunningProcess {
    const process = super.spawn(args, options);
    this.#spawned.push(process);
    return process;
  }

  override terminal(
    args: Arguments,
    options: RunOptions & { rows?: number; columns?: number } = {},
  ): RunningProcess {
    const process = super.terminal(args, options);
    this.#spawned.push(process);
    return process;
  }

  /** The same box on another store, which is empty; it goes with this one. */
  otherStore(name: string): Program {
    return new Program(this.commandLine(["--root", `${this.temp}/${name}`]), this.defaults);
  }

  /** Imports a small root file system, and returns the name of the image. */
  async busybox(): Promise<string> {
    const isNew = !await Deno.stat(this.root).then(() => true, () => false);
    const { uid, env } = this.defaults;
    const isUsual = uid === undefined && env?.BOX_STORAGE_DRIVER === undefined;
    if (isNew && isUsual && stores) await this.#copyWithBusybox(stores);
    else await this.#importBusybox();
    return "busybox";
  }

  /** Most tests begin with this image in a store as root's usually is: the first imports it, and the others get a copy of that. */
  async #copyWithBusybox(directory: string): Promise<void> {
    const copy = async (from: string, to: string) => {
      const { code, stderr } = await run(["cp", "-a", from, to]);
      if (code !== 0) throw new Error(stderr);
    };
    const build = async (output: string) => {
      await this.#importBusybox();
      await copy(this.root, output);
    };
    const store = await cached("busybox", build, directory);
    if (!await Deno.stat(this.root).then(() => true, () => false)) await copy(store, this.root);
  }

  async #importBusybox(): Promise<void> {
    const archive = await this.#readable(await busyboxTar());
    await this.ok(["import", "--change", 'CMD ["sh"]', archive, "busybox"]);
  }

  /** Imports a minimal Debian 12, and returns the name of the image. */
  async debian(): Promise<string> {
    const archive = await this.#readable(await debianTar());
    await this.ok(["import", "--change", 'CMD ["bash"]', archive, "debian"]);
    return "debian";
  }

  /** A copy of a file that root made, if box is run by another user. */
  async #readable(file: string): Promise<string> {
    const { uid, gid } = this.defaults;
    if (uid === undefined || gid === undefined) return file;
    const copy = `${this.top}/${file.split("/").at(-1)}`;
    await Deno.copyFile(file, copy);
    await Deno.chown(copy, uid, gid);
    return copy;
  }

  #rememberContainers(): string[] {
    let ids: string[];
    try {
      ids = [...Deno.readDirSync(`${this.root}/containers`)].map((entry) => entry.name);
    } catch {
      return [];
    }
    for (const id of ids) this.#containers.add(id);
    return ids;
  }

  /**
   * Removes the test's containers with box's own command, and returns what is left of them on the
   * host and in the store, which should be nothing.
   */
  async finish(): Promise<string[]> {
    for (const process of this.#spawned) {
      process.kill("SIGKILL");
      await process.wait().catch(() => {});
    }
    const containers = this.#rememberContainers();
    if (containers.length > 0) await this.ok(["rm", "--force", "--volumes", ...containers]);
    let left: HostLeftover[] = [];
    // A monitor may take a moment to notice that it is no longer needed.
    await eventually("", () => {
      left = this.#hostLeftovers();
      return left.length === 0;
    }, 5_000).catch(() => {});
    this.#leftNothing = left.length === 0;
    return [...left.map(describeLeftover), ...storeLeftovers(this.root)];
  }

  #hostLeftovers(): HostLeftover[] {
    this.#rememberContainers();
    return [
      ...hostLeftoversOf([`${this.top}/`, ...this.#containers]),
      ...interfacesOf(this.root),
    ];
  }

  /** Takes everything away, by force, also from under programs that a failed test left running. */
  async remove(): Promise<void> {
    if (!this.#leftNothing) {
      await eventually("what the test left is gone", async () => {
        const leftovers = this.#hostLeftovers();
        await removeLeftovers(leftovers);
        return leftovers.length === 0;
      });
    }
    // Deno.remove would follow a mount that could not be detached.
    const { code, stderr } = await run(["rm", "-rf", "--one-file-system", this.top]);
    if (code !== 0) throw new Error(stderr);
  }
}

function isSelf({ uid }: User): boolean {
  return uid === Deno.uid();
}

/**
 * The command that starts box, for a user who may not be able to look into the project, or to where
 * Deno is: a compiled program, or Deno, is copied to `copy` then. Without the source the test is
 * skipped.
 */
async function programFor(user: User, copy: string): Promise<string[]> {
  const [program, ...args] = binary ? [binary] : source;
  if (isSelf(user)) return [program, ...args];
  // Deno would ask the registry for packages that box is not going to load, and may not get an answer for half a minute.
  if (!binary) args.splice(1, 0, "--cached-only");
  const { uid, gid } = user;
  const canRead = async (file: string) =>
    (await run(["test", "-r", file], { uid, gid, cwd: "/" })).code === 0;
  if (!binary) skipUnless(await canRead(mainModule), `${user.name} may not read ${mainModule}`);
  if (await canRead(program)) return [program, ...args];
  await Deno.copyFile(program, copy);
  await Deno.chmod(copy, 0o755);
  return [copy, ...args];
}

async function environment(user: User, top: string): Promise<Record<string, string>> {
  return {
    PATH: Deno.env.get("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: `${top}/home`,
    LANG: "C.UTF-8",
    TERM: "xterm",
    BOX_ROOT: `${top}/store`,
    DENO_DIR: await denoDirectory(user),
    DENO_NO_UPDATE_CHECK: "1",
    ...user.uid === 0 ? {} : { XDG_RUNTIME_DIR: `${top}/run` },
  };
}

/**
 * Where Deno keeps what it made of the source and the packages it downloaded. Other users may not
 * see root's, and get their own, filled by root, who knows how to reach the registry.
 */
async function denoDirectory(user: User): Promise<string> {
  if (isSelf(user)) {
    const caches = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
    return Deno.env.get("DENO_DIR") ?? `${caches}/deno`;
  }
  const directory = `${project}/.cache/deno-${user.uid}`;
  if (!binary) {
    await run([Deno.execPath(), "cache", "--quiet", mainModule], { env: { DENO_DIR: directory } });
    await run(["chown", "--recursive", `${user.uid}:${user.gid}`, directory]);
  }
  return directory;
}
