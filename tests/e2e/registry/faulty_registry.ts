/** A registry in front of a real one that misbehaves as a test wants it. */

import type { TestRegistry } from "../harness.ts";

/** Answers a request, or leaves it to the registry behind. `count` is how often this method and path was asked for, from 1. */
export type Fault = (
  request: Request,
  url: URL,
  count: number,
) => Response | Promise<Response> | undefined;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

export class FaultyRegistry implements AsyncDisposable {
  /** What has been asked for since the last fault was set. */
  readonly seen: SeenRequest[] = [];
  private fault: Fault = () => undefined;
  private readonly counts = new Map<string, number>();
  private readonly server: Deno.HttpServer<Deno.NetAddr>;
  /** Ends answers that would never end. */
  private readonly over = new AbortController();

  constructor(private readonly behind: Pick<TestRegistry, "host">) {
    this.server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen() {},
        onError: () => new Response("the test is over", { status: 500 }),
      },
      (request) => this.handle(request),
    );
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    return `127.0.0.1:${this.server.addr.port}`;
  }

  /** From now on. */
  misbehave(fault: Fault): void {
    this.fault = fault;
    this.counts.clear();
    this.seen.length = 0;
  }

  /** What the registry behind answers. */
  async forward(request: Request): Promise<Response> {
    const url = new URL(request.url), headers = new Headers(request.headers);
    url.host = this.behind.host;
    for (const name of ["host", "authorization"]) headers.delete(name);
    const response = await fetch(url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
    });
    const answer = new Headers(response.headers), location = answer.get("location");
    if (location) answer.set("location", location.replace(this.behind.host, this.host));
    return new Response(response.body, { status: response.status, headers: answer });
  }

  /** A body of so many bytes of the response that then breaks off, or that falls silent. */
  async cut(request: Request, length: number, then: "break" | "stall"): Promise<Response> {
    const { headers, status, body } = await this.forward(request);
    const bytes = new Uint8Array(await new Response(body).arrayBuffer()).subarray(0, length);
    const { signal } = this.over;
    let sent = false;
    const stream = new ReadableStream({
      async pull(controller) {
        if (!sent) {
          sent = true;
          return controller.enqueue(bytes);
        }
        if (then === "break") return controller.error(new Error("broken by the test"));
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        controller.close();
      },
    }, { highWaterMark: 0 });
    return new Response(stream, { status, headers });
  }

  private async handle(request: Request): Promise<Response> {
    const url = new URL(request.url), key = `${request.method} ${url.pathname}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    const { method, headers } = request;
    this.seen.push({ method, path: url.pathname, headers: new Headers(headers) });
    const response = await this.fault(request, url, count);
    if (response === undefined) return await this.forward(request);
    await request.body?.cancel().catch(() => {});
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over.abort();
    await this.server.shutdown();
  }
}

/** A registry's error document. */
export function refusal(status: number, code: string, message: string, headers = {}): Response {
  const errors = [{ code, message, detail: null }];
  return Response.json({ errors }, { status, headers });
}
