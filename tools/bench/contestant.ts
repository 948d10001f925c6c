/** One program on its way through the runs of one row. */

import type { Engine } from "./engines.ts";
import { type Meter, meters, wallTime } from "./meter.ts";
import type { UnifiedCgroup } from "./mounts.ts";
import type { Command, Fixture, Row, Word } from "./row.ts";

/** What contestants share. */
export interface Arena {
  /** Path of a fixture. */
  locate(fixture: Fixture): Promise<string>;
  readonly unifiedCgroup: UnifiedCgroup;
  /** A directory on the file system of the stores. */
  readonly directory: string;
  /** Set when the user wants no more. */
  readonly signal: AbortSignal;
}

/** The commands of one contestant in a row. */
interface Role {
  readonly name: string;
  /** The whole command line for a command of the row. */
  commandLine(words: string[]): string[];
  readonly environment?: Record<string, string>;
  readonly daemon?: number;
  readonly trace: string;
  readonly steps: Pick<
    Row,
    "arrange" | "before" | "prepare" | "measured" | "together" | "undo" | "after"
  >;
}

export class Contestant {
  readonly samples: number[] = [];
  /** Why it takes no further part in this row. */
  failure?: string;
  readonly #output: string;
  readonly #meter: Meter;

  private constructor(
    private readonly role: Role,
    unit: Row["unit"],
    private readonly arena: Arena,
  ) {
    this.#output = `${arena.directory}/output of ${role.name}`;
    this.#meter = meters[unit];
  }

  /** All that take part in a row: the engines, then its floors. */
  static of(row: Row, engines: readonly Engine[], arena: Arena): Contestant[] {
    const roles: Role[] = [
      ...engines.filter(({ name }) => !row.leftOut?.[name]).map((
        { name, program, daemon, trace },
      ) => ({
        name,
        commandLine: (words: string[]) => program.commandLine(words),
        environment: program.defaults.env,
        daemon,
        trace,
        steps: row,
      })),
      ...Object.entries(row.floors ?? {}).map(([name, measured]) => ({
        name,
        commandLine: (words: string[]) => words,
        trace: arena.directory,
        steps: { measured, arrange: row.arrange },
      })),
    ];
    return roles.map((role) => new Contestant(role, row.unit, arena));
  }

  get name(): string {
    return this.role.name;
  }

  /** Does what comes before all runs. */
  async begin(): Promise<void> {
    await this.#attempt(async () => {
      await Deno.mkdir(this.#output);
      await this.#runAll(this.role.steps.before);
    });
  }

  /** One run; a failure is the last. */
  async run(): Promise<number | undefined> {
    return await this.#attempt(async () => {
      const { arrange, prepare, measured, together = [], undo } = this.role.steps;
      await this.#runAll(prepare);
      await arrange?.((fixture) => this.#resolve(fixture));
      await this.#flush();
      const values = await Promise.all(
        [measured, ...together].map((command) => this.#execute(command, this.#meter)),
      );
      await this.#runAll(undo);
      await this.#emptyOutput();
      return Math.max(...values);
    });
  }

  /** Does what comes after all runs. After a failure, whatever it still can. */
  async end(): Promise<void> {
    const { undo = [], after = [] } = this.role.steps;
    if (this.failure !== undefined) {
      for (const command of [...undo, ...after]) await this.#execute(command).catch(() => {});
    }
    await this.#attempt(() => this.#runAll(after));
    await Deno.remove(this.#output, { recursive: true });
  }

  async #attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      await this.arena.unifiedCgroup.show(!/^(podman|buildah|crun)/.test(this.name));
      return await action();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #runAll(commands: readonly Command[] = []): Promise<void> {
    for (const command of commands) await this.#execute(command);
  }

  async #execute(command: Command, meter: Meter = wallTime): Promise<number> {
    const { environment = {}, daemon, trace } = this.role;
    const words = await Promise.all(command.map((word) => this.#resolve(word)));
    return await meter({
      commandLine: this.role.commandLine(words),
      environment,
      daemon,
      trace,
      signal: this.arena.signal,
    });
  }

  #resolve(word: Word): string | Promise<string> {
    if (typeof word === "string") return word;
    if ("output" in word) return `${this.#output}/${word.output}`;
    return this.arena.locate(word);
  }

  /** What others have written must not be on this one's bill. */
  async #flush(): Promise<void> {
    await new Deno.Command("sync", { args: ["--file-system", this.#output] }).output();
  }

  async #emptyOutput(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#output)) {
      await Deno.remove(`${this.#output}/${name}`, { recursive: true });
    }
  }
}
