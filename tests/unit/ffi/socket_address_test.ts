import assert from "node:assert/strict";
import { decodeSocketAddress, encodeSocketAddress } from "../../../ffi/socket_address.ts";

for (const address of ["127.0.0.1", "255.0.10.1", "::", "::1", "2001:db8::1", "fe80::1:0:0:2"]) {
  Deno.test(`${address} is the same after it was encoded`, () => {
    const socket = { address, port: 8080 };
    assert.deepEqual(decodeSocketAddress(encodeSocketAddress(socket)), socket);
  });
}
