import { deepEqual } from "node:assert/strict";
import { parseOutput } from "../../../commands/build_request/output.ts";

const same: [short: string, long: string][] = [
  ["oci:out", "type=oci,tar=false,dest=out"],
  ["oci-archive:out.tar", "type=oci,dest=out.tar"],
  ["docker-archive:a=b:1.tar", "type=docker,dest=a=b:1.tar"],
  ["out", "type=local,dest=out"],
  ["other:out", "type=local,dest=other:out"],
  ["-", "type=tar"],
];

for (const [short, long] of same) {
  Deno.test(`--output ${short} is ${long}`, () => deepEqual(parseOutput(short), parseOutput(long)));
}
