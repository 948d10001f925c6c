/**
 * What the OCI distribution specification (v1.1) asks of clients, case by case, against a server that answers as the case says.
 * The sections are those of https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md.
 */

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { RegistryClient } from "../../../../storage/registry/client.ts";
import type { Credentials } from "../../../../storage/registry/credentials.ts";
import { Session } from "../../../../storage/registry/session.ts";
import { defaultSettings } from "../../../../storage/registry/settings.ts";
import { mountBlob, uploadBlob, uploadDocument } from "../../../../storage/registry/upload.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Asked {
  /** `METHOD /path?query`, with what differs from run to run left out. */
  readonly line: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = (asked: Asked, count: number, url: URL) => Response | Promise<Response>;

interface Case {
  readonly section: string;
  readonly name: string;
  readonly credentials?: Credentials;
  readonly answer: Answer;
  readonly act: (client: RegistryClient) => Promise<unknown>;
  /** What comes of it; or what the error says. */
  readonly result?: unknown;
  readonly error?: RegExp;
  /** All requests, in order. */
  readonly asked?: string[];
  readonly check?: (asked: Asked[]) => void;
}

const encode = (text: string) => new TextEncoder().encode(text);
const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const blob = "the bytes of a blob", digest = digestOf(blob);
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST });
const manifestDigest = digestOf(manifest);

const status = (status: number, headers = {}, body?: string) =>
  new Response(body ?? null, { status, headers });
const served = (headers = {}) => status(200, { "content-type": MANIFEST, ...headers }, manifest);
const refused = (code: number, name: string, headers = {}) =>
  Response.json({ errors: [{ code: name, message: `says ${name}`, detail: {} }] }, {
    status: code,
    headers,
  });
const challenge = (text: string) => refused(401, "UNAUTHORIZED", { "www-authenticate": text });
const token = (url: URL) =>
  `Bearer realm="${url.origin}/token",service="s",scope="repository:team/app:pull"`;

async function read({ body }: { body: AsyncIterable<Bytes> }): Promise<string> {
  let text = "";
  for await (const chunk of body) text += new TextDecoder().decode(chunk);
  return text;
}

async function* source(text: string) {
  for (const character of text) yield encode(character);
}

const fetchManifest = async (client: RegistryClient, reference = "latest") => {
  const { mediaType, digest } = await client.manifest(reference);
  return { mediaType, digest };
};
const push = (client: RegistryClient) => uploadBlob(client, () => source(blob));
const pushed = { digest, size: blob.length };

/** Uploads as the specification has them; `change` may answer first. */
function uploads(change: Answer | undefined = undefined, location = "/up/1?state=a"): Answer {
  return async (asked, count, url) => {
    const own = await change?.(asked, count, url);
    if (own !== undefined && own.status !== 599) return own;
    const [method] = asked.line.split(" ");
    if (method === "POST") return status(202, { location });
    if (method === "PATCH") return status(202, { location: "/up/2?state=b" });
    return status(201, { location: `/v2/team/app/blobs/${digest}` });
  };
}
const usual = () => status(599);

const cases: Case[] = [
  {
    section: "Pulling manifests",
    name: "the client says which types it understands",
    answer: () => served(),
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
    asked: ["GET /v2/team/app/manifests/latest"],
    check: ([{ headers }]) => {
      for (const type of ["oci.image.manifest.v1", "oci.image.index.v1", "docker.distribution"]) {
        match(headers.get("accept")!, new RegExp(type));
      }
    },
  },
  {
    section: "Pulling manifests",
    name: "parameters of the media type do not matter",
    answer: () => served({ "content-type": `${MANIFEST}; charset=utf-8` }),
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
  },
  {
    section: "Pulling manifests",
    name: "the digest in the header is verified",
    answer: () => served({ "docker-content-digest": digest }),
    act: (client) => fetchManifest(client),
    error: /verification failed/,
  },
  {
    section: "Pulling manifests",
    name: "by digest, only what has it is taken",
    answer: () => served(),
    act: (client) => fetchManifest(client, digest),
    error: /verification failed/,
  },
  {
    section: "Pulling manifests",
    name: "404 says that it is not there",
    answer: () => refused(404, "MANIFEST_UNKNOWN"),
    act: (client) => fetchManifest(client),
    error: /^RegistryError: manifest unknown: says MANIFEST_UNKNOWN$/,
  },
  {
    section: "Pulling manifests",
    name: "a refusal without a document is told by its status",
    answer: () => status(404),
    act: (client) => fetchManifest(client),
    error: /unexpected HTTP status: 404/,
  },
  {
    section: "Pulling blobs",
    name: "a redirect is followed",
    answer: ({ line }) =>
      line.includes("/elsewhere") ? status(200, {}, blob) : status(307, { location: "/elsewhere" }),
    act: async (client) => await read(await client.blob(digest, 0)),
    result: blob,
    asked: [`GET /v2/team/app/blobs/${digest}`, "GET /elsewhere"],
  },
  {
    section: "Pulling blobs",
    name: "a range is asked for, and its answer is one",
    answer: ({ headers }) => {
      const from = Number(/^bytes=([0-9]+)-$/.exec(headers.get("range")!)![1]);
      const range = `bytes ${from}-${blob.length - 1}/${blob.length}`;
      return status(206, { "content-range": range }, blob.slice(from));
    },
    act: async (client) => await read(await client.blob(digest, 4)),
    result: blob.slice(4),
  },
  {
    section: "Pulling blobs",
    name: "a registry without ranges gives all",
    answer: () => status(200, {}, blob),
    act: async (client) => (await client.blob(digest, 4)).start,
    result: 0,
  },
  {
    section: "Pulling blobs",
    name: "416 is an error",
    answer: () => status(416),
    act: (client) => client.blob(digest, 4),
    error: /unexpected HTTP status: 416/,
  },
  {
    section: "Checking if content exists",
    name: "HEAD tells a blob's size",
    answer: () => status(200, { "content-length": "19" }),
    act: (client) => client.blobSize(digest),
    result: 19,
    asked: [`HEAD /v2/team/app/blobs/${digest}`],
  },
  {
    section: "Checking if content exists",
    name: "404 to HEAD is no error",
    answer: () => status(404),
    act: (client) => client.blobSize(digest),
    result: undefined,
  },
  {
    section: "POST then PUT",
    name: "a small blob goes in one piece to where the registry says, with its parameters",
    answer: uploads(),
    act: (client) => uploadDocument(client, digest, encode(blob)),
    asked: [
      "POST /v2/team/app/blobs/uploads/",
      `PUT /up/1?state=a&digest=${encodeURIComponent(digest)}`,
    ],
    check: ([_, { headers, body }]) => {
      equal(body, blob);
      equal(headers.get("content-length"), String(blob.length));
      equal(headers.get("content-type"), "application/octet-stream");
    },
  },
  {
    section: "POST then PUT",
    name: "a Location may be relative, and each answer may have another",
    answer: uploads(undefined, "1?state=a"),
    act: push,
    result: pushed,
    asked: [
      "POST /v2/team/app/blobs/uploads/",
      "PATCH /v2/team/app/blobs/uploads/1?state=a",
      `PUT /up/2?state=b&digest=${encodeURIComponent(digest)}`,
    ],
    check: ([_, { body, headers }]) => {
      equal(body, blob);
      equal(headers.get("content-type"), "application/octet-stream");
    },
  },
  {
    section: "Pushing a blob in chunks",
    name: "after an error, the registry is asked how much it has, and gets the rest",
    answer: uploads(({ line }) => {
      if (line.startsWith("PATCH /up/1")) return status(500);
      if (!line.startsWith("GET")) return usual();
      return status(204, { location: "/up/3", range: "0-9" });
    }),
    act: push,
    result: pushed,
    asked: [
      "POST /v2/team/app/blobs/uploads/",
      "PATCH /up/1?state=a",
      "GET /up/1?state=a",
      "PATCH /up/3",
      `PUT /up/2?state=b&digest=${encodeURIComponent(digest)}`,
    ],
    check: (asked) => equal(asked[3].body, blob.slice(10)),
  },
  {
    section: "Pushing a blob in chunks",
    name: "an upload that the registry does not know any more begins anew",
    answer: uploads(({ line }, count) => {
      if (line.startsWith("PATCH") && count === 1) return status(503);
      return line.startsWith("GET") ? refused(404, "BLOB_UPLOAD_UNKNOWN") : usual();
    }),
    act: push,
    result: pushed,
    check: (asked) => {
      equal(asked.filter(({ line }) => line.startsWith("POST")).length, 2);
      equal(asked.findLast(({ line }) => line.startsWith("PATCH"))!.body, blob);
    },
  },
  {
    section: "Pushing a blob in chunks",
    name: "416, a chunk out of order, is not repeated for ever",
    answer: uploads(({ line }) => line.startsWith("PATCH") ? status(416) : usual()),
    act: push,
    error: /unexpected HTTP status: 416/,
  },
  {
    section: "Pushing blobs",
    name: "a digest that the registry does not find is an error",
    answer: uploads(({ line }) =>
      line.startsWith("PUT") ? refused(400, "DIGEST_INVALID") : usual()
    ),
    act: push,
    error: /digest invalid: says DIGEST_INVALID/,
  },
  {
    section: "Mounting a blob from another repository",
    name: "201: it is there",
    answer: () => status(201, { location: `/v2/team/app/blobs/${digest}` }),
    act: (client) => mountBlob(client, digest, "other/app"),
    result: true,
    asked: [
      `POST /v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=other%2Fapp`,
    ],
  },
  {
    section: "Mounting a blob from another repository",
    name: "202: the upload that has begun is used",
    answer: uploads(),
    act: async (client) => {
      const begun = await mountBlob(client, digest, "other/app");
      ok(begun instanceof URL);
      return await uploadBlob(client, () => source(blob), { begun });
    },
    result: pushed,
    check: (asked) =>
      deepEqual(asked.map(({ line }) => line.split(" ")[0]), ["POST", "PATCH", "PUT"]),
  },
  {
    section: "Mounting a blob from another repository",
    name: "a registry that does not know of it has refused nothing else",
    answer: () => refused(405, "UNSUPPORTED"),
    act: (client) => mountBlob(client, digest, "other/app"),
    result: false,
  },
  {
    section: "Pushing manifests",
    name: "with its own media type",
    answer: () => status(201, { location: "/x" }),
    act: (client) =>
      client.putManifest("1", {
        mediaType: MANIFEST,
        digest: manifestDigest,
        bytes: encode(manifest),
      }),
    asked: ["PUT /v2/team/app/manifests/1"],
    check: ([{ headers, body }]) => {
      equal(headers.get("content-type"), MANIFEST);
      equal(body, manifest);
    },
  },
  {
    section: "Pushing manifests",
    name: "413: the registry says that it is too large",
    answer: () => refused(413, "SIZE_INVALID"),
    act: (client) =>
      client.putManifest("1", {
        mediaType: MANIFEST,
        digest: manifestDigest,
        bytes: encode(manifest),
      }),
    error: /size invalid: says SIZE_INVALID/,
  },
  {
    section: "Listing tags",
    name: "page by page, as the registry links them",
    answer: ({ line }) => {
      const page = Number(/last=([0-9])/.exec(line)?.[1] ?? 0);
      const link: Record<string, string> = page < 2
        ? { link: `</v2/team/app/tags/list?last=${page + 1}>; rel="next"` }
        : {};
      return Response.json({ name: "team/app", tags: [`v${page}`] }, { headers: link });
    },
    act: (client) => client.tags(),
    result: ["v0", "v1", "v2"],
  },
  {
    section: "Listing tags",
    name: "a link in a circle, or to somebody else, ends the list",
    answer: (_, count) => {
      const link = count === 1 ? "/v2/team/app/tags/list" : "http://example.com/v2/x";
      return Response.json({ tags: [`v${count}`] }, { headers: { link: `<${link}>; rel="next"` } });
    },
    act: (client) => client.tags(),
    result: ["v1", "v2"],
  },
  {
    section: "Listing tags",
    name: "none",
    answer: () => Response.json({ name: "team/app", tags: null }),
    act: (client) => client.tags(),
    result: [],
  },
  {
    section: "Error codes",
    name: "of several errors the first is told, without control characters",
    answer: () =>
      Response.json({
        errors: [{ code: "DENIED", message: "no\x1b[1m" }, { code: "UNKNOWN", message: "" }],
      }, { status: 403 }),
    act: (client) => fetchManifest(client),
    error: /^RegistryError: denied: no \[1m$/,
  },
  {
    section: "Endpoints",
    name: "429 and 503 are tried again, as late as the registry wants it",
    answer: (_, count) =>
      count <= 2 ? status([429, 503][count - 1], { "retry-after": "0" }) : served(),
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
    check: ({ length }) => equal(length, 3),
  },
  {
    section: "Endpoints",
    name: "501 is not tried again",
    answer: () => status(501),
    act: (client) => fetchManifest(client),
    error: /unexpected HTTP status: 501/,
    check: ({ length }) => equal(length, 1),
  },
  {
    section: "Authentication (distribution: token)",
    name: "a token that is no longer good is exchanged once",
    answer: ({ line, headers }, count, url) => {
      if (line.startsWith("GET /token")) return Response.json({ token: `t${count}` });
      return headers.get("authorization") === "Bearer t2" ? served() : challenge(token(url));
    },
    act: async (client) => {
      await rejects(client.manifest("latest"), /unauthorized/);
      return await fetchManifest(client);
    },
    result: { mediaType: MANIFEST, digest: manifestDigest },
  },
  {
    section: "Authentication (distribution: token)",
    name: "anonymous, with what the client wants to do as its scope",
    answer: ({ line, headers }, _, url) => {
      if (line.startsWith("GET /token")) {
        return Response.json({ access_token: "t", expires_in: 300 });
      }
      return headers.has("authorization") ? served() : challenge(token(url));
    },
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
    asked: [
      "GET /v2/team/app/manifests/latest",
      "GET /token?service=s&scope=repository%3Ateam%2Fapp%3Apull%2Cpush",
      "GET /v2/team/app/manifests/latest",
    ],
    check: (asked) => ok(!asked[1].headers.has("authorization")),
  },
  {
    section: "Authentication (distribution: token)",
    name: "a mount asks for both repositories",
    answer: ({ line, headers }, _, url) => {
      if (line.startsWith("GET /token")) return Response.json({ token: "t" });
      return headers.has("authorization") ? status(201) : challenge(token(url));
    },
    act: (client) => mountBlob(client, digest, "other/app"),
    result: true,
    check: (asked) =>
      ok(asked[1].line.endsWith(
        "&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&scope=repository%3Aother%2Fapp%3Apull",
      )),
  },
  {
    section: "Authentication (distribution: OAuth2)",
    name: "an identity token is sent in a form, never in a URL",
    credentials: { username: "alice", identityToken: "the-identity" },
    answer: ({ line, headers }, _, url) => {
      if (line === "POST /token") return Response.json({ access_token: "t" });
      return headers.has("authorization") ? served() : challenge(token(url));
    },
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
    check: (asked) => {
      const form = new URLSearchParams(asked[1].body);
      equal(form.get("grant_type"), "refresh_token");
      equal(form.get("refresh_token"), "the-identity");
      ok(asked.every(({ line }) => !line.includes("identity")));
    },
  },
  {
    section: "Authentication (distribution: basic)",
    name: "of several ways, tokens are preferred",
    credentials: { username: "alice", password: "secret" },
    answer: ({ line, headers }, _, url) => {
      if (line.startsWith("GET /token")) return Response.json({ token: "t" });
      if (headers.get("authorization") === "Bearer t") return served();
      return challenge(`Basic realm="x", ${token(url)}`);
    },
    act: (client) => fetchManifest(client),
    result: { mediaType: MANIFEST, digest: manifestDigest },
    check: (asked) => equal(asked[1].headers.get("authorization"), `Basic ${btoa("alice:secret")}`),
  },
  {
    section: "Authentication (distribution: token)",
    name: "a token that could be read as another header is none",
    answer: ({ line }, _, url) =>
      line.startsWith("GET /token") ? Response.json({ token: "a\r\nb: c" }) : challenge(token(url)),
    act: (client) => fetchManifest(client),
    error: /did not include a token/,
  },
];

for (const { section, name, credentials, answer, act, result, error, asked, check } of cases) {
  Deno.test(`${section}: ${name}`, async () => {
    const seen: Asked[] = [], counts = new Map<string, number>();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const url = new URL(request.url), line = `${request.method} ${url.pathname}${url.search}`;
        const key = `${request.method} ${url.pathname}`, count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        const one = { line, headers: new Headers(request.headers), body: await request.text() };
        seen.push(one);
        return await answer(one, count, url);
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const settings = { ...defaultSettings, maxAttempts: 3 };
    const session = new Session({ url, verifyTls: true, isMirror: false }, credentials, settings);
    const client = new RegistryClient(session, "team/app", "pull,push");
    if (error !== undefined) await rejects(act(client), error);
    else deepEqual(await act(client), result);
    if (asked !== undefined) deepEqual(seen.map(({ line }) => line), asked);
    check?.(seen);
  });
}
