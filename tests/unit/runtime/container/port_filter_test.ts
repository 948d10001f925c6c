/** Ports as filters name them, and docker's words for those that are none. */
import { deepEqual, throws } from "node:assert/strict";
import { portsOfFilter } from "../../../../runtime/container/port_filter.ts";

Deno.test("a filter names a port, a range, a protocol", () => {
  deepEqual(portsOfFilter("publish", "80"), ["80/tcp"]);
  deepEqual(portsOfFilter("publish", "80/"), ["80/tcp"]);
  deepEqual(portsOfFilter("expose", "1-3/udp"), ["1/udp", "2/udp", "3/udp"]);
  deepEqual(portsOfFilter("expose", "80/none"), ["80/none"]);
});

const refusals: [value: string, why: string][] = [
  ["x", 'strconv.ParseUint: parsing "x": invalid syntax'],
  ["80-x", 'strconv.ParseUint: parsing "x": invalid syntax'],
  ["65536", 'strconv.ParseUint: parsing "65536": value out of range'],
  ["90-80", "Invalid range specified for the Port: 90-80"],
  ["/tcp", "empty string specified for ports."],
];
for (const [value, why] of refusals) {
  Deno.test(`a filter refuses the port ${value}`, () => {
    const message = `error while looking up for publish ${value}: ${why}`;
    throws(() => portsOfFilter("publish", value), { message });
  });
}
