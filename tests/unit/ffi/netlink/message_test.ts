import { deepEqual, equal } from "node:assert/strict";
import {
  decodeAttributes,
  encodeAttributes,
  listAttributes,
  readText,
  readU32,
  text,
  u16,
  u32,
} from "../../../../ffi/netlink/attributes.ts";
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessages,
  NLM_F,
  NLMSG,
} from "../../../../ffi/netlink/message.ts";
import { addAddress, decodeAddress, show } from "../../../../ffi/netlink/route/address.ts";
import { addLink, decodeLink, setLink } from "../../../../ffi/netlink/route/link.ts";
import { addRoute, decodeRoute } from "../../../../ffi/netlink/route/route.ts";

Deno.test("attributes are padded to four bytes, and say their length without the padding", () => {
  equal(
    encodeAttributes([[3, text("eth0")], [4, u32(1500)]]).toHex(),
    "09000300" + "6574683000000000" + "08000400" + "dc050000",
  );
});

Deno.test("attributes in an attribute are marked as nested", () => {
  equal(encodeAttributes([[2, [[1, u16(7)]]]]).toHex(), "0c000280" + "06000100" + "07000000");
  const [[type, value]] = listAttributes(encodeAttributes([[2, [[1, u16(7)]]]]));
  deepEqual([type, value.toHex()], [2, "0600010007000000"]);
});

Deno.test("attributes are read by their type, and what is cut off is left out", () => {
  const bytes = encodeAttributes([[3, text("lo")], [10, u32(7)]]);
  const read = decodeAttributes(bytes);
  deepEqual([readText(read.get(3)!), readU32(read.get(10)!)], ["lo", 7]);
  deepEqual([...decodeAttributes(bytes.subarray(0, bytes.length - 1)).keys()], [3]);
  deepEqual([...decodeAttributes(Uint8Array.of(2, 0, 1, 0)).keys()], []); // shorter than its header
});

Deno.test("messages are numbered, and read back", () => {
  const bytes = encodeMessages([
    { type: 16, flags: NLM_F.ACK, body: Uint8Array.of(1, 2, 3) },
    { type: 17, flags: 0, body: new Uint8Array() },
  ], 5);
  equal(
    bytes.toHex(),
    "13000000100004000500000000000000" + "01020300" + "10000000110000000600000000000000",
  );
  const [first, second] = decodeMessages(bytes);
  deepEqual([first.type, first.flags, first.sequence, [...first.body]], [16, 4, 5, [1, 2, 3]]);
  deepEqual([second.type, second.sequence, second.body.length], [17, 6, 0]);
  equal(decodeMessages(bytes.subarray(0, 30)).length, 1);
});

Deno.test("an acknowledgement tells the errno, and why where the kernel says it", () => {
  const EEXIST = 17, request = new Uint8Array(16);
  const body = new Uint8Array([...new Uint8Array(Int32Array.of(-EEXIST).buffer), ...request]);
  const message = { type: NLMSG.ERROR, flags: NLM_F.CAPPED, body };
  deepEqual(decodeAcknowledgement(message), { errno: EEXIST, explanation: "" });
  const explained = new Uint8Array([...body, ...encodeAttributes([[1, text("it is there")]])]);
  deepEqual(
    decodeAcknowledgement({ type: NLMSG.ERROR, flags: 0x300, body: explained }),
    { errno: EEXIST, explanation: "it is there" },
  );
});

Deno.test("a veth names its peer, and where that is to be", () => {
  const { message, what } = addLink({ name: "veth1", master: 4, up: true }, {
    kind: "veth",
    peer: { name: "eth0", namespace: 9 },
  });
  equal(what, "add veth interface veth1");
  const link = decodeLink(message);
  deepEqual([link.name, link.master, link.kind, link.flags & 1], ["veth1", 4, "veth", 1]);
  const info = decodeAttributes(decodeAttributes(message.body.subarray(16)).get(18)!);
  const peer = decodeAttributes(info.get(2)!).get(1)!;
  equal(decodeLink({ body: peer }).name, "eth0");
  equal(readU32(decodeAttributes(peer.subarray(16)).get(28)!), 9);
});

Deno.test("a setting that is not named is not changed", () => {
  const { body } = setLink(3, { mtu: 1400 }).message;
  equal(body.toHex(), "00000000" + "03000000" + "00000000" + "00000000" + "0800040078050000");
});

Deno.test("addresses carry their prefix and their broadcast address", () => {
  const address = Uint8Array.of(10, 1, 2, 3);
  const { message } = addAddress(2, { address, length: 20 });
  deepEqual(decodeAddress(message), [{ address, length: 20, index: 2 }]);
  deepEqual([...decodeAttributes(message.body.subarray(8)).get(4)!], [10, 1, 15, 255]);
  const ipv6 = addAddress(2, { address: new Uint8Array(16).fill(1), length: 64 }).message;
  equal(decodeAttributes(ipv6.body.subarray(8)).has(4), false);
});

Deno.test("routes: to a gateway, and to what is on the link", () => {
  const gateway = Uint8Array.of(172, 17, 0, 1);
  deepEqual(decodeRoute(addRoute({ index: 2, gateway }).message), [{ gateway, index: 2 }]);
  const destination = { address: Uint8Array.of(10, 0, 0, 0), length: 8 };
  deepEqual(decodeRoute(addRoute({ index: 3, destination }).message), [
    { destination, gateway: undefined, index: 3 },
  ]);
});

Deno.test("addresses in messages", () => {
  equal(show(Uint8Array.of(172, 17, 0, 2)), "172.17.0.2");
  equal(show(Uint8Array.fromHex("fd00000000000000000000000000002a")), "fd00:0:0:0:0:0:0:2a");
});
