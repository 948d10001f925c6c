import { deepEqual, equal } from "node:assert/strict";
import { formatAddress, parseAddress } from "../../../../ffi/ip_address.ts";
import {
  addressAt,
  contains,
  formatSubnet,
  overlaps,
  parseSubnet,
  sizeOf,
} from "../../../../storage/network/subnet.ts";

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
