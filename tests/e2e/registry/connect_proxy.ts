/** A proxy that wants a password, and leads to one server whatever it is asked for. */

const HEAD_LIMIT = 4096;

export class ConnectProxy implements AsyncDisposable {
  /** What it was asked to connect to. */
  readonly asked: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Promise<void>>();
  readonly #done: Promise<void>;

  /** `target` is HOST:PORT; `credentials` NAME:PASSWORD. */
  constructor(private readonly target: string, private readonly credentials: string) {
    this.#done = this.#accept();
  }

  get host(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      const served = this.#serve(connection).catch(() => {}); // either side may hang up
      this.#connections.add(served);
      served.finally(() => this.#connections.delete(served));
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    using client = connection;
    const head = new Uint8Array(HEAD_LIMIT), length = await client.read(head) ?? 0;
    const text = new TextDecoder().decode(head.subarray(0, length));
    const answer = (line: string) =>
      client.write(new TextEncoder().encode(`HTTP/1.1 ${line}\r\n\r\n`));
    if (!text.includes(`Basic ${btoa(this.credentials)}\r\n`)) {
      return void await answer("407 Proxy Authentication Required");
    }
    this.asked.push(/^CONNECT (\S+) /.exec(text)?.[1] ?? text);
    const [hostname, port] = this.target.split(":");
    using server = await Deno.connect({ hostname, port: Number(port) });
    await answer("200 Connection established");
    await Promise.race([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done;
    await Promise.all(this.#connections);
  }
}
