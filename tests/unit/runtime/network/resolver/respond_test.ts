import assert from "node:assert/strict";
import { encodeName, TYPE } from "../../../../../runtime/network/resolver/message.ts";
import { respond } from "../../../../../runtime/network/resolver/respond.ts";
import type { Transport } from "../../../../../runtime/network/resolver/upstream.ts";

const directory = {
  findName: (name: string) =>
    name === "web"
      ? ["172.18.0.2"]
      : name === "both"
      ? ["172.18.0.3", "fd00::3"]
      : name === "many"
      ? Array.from({ length: 60 }, (_, i) => `172.18.1.${i}`)
      : [],
  findAddress: (address: string) => address === "172.18.0.2" ? "web.backend" : undefined,
};

function query(name: string, type: number): Uint8Array<ArrayBuffer> {
  const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return new Uint8Array([...header, ...encodeName(name), 0, type, 0, 1]);
}

async function ask(name: string, type: number, transport: Transport = "udp") {
  const forwarded: string[] = [];
  const response = await respond(query(name, type), transport, directory, (_, transport) => {
    forwarded.push(transport);
    return Promise.resolve(undefined);
  });
  const bytes = response!;
  return {
    code: bytes[3] & 15,
    truncated: (bytes[2] & 2) !== 0,
    answers: bytes[6] << 8 | bytes[7],
    data: bytes.subarray(query(name, type).length + 12),
    size: bytes.length,
    forwarded,
  };
}

Deno.test("a name on the network is answered, whatever its case", async () => {
  for (const name of ["web", "WEB"]) {
    const { code, answers, data, forwarded } = await ask(name, TYPE.A);
    assert.deepEqual([code, answers, [...data], forwarded], [0, 1, [172, 18, 0, 2], []]);
  }
});

Deno.test("a name has the addresses of the kind that was asked for, and no others", async () => {
  assert.equal((await ask("both", TYPE.AAAA)).data.length, 16);
  const { code, answers, forwarded } = await ask("web", TYPE.AAAA);
  assert.deepEqual([code, answers, forwarded], [0, 0, []]);
});

Deno.test("an address has a name", async () => {
  const { answers, data } = await ask("2.0.18.172.in-addr.arpa", TYPE.PTR);
  assert.deepEqual([answers, data], [1, encodeName("web.backend")]);
  assert.deepEqual((await ask("3.0.18.172.in-addr.arpa", TYPE.PTR)).forwarded, ["udp"]);
});

Deno.test("what is not known is asked of others, by the way that it came; if none answers that is said", async () => {
  const MX = 15, SERVFAIL = 2;
  for (const [name, type] of [["example.org", TYPE.A], ["web", MX]] as const) {
    const { code, forwarded } = await ask(name, type, "tcp");
    assert.deepEqual([code, forwarded], [SERVFAIL, ["tcp"]]);
  }
});

Deno.test("an answer too long for a datagram is to be asked for by TCP", async () => {
  const udp = await ask("many", TYPE.A), tcp = await ask("many", TYPE.A, "tcp");
  assert.deepEqual([udp.truncated, udp.answers, udp.size < 512], [true, 0, true]);
  assert.deepEqual([tcp.truncated, tcp.answers], [false, 60]);
});

Deno.test("what is no query is not answered", async () => {
  const nobody = () => Promise.resolve(undefined);
  assert.equal(await respond(new Uint8Array(5), "udp", directory, nobody), undefined);
});
