/** Running a program in a test: to its end, or beside the test. */

export interface RunOptions {
  /** What the program reads; nothing by default. */
  stdin?: string | Uint8Array;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Only `env` is the environment. */
  clearEnv?: boolean;
  cwd?: string;
  /** Milliseconds after which the program is killed and the test fails. */
  timeout?: number;
  uid?: number;
  gid?: number;
}

export interface Result {
  /** Exit code; 128 + n after signal n. */
  code: number;
  stdout: string;
  stderr: string;
  stdoutBytes: Uint8Array;
  /** Wall time in milliseconds. */
  ms: number;
}

/** Slow machines (the emulated one of `deno task test:vm`) set BOX_TEST_PATIENCE to a factor. */
const patience = Number(Deno.env.get("BOX_TEST_PATIENCE") ?? 1);

/** Milliseconds that nothing in a test should take. */
const DEFAULT_TIMEOUT = 120_000;

/** Everything that came out of one pipe, with a way to wait for more. */
class Output {
  #chunks: Uint8Array[] = [];
  #changed = Promise.withResolvers<void>();
  readonly end: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.end = this.#collect(stream);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of stream) {
      this.#chunks.push(chunk);
      this.#notify();
    }
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#chunks.reduce((size, chunk) => size + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return bytes;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }
}

/** A program that runs beside the test. */
export class RunningProcess {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #began = performance.now();
  #read = 0;

  constructor(readonly commandLine: string[], options: RunOptions = {}) {
    const [program, ...args] = commandLine;
    this.#child = new Deno.Command(program, {
      args,
      env: options.env,
      clearEnv: options.clearEnv,
      cwd: options.cwd,
      uid: options.uid,
      gid: options.gid,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stdout = new Output(this.#child.stdout);
    this.#stderr = new Output(this.#child.stderr);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What came so far. */
  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  /** Writes to its standard input; a program that no longer reads is no error. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await this.#stdin.write(bytes).catch(() => {});
  }

  async closeStdin(): Promise<void> {
    await this.#stdin.close().catch(() => {});
  }

  kill(signal: Deno.Signal = "SIGTERM"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It ended already.
    }
  }

  /**
   * Waits until standard output holds `pattern` beyond what earlier calls consumed, and returns the
   * match.
   */
  async waitFor(pattern: string | RegExp, timeout = 30_000): Promise<RegExpMatchArray> {
    const expression = typeof pattern === "string"
      ? new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
      : pattern;
    const deadline = AbortSignal.timeout(timeout * patience);
    const late = new Promise<void>((resolve) =>
      deadline.addEventListener("abort", () => resolve())
    );
    for (let ended = false;;) {
      const changed = this.#stdout.changed;
      const match = this.#stdout.text.slice(this.#read).match(expression);
      if (match) {
        this.#read += match.index! + match[0].length;
        return match;
      }
      if (ended || deadline.aborted) {
        throw new Error(
          `${ended ? "ended" : "waited too long"} without printing ${pattern}\n${this.#describe()}`,
        );
      }
      await Promise.race([changed, late, this.#stdout.end.then(() => ended = true)]);
    }
  }

  /** Ends its input, and waits until it has ended and all it printed is read. */
  async wait(timeout = DEFAULT_TIMEOUT): Promise<Result> {
    void this.closeStdin();
    let late = "does not end";
    const timer = setTimeout(() => {
      this.kill("SIGKILL");
      expired.reject(new Error(`${late} after ${timeout * patience} ms\n${this.#describe()}`));
    }, timeout * patience);
    const expired = Promise.withResolvers<never>();
    try {
      const { code } = await Promise.race([this.#child.status, expired.promise]);
      // Whoever inherited the pipes keeps a caller waiting that reads to the end.
      late = `ended with code ${code}, but something holds its output open`;
      await Promise.race([Promise.all([this.#stdout.end, this.#stderr.end]), expired.promise]);
      return {
        code,
        stdout: this.stdout,
        stderr: this.stderr,
        stdoutBytes: this.#stdout.bytes,
        ms: performance.now() - this.#began,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  #describe(): string {
    return describe(this.commandLine, { stdout: this.stdout, stderr: this.stderr });
  }
}

/** Runs a program to its end. */
export async function run(commandLine: string[], options: RunOptions = {}): Promise<Result> {
  const process = new RunningProcess(commandLine, options);
  if (options.stdin !== undefined) process.write(options.stdin);
  return await process.wait(options.timeout);
}

/** A command and its output, for the message of a failed assertion. */
export function describe(
  commandLine: string[],
  { code, stdout, stderr }: { code?: number; stdout: string; stderr: string },
): string {
  const lines = [`$ ${commandLine.join(" ")}`];
  if (stdout) lines.push(stdout.trimEnd());
  if (stderr) lines.push(stderr.trimEnd());
  if (code !== undefined) lines.push(`exit code ${code}`);
  return lines.join("\n");
}

/**
 * Waits until `condition` holds; the test fails with `what` when it never does. Between two looks is as much time as a look
 * takes, within limits: one that starts programs would keep a processor from what it waits for.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeout * patience;
  for (;;) {
    const began = performance.now();
    if (await condition()) return;
    const now = performance.now();
    if (now > deadline) throw new Error(`waited too long: ${what}`);
    const pause = Math.min(Math.max(now - began, 20), 250);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
