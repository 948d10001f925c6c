import { equal, throws } from "node:assert/strict";
import { encodeAddress, formatAddress, parseAddress } from "../../../ffi/ip_address.ts";

Deno.test("addresses are read as Go reads them", () => {
  const cases: [string, string | undefined][] = [
    ["172.17.0.2", "172.17.0.2"],
    ["0.0.0.0", "0.0.0.0"],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["01.2.3.4", undefined],
    ["1.2.3.4/8", undefined],
    ["", undefined],
    ["::", "::"],
    ["::1", "::1"],
    ["fd00:0:0:1::", "fd00:0:0:1::"],
    ["FD00:0000:0:0:1:0:0:1", "fd00::1:0:0:1"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"],
    ["::ffff:1.2.3.4", "::ffff:102:304"],
    ["1:2:3:4:5:6:7", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7:8::", undefined],
    ["12345::", undefined],
    ["g::", undefined],
  ];
  for (const [text, expected] of cases) {
    const address = parseAddress(text);
    equal(address && formatAddress(address), expected, text);
  }
});

Deno.test("addresses of IPv6 may be written in several ways", () => {
  for (const text of ["2001:DB8:0:0:0:0:0:1", "2001:db8::0.0.0.1", "2001:0db8::0001"]) {
    equal(formatAddress(encodeAddress(text)), "2001:db8::1");
  }
  equal(formatAddress(encodeAddress("1:0:0:2:0:0:0:3")), "1:0:0:2::3");
  equal(formatAddress(encodeAddress("1:2:3:4:5:6:7:8")), "1:2:3:4:5:6:7:8");
});

for (
  const text of ["", "1.2.3", "1.2.3.256", "01.2.3.4", "1:2", ":::", "1::2::3", "12345::", "g::"]
) {
  Deno.test(`${JSON.stringify(text)} is no address`, () => {
    throws(() => encodeAddress(text), TypeError);
  });
}
