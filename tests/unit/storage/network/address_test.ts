import { deepEqual, equal } from "node:assert/strict";
import {
  addressAt,
  contains,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
  sizeOf,
} from "../../../../storage/network/address.ts";

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

Deno.test("a subnet begins with its first address, and keeps the one that was written", () => {
  const subnet = parseSubnet("10.1.2.3/20")!;
  equal(formatSubnet(subnet), "10.1.0.0/20");
  equal(formatAddress(subnet.exact), "10.1.2.3");
  equal(formatSubnet(parseSubnet("fd00::5/64")!), "fd00::/64");
  for (const text of ["10.1.0.0/33", "10.1.0.0", "abc/8", "10.0.0.0/-1", "::/129", "10.0.0.0/"]) {
    equal(parseSubnet(text), undefined, text);
  }
});

Deno.test("what is in a subnet, and what subnets have in common", () => {
  const wide = parseSubnet("172.16.0.0/12")!, narrow = parseSubnet("172.31.255.0/24")!;
  const other = parseSubnet("172.32.0.0/16")!, all = parseSubnet("0.0.0.0/0")!;
  equal(contains(wide, parseAddress("172.31.255.255")!), true);
  equal(contains(wide, parseAddress("172.32.0.0")!), false);
  equal(contains(all, parseAddress("::1")!), false);
  deepEqual([overlaps(wide, narrow), overlaps(narrow, wide), overlaps(narrow, other)], [
    true,
    true,
    false,
  ]);
  equal(overlaps(all, other), true);
});

Deno.test("addresses are counted from the first on", () => {
  const subnet = parseSubnet("10.0.255.0/24")!;
  equal(sizeOf(subnet), 256n);
  equal(formatAddress(addressAt(subnet, 255n)), "10.0.255.255");
  equal(formatAddress(addressAt(parseSubnet("fd00::/64")!, 0x10002n)), "fd00::1:2");
});
