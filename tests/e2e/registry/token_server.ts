/** A token server as docker-registry wants it: https://distribution.github.io/distribution/spec/auth/jwt/ */

import { run } from "../harness.ts";
import { equal } from "node:assert/strict";

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });

export class TokenServer implements AsyncDisposable {
  /** What tokens were asked for: `user: scope scope`. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Deno.HttpServer<Deno.NetAddr>,
    /** The file of the certificate that its tokens are signed with. */
    readonly bundle: string,
  ) {}

  /** Gives alice, whose password is `secret`, what she asks for, and others `pull`; keys lie in `directory`. */
  static async start(directory: string): Promise<TokenServer> {
    const bundle = `${directory}/tokens.crt`, keyFile = `${directory}/tokens.key`;
    const { code, stderr } = await run([
      ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-subj", "/CN=tokens", "-keyout", keyFile, "-out", bundle],
    ]);
    equal(code, 0, stderr);
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("pkcs8", pemOf(keyFile), algorithm, false, ["sign"]);
    const header = encode({ typ: "JWT", alg: "RS256", x5c: [pemOf(bundle).toBase64()] });
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { searchParams } = new URL(request.url), scopes = searchParams.getAll("scope");
        const authorization = request.headers.get("authorization");
        const isAlice = authorization === `Basic ${btoa("alice:secret")}`;
        if (authorization !== null && !isAlice) return new Response("wrong", { status: 401 });
        tokens.asked.push(`${isAlice ? "alice" : "anybody"}: ${scopes.join(" ")}`);
        const access = scopes.map((scope) => {
          const [, type, name, actions] = /^(.*?):(.*):(.*)$/.exec(scope)!;
          const wanted = actions.split(",");
          return {
            type,
            name,
            actions: isAlice ? wanted : wanted.filter((each) => each === "pull"),
          };
        });
        const now = Math.floor(Date.now() / 1000),
          times = { nbf: now - 60, iat: now, exp: now + 300 };
        const who = { iss: "test", sub: isAlice ? "alice" : "", aud: searchParams.get("service") };
        const text = `${header}.${encode({ ...who, ...times, jti: crypto.randomUUID(), access })}`;
        const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(text));
        const signed = new Uint8Array(signature)
          .toBase64({ alphabet: "base64url", omitPadding: true });
        return Response.json({ token: `${text}.${signed}`, expires_in: 300 });
      },
    );
    const tokens = new TokenServer(server, bundle);
    return tokens;
  }

  get realm(): string {
    return `http://127.0.0.1:${this.server.addr.port}/token`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}

/** What stands between the lines of a PEM file. */
function pemOf(file: string): Uint8Array<ArrayBuffer> {
  const text = Deno.readTextFileSync(file).replace(/-----.*-----/g, "");
  return Uint8Array.fromBase64(text.replace(/\s/g, ""));
}
