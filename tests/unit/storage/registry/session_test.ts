import { deepEqual, equal, rejects } from "node:assert/strict";
import { Session } from "../../../../storage/registry/session.ts";
import { defaultSettings } from "../../../../storage/registry/settings.ts";

type Handler = (request: Request, url: URL) => Response;

/** Runs `use` with two servers on one machine, and what the second has been asked. */
async function withServers(
  handle: (request: Request, url: URL, other: string) => Response,
  use: (session: Session, seenByOther: Headers[]) => Promise<void>,
): Promise<void> {
  const seen: Headers[] = [];
  const serve = (handler: Handler) =>
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => handler(request, new URL(request.url)),
    );
  await using other = serve((request) => {
    seen.push(new Headers(request.headers));
    return new Response("other");
  });
  await using server = serve((request, url) =>
    handle(request, url, `http://127.0.0.1:${other.addr.port}`)
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const credentials = { username: "alice", password: "secret" };
  const settings = { ...defaultSettings, maxAttempts: 2 };
  await use(new Session({ url, verifyTls: true, isMirror: false }, credentials, settings), seen);
}

const get = (url: string) => ({ method: "GET", url, scopes: [] } as const);
const unauthorized = () =>
  new Response(null, { status: 401, headers: { "www-authenticate": "Basic realm=x" } });

Deno.test("credentials are not sent where a redirect leads", async () => {
  await withServers(
    (request, _, other) =>
      request.headers.has("authorization")
        ? new Response(null, { status: 307, headers: { location: `${other}/blob` } })
        : unauthorized(),
    async (session, seen) => {
      equal(await (await session.send(get("/x"))).text(), "other");
      deepEqual(seen.map((headers) => headers.has("authorization")), [false]);
    },
  );
});

Deno.test("credentials are not sent before they are asked for", async () => {
  const sent: (string | null)[] = [];
  await withServers((request) => {
    sent.push(request.headers.get("authorization"));
    return sent.length === 1 ? unauthorized() : new Response("ok");
  }, async (session) => {
    for (let i = 0; i < 2; i++) await (await session.send(get("/x"))).text();
    const basic = "Basic " + btoa("alice:secret");
    deepEqual(sent, [null, basic, basic]);
  });
});

Deno.test("a redirect of what changes something is not followed", async () => {
  await withServers(
    (_, __, other) => new Response(null, { status: 307, headers: { location: other } }),
    async (session) => {
      const post = { ...get("/x"), method: "POST", body: new Uint8Array(0) } as const;
      await rejects(session.send(post), /unexpected redirect/);
    },
  );
});

Deno.test("what an error shows of an address is no secret", async () => {
  await withServers(
    (_, url) =>
      new Response(null, { status: 302, headers: { location: `${url.pathname}?key=secret` } }),
    async (session) => {
      await rejects(session.send(get("/x?key=secret")), (error: Error) => {
        equal(error.message.includes("secret"), false, error.message);
        return /stopped after 10 redirects/.test(error.message);
      });
    },
  );
});

Deno.test("a token server's password does not go to a realm in the clear from a secure registry", async () => {
  const { Authenticator } = await import("../../../../storage/registry/authenticator.ts");
  const asked: URL[] = [];
  const authenticator = new Authenticator(
    "https://r.example.com",
    { username: "alice", password: "secret" },
    (url) => {
      asked.push(url);
      return Promise.resolve(Response.json({ token: "t" }));
    },
  );
  const answer = (realm: string) =>
    new Response(null, { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } });
  for (const realm of ["http://auth.example.com/", "file:///etc/passwd", "https://u:p@a/", "x"]) {
    equal(authenticator.learn(answer(realm), []), true);
    await rejects(authenticator.authorization([]), /token server is no good/);
  }
  equal(asked.length, 0);
  authenticator.learn(answer("https://auth.example.com/"), []);
  equal(await authenticator.authorization([]), "Bearer t");
  equal(await authenticator.authorization([]), "Bearer t");
  equal(asked.length, 1);
});
