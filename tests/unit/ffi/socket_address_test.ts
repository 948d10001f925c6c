import assert from "node:assert/strict";
import {
  decodeAddress,
  decodeSocketAddress,
  encodeAddress,
  encodeSocketAddress,
} from "../../../ffi/socket_address.ts";

for (const address of ["127.0.0.1", "255.0.10.1", "::", "::1", "2001:db8::1", "fe80::1:0:0:2"]) {
  Deno.test(`${address} is the same after it was encoded`, () => {
    assert.equal(decodeAddress(encodeAddress(address)), address);
    const socket = { address, port: 8080 };
    assert.deepEqual(decodeSocketAddress(encodeSocketAddress(socket)), socket);
  });
}

Deno.test("addresses of IPv6 may be written in several ways", () => {
  for (const text of ["2001:DB8:0:0:0:0:0:1", "2001:db8::0.0.0.1", "2001:0db8::0001"]) {
    assert.equal(decodeAddress(encodeAddress(text)), "2001:db8::1");
  }
  assert.equal(decodeAddress(encodeAddress("1:0:0:2:0:0:0:3")), "1:0:0:2::3");
  assert.equal(decodeAddress(encodeAddress("1:2:3:4:5:6:7:8")), "1:2:3:4:5:6:7:8");
});

for (
  const text of ["", "1.2.3", "1.2.3.256", "01.2.3.4", "1:2", ":::", "1::2::3", "12345::", "g::"]
) {
  Deno.test(`${JSON.stringify(text)} is no address`, () => {
    assert.throws(() => encodeAddress(text), TypeError);
  });
}
