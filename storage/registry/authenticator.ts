/** Earning what a registry asks for: basic authentication, or tokens (distribution's token authentication specification). */

import type { Credentials } from "./credentials.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { EngineError } from "../errors.ts";
import { refusalOf, RegistryError } from "./error.ts";

/** Sends a request without authorization of its own; tries again by itself. */
export type TokenRequest = (
  url: URL,
  headers: Record<string, string>,
  form?: URLSearchParams,
) => Promise<Response>;

/** Tokens are given up so much before they expire. Milliseconds. */
const MARGIN = 10_000;
/** What the specification says of a token that does not tell. Seconds. */
const DEFAULT_LIFETIME = 60;
const CLIENT_ID = "docker";

interface Token {
  readonly text: string;
  /** performance.now() until which it is good. */
  readonly until: number;
}

export class Authenticator {
  private challenge: Challenge | undefined;
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly origin: string,
    private readonly credentials: Credentials | undefined,
    private readonly request: TokenRequest,
  ) {}

  /** What goes into the Authorization header of a request for a scope, as far as it is known by now what the registry wants. */
  async authorization(scopes: readonly string[]): Promise<string | undefined> {
    switch (this.challenge?.scheme) {
      case "basic":
        return basic(this.credentials!);
      case "bearer":
        return `Bearer ${await this.token(this.challenge, scopes)}`;
    }
  }

  /** Learns from a refusal what the registry wants. Whether another attempt may succeed. */
  learn(response: Response, scopes: readonly string[]): boolean {
    const challenges = parseChallenges(response.headers.get("www-authenticate") ?? "");
    const bearer = challenges.find(({ scheme, parameters }) =>
      scheme === "bearer" && parameters.has("realm")
    );
    const basic = challenges.find(({ scheme }) => scheme === "basic");
    const wanted = bearer ?? (this.credentials?.password === undefined ? undefined : basic);
    if (wanted === undefined) {
      if (basic !== undefined) throw new RegistryError("no basic auth credentials", 401);
      return false;
    }
    this.challenge = wanted;
    this.tokens.delete(scopes.join(" "));
    return true;
  }

  private async token({ parameters }: Challenge, scopes: readonly string[]): Promise<string> {
    const key = scopes.join(" "), known = this.tokens.get(key);
    if (known !== undefined && known.until > performance.now()) return known.text;
    const realm = this.realmOf(parameters.get("realm")!);
    const query = new URLSearchParams();
    const service = parameters.get("service");
    if (service !== undefined) query.set("service", service);
    for (const scope of scopes) query.append("scope", scope);
    const response = this.credentials?.identityToken === undefined
      ? await this.askWithPassword(realm, query)
      : await this.askWithIdentity(realm, query, this.credentials.identityToken, scopes);
    if (!response.ok) throw await refusalOf(response);
    const token = await tokenOf(response);
    this.tokens.set(key, token);
    return token.text;
  }

  /** A realm that could be overheard gets no password where the registry itself cannot be. */
  private realmOf(text: string): URL {
    const url = URL.parse(text);
    const isSecure = url?.protocol === "https:" ||
      (url?.protocol === "http:" && this.origin.startsWith("http:"));
    if (url === null || !isSecure || url.username || url.password) {
      throw new EngineError(`the registry's token server is no good: ${JSON.stringify(text)}`);
    }
    return url;
  }

  private async askWithPassword(realm: URL, query: URLSearchParams): Promise<Response> {
    const url = new URL(realm), { credentials } = this;
    if (credentials !== undefined) query.set("account", credentials.username);
    for (const [name, value] of query) url.searchParams.append(name, value);
    return await this.request(url, credentials ? { authorization: basic(credentials) } : {});
  }

  private async askWithIdentity(
    realm: URL,
    query: URLSearchParams,
    identityToken: string,
    scopes: readonly string[],
  ): Promise<Response> {
    const form = new URLSearchParams({
      service: query.get("service") ?? "",
      client_id: CLIENT_ID,
      grant_type: "refresh_token",
      refresh_token: identityToken,
      scope: scopes.join(" "),
    });
    return await this.request(realm, {}, form);
  }
}

async function tokenOf(response: Response): Promise<Token> {
  const now = performance.now();
  const answer = await response.json().catch(() => ({}));
  const text = answer?.token || answer?.access_token;
  if (typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text)) {
    throw new EngineError("authorization server did not include a token in the response");
  }
  const lifetime = Number(answer.expires_in) || DEFAULT_LIFETIME;
  return { text, until: now + Math.max(lifetime * 1000 - MARGIN, 0) };
}

function basic({ username, password = "" }: Credentials): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}
