import { equal } from "node:assert/strict";
import { answersWithHttp } from "../../../../storage/registry/tls_probe.ts";

/** Asks a server that says this to whoever connects, when it has been told something. */
async function askWhoSays(answer: Uint8Array<ArrayBuffer>): Promise<boolean> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(100));
    await connection.write(answer);
  })();
  const result = await answersWithHttp(`127.0.0.1:${listener.addr.port}`);
  await served;
  return result;
}

Deno.test("a server that speaks HTTP is known by its answer", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  equal(await answersWithHttp(`127.0.0.1:${server.addr.port}`), true);
  await server.shutdown();
  equal(await askWhoSays(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")), true);
});

Deno.test("whatever else answers, or does not, is asked with TLS", async () => {
  const alert = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 50);
  for (const answer of [alert, new Uint8Array(0), new TextEncoder().encode("HTT")]) {
    equal(await askWhoSays(answer), false, `${answer}`);
  }
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  equal(await answersWithHttp(`127.0.0.1:${listener.addr.port}`), false);
});
