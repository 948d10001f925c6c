import assert from "node:assert/strict";
import { download } from "../../../../runtime/image/download.ts";
import { isUrl } from "../../../../runtime/image/url.ts";

/** A web server that answers everything in the same way, while the test runs. */
async function withServer(
  answer: () => Response,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    await test(`http://127.0.0.1:${server.addr.port}/a.tar`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("isUrl() knows what docker fetches", () => {
  assert(isUrl("http://a/b"));
  assert(isUrl("https://a/b"));
  for (const text of ["-", "a.tar", "ftp://a/b", "http:/a"]) assert(!isUrl(text), text);
});

Deno.test("download() gives the bytes, and how many there are", async () => {
  await withServer(() => new Response("12345"), async (url) => {
    const { size, source } = await download(url);
    assert.equal(size, 5);
    const chunks = await Array.fromAsync(source);
    assert.equal(new TextDecoder().decode(await new Blob(chunks).bytes()), "12345");
  });
});

Deno.test("download() does not take an error page for an archive", async () => {
  await withServer(() => new Response("gone", { status: 404 }), async (url) => {
    await assert.rejects(download(url), {
      name: "EngineError",
      message: `failed to GET ${url} with status 404 Not Found`,
    });
  });
});

Deno.test("download() says when a server cannot be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close();
  await assert.rejects(download(url), {
    name: "EngineError",
    message: new RegExp(`^Get "${url}": .*[Cc]onnection refused`),
  });
});

Deno.test("download() notices that the server breaks off", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning";
    await connection.write(new TextEncoder().encode(head));
  })();
  try {
    const { source } = await download(url);
    await assert.rejects(Array.fromAsync(source), { name: "EngineError", message: /^Get / });
  } finally {
    await serving;
    listener.close();
  }
});
