/** Requests to one server: with authorization, redirects, time-outs and patience. */

import { EngineError } from "../errors.ts";
import { Authenticator } from "./authenticator.ts";
import type { Credentials } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { connectionError, refusalOf, shownUrl } from "./error.ts";
import { guarded, streamOf } from "./guarded_body.ts";
import { delayBefore, isTransient, pause } from "./retry.ts";
import type { RegistrySettings } from "./settings.ts";
import { type HttpRequest, type Transport, transportTo } from "./transport.ts";
import { BOX_VERSION } from "../version.ts";
import { Watchdog } from "./watchdog.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAX_REDIRECTS = 10;
const USER_AGENT = `box/${BOX_VERSION}`;

export interface SessionRequest {
  readonly method: HttpRequest["method"];
  /** Absolute, or below the endpoint's. */
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be sent only once, so with one there must be `once`, and a scope that was used before. */
  readonly body?: Bytes | AsyncIterable<Bytes>;
  /** What a token must allow: `repository:PATH:pull`. */
  readonly scopes: readonly string[];
  readonly signal?: AbortSignal;
  /** One attempt only: the caller knows better how to go on. */
  readonly once?: boolean;
}

export class Session {
  private readonly transport: Transport;
  private readonly otherTransports = new Map<string, Transport>();
  private readonly authenticator: Authenticator;
  private readonly origin: string;

  constructor(
    readonly endpoint: Endpoint,
    credentials: Credentials | undefined,
    readonly settings: RegistrySettings,
  ) {
    const url = new URL(endpoint.url);
    this.origin = url.origin;
    this.transport = transportTo(url, endpoint.verifyTls);
    this.authenticator = new Authenticator(
      this.origin,
      credentials,
      (url, headers, form) => this.requestToken(url, headers, form),
    );
  }

  urlOf(path: string | URL, base?: URL): URL {
    if (path instanceof URL) return path;
    return new URL(path.startsWith("/") && !base ? this.endpoint.url + path : path, base);
  }

  /** The answer, whatever it says, unless that is to try again later, which happens here. Throws ConnectionError. */
  async send(request: SessionRequest): Promise<Response> {
    const attempts = request.once ? 1 : this.settings.maxAttempts;
    for (let attempt = 1;; attempt++) {
      let retryAfter: string | null = null;
      try {
        const response = await this.sendAuthorized(request);
        if (!isTransient(response.status) || attempt >= attempts) return response;
        retryAfter = response.headers.get("retry-after");
        await response.body?.cancel();
      } catch (error) {
        request.signal?.throwIfAborted();
        if (error instanceof EngineError && error.name !== "ConnectionError") throw error;
        if (attempt >= attempts || isHopeless(error)) throw error;
      }
      await pause(delayBefore(attempt, retryAfter), request.signal);
    }
  }

  /** As send, for who has no use for anything but success. */
  async expect(request: SessionRequest, ...statuses: number[]): Promise<Response> {
    const response = await this.send(request);
    if (statuses.includes(response.status)) return response;
    throw await refusalOf(response);
  }

  private async sendAuthorized(request: SessionRequest): Promise<Response> {
    const response = await this.follow(request);
    const isStream = request.body !== undefined && !(request.body instanceof Uint8Array);
    if (response.status !== 401 || isStream) return response;
    if (!this.authenticator.learn(response, request.scopes)) return response;
    await response.body?.cancel();
    return await this.follow(request);
  }

  /** Follows redirects of requests that can be repeated elsewhere. */
  private async follow(request: SessionRequest): Promise<Response> {
    let url = this.urlOf(request.url);
    for (let hops = 0;; hops++) {
      const response = await this.sendOnce(request, url);
      const location = response.headers.get("location");
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        return response;
      }
      await response.body?.cancel();
      if (request.method !== "GET" && request.method !== "HEAD") {
        throw new EngineError(`${request.method} "${shownUrl(url)}": unexpected redirect`);
      }
      if (hops >= MAX_REDIRECTS) {
        throw new EngineError(`Get "${shownUrl(url)}": stopped after ${MAX_REDIRECTS} redirects`);
      }
      url = this.redirectTarget(location, url);
    }
  }

  /** Only to a web server, and not from what is encrypted to what is not. */
  private redirectTarget(location: string, from: URL): URL {
    const url = URL.parse(location, from.href);
    const isAllowed = url !== null &&
      (url.protocol === "https:" || (url.protocol === "http:" && from.protocol === "http:"));
    if (isAllowed) {
      url.username = url.password = "";
      return url;
    }
    const target = url === null ? "no address" : `${url.protocol}//${url.host}`;
    throw new EngineError(`Get "${shownUrl(from)}": refusing to follow a redirect to ${target}`);
  }

  /** Credentials only ever go to the server that they are for. */
  private async sendOnce(request: SessionRequest, url: URL): Promise<Response> {
    const isOwn = url.origin === this.origin;
    const authorization = isOwn && await this.authenticator.authorization(request.scopes);
    return await this.exchange(
      isOwn ? this.transport : this.transportFor(url),
      { ...request, url },
      authorization ? { authorization } : {},
    );
  }

  private transportFor(url: URL): Transport {
    const known = this.otherTransports.get(url.origin);
    if (known !== undefined) return known;
    const transport = transportTo(url, this.endpoint.verifyTls);
    this.otherTransports.set(url.origin, transport);
    return transport;
  }

  private async exchange(
    transport: Transport,
    { method, url, headers, body, signal }: SessionRequest & { url: URL },
    more: Record<string, string>,
  ): Promise<Response> {
    const watchdog = new Watchdog(this.settings.timeout, signal);
    try {
      const response = await watchdog.wait(transport({
        method,
        url,
        headers: { "user-agent": USER_AGENT, "accept-encoding": "identity", ...headers, ...more },
        body: body === undefined || body instanceof Uint8Array ? body : streamOf(body, watchdog),
        signal: watchdog.signal,
      }));
      return guarded(response, watchdog, method, url);
    } catch (error) {
      watchdog[Symbol.dispose]();
      signal?.throwIfAborted();
      throw connectionError(method, url, error);
    }
  }

  private async requestToken(
    url: URL,
    headers: Record<string, string>,
    form?: URLSearchParams,
  ): Promise<Response> {
    const isOwn = url.origin === this.origin;
    const type: Record<string, string> = form
      ? { "content-type": "application/x-www-form-urlencoded" }
      : {};
    for (let attempt = 1;; attempt++) {
      const response = await this.exchange(
        isOwn ? this.transport : this.transportFor(url),
        {
          method: form ? "POST" : "GET",
          url,
          headers: { ...headers, ...type },
          scopes: [],
          ...(form && { body: new TextEncoder().encode(form.toString()) }),
        },
        {},
      );
      if (!isTransient(response.status) || attempt >= this.settings.maxAttempts) return response;
      await response.body?.cancel();
      await pause(delayBefore(attempt, response.headers.get("retry-after")));
    }
  }
}

/** Nobody listens there, or it is no server of this kind: a moment later it will be the same. */
function isHopeless(error: unknown): boolean {
  return error instanceof Error &&
    /refused|certificate|corrupt message|dns error|are blocked|unreachable/i.test(error.message);
}
