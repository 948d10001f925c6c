import assert from "node:assert/strict";
import {
  addressOfPointer,
  decodeQuery,
  encodeName,
  encodeResponse,
  FormatError,
  RCODE,
  truncate,
  TYPE,
} from "../../../../../runtime/network/resolver/message.ts";

function query(name: string, type: number = TYPE.A): Uint8Array {
  const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return new Uint8Array([...header, ...encodeName(name), 0, type, 0, 1]);
}

Deno.test("a query is read: names have no case", () => {
  const { id, question, isStandard, recursionDesired } = decodeQuery(query("Web.Example", 28));
  assert.equal(id, 0x1234);
  assert.deepEqual(question, { name: "web.example", type: 28, class: 1 });
  assert.deepEqual([isStandard, recursionDesired], [true, true]);
  assert.equal(decodeQuery(query("")).question.name, "");
});

Deno.test("an answer repeats the question, and refers to its name", () => {
  const asked = query("web"), answer = { type: TYPE.A, ttl: 600, data: Uint8Array.of(10, 0, 0, 2) };
  const response = encodeResponse(decodeQuery(asked), RCODE.NOERROR, [answer]);
  assert.deepEqual([...response.subarray(0, 12)], [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual(response.subarray(12, 21), asked.subarray(12));
  assert.deepEqual([...response.subarray(21)], [
    ...[0xc0, 12, 0, 1, 0, 1],
    ...[0, 0, 2, 88, 0, 4],
    ...[10, 0, 0, 2],
  ]);
  const cut = truncate(response, 9);
  assert.deepEqual([cut.length, cut[2] & 2, cut[7]], [21, 2, 0]);
});

Deno.test("what is asked of pointers", () => {
  assert.equal(addressOfPointer("2.0.17.172.in-addr.arpa"), "172.17.0.2");
  assert.equal(addressOfPointer("2.0.17.272.in-addr.arpa"), undefined);
  assert.equal(addressOfPointer("0.17.172.in-addr.arpa"), undefined);
  const v6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
  assert.equal(addressOfPointer(v6), "2001:0db8:0000:0000:0000:0000:0000:0001");
  assert.equal(addressOfPointer("web"), undefined);
});

const hostile: [what: string, bytes: Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["half a header", query("a").subarray(0, 11)],
  ["a response", query("a").with(2, 0x81)],
  ["no question", query("a").with(5, 0)],
  ["many questions", query("a").with(4, 0xff)],
  ["a pointer to itself", new Uint8Array([...query("").subarray(0, 12), 0xc0, 12, 0, 1, 0, 1])],
  ["a label without an end", query("abc").subarray(0, 14)],
  ["no type", query("abc").subarray(0, 17)],
  ["a name of 300 bytes", longName()],
];

function longName(): Uint8Array {
  const labels = Array.from({ length: 5 }, () => [60, ...new Array<number>(60).fill(97)]).flat();
  return new Uint8Array([...query("").subarray(0, 12), ...labels, 0, 0, 1, 0, 1]);
}

for (const [what, bytes] of hostile) {
  Deno.test(`refused: ${what}`, () => assert.throws(() => decodeQuery(bytes), FormatError));
}

Deno.test("whatever comes, it is read or refused", () => {
  let state = 42;
  const random = (below: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % below;
  for (let round = 0; round < 20_000; round++) {
    const bytes = query("web.example.org");
    for (let i = random(6); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    const cut = bytes.subarray(0, random(4) === 0 ? random(bytes.length + 1) : undefined);
    try {
      encodeResponse(decodeQuery(cut), RCODE.NXDOMAIN);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
});

Deno.test("a name that cannot be encoded is refused", () => {
  for (const name of ["a..b", "x".repeat(64), Array(5).fill("y".repeat(60)).join(".")]) {
    assert.throws(() => encodeName(name), FormatError);
  }
});
