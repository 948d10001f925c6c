import assert from "node:assert/strict";
import type { Descriptor } from "../../../../storage/archive/oci.ts";
import { chooseByName, choosePlatform } from "../../../../storage/archive/platform.ts";
import { hostArchitecture } from "../../../../storage/image/config.ts";

function manifest(digest: string, more: Partial<Descriptor> = {}): Descriptor {
  return { mediaType: "", digest, size: 0, ...more };
}

const on = (architecture: string, os = "linux") => ({ platform: { architecture, os } });
const named = (name: string) => ({ annotations: { name } });

const host = manifest("host", on(hostArchitecture));
const foreign = manifest("foreign", on("s390x"));
const windows = manifest("windows", on(hostArchitecture, "windows"));
const silent = manifest("silent");
const attestation = manifest("attestation", on("unknown", "unknown"));
const marked = manifest("marked", { annotations: { "vnd.docker.reference.type": "x" } });

Deno.test("choosePlatform() prefers the host's image to one that says nothing, and that to none", () => {
  const cases: [manifests: Descriptor[], chosen: Descriptor][] = [
    [[foreign, windows, silent, host], host],
    [[foreign, silent], silent],
    [[foreign], foreign],
    [[attestation, foreign, marked], foreign],
  ];
  for (const [manifests, chosen] of cases) assert.equal(choosePlatform(manifests), chosen);
});

Deno.test("choosePlatform() fails where nothing fits", () => {
  for (const manifests of [[], [foreign, windows], [attestation]]) {
    assert.throws(
      () => choosePlatform(manifests),
      {
        message: `no matching manifest for linux/${hostArchitecture} in the manifest list entries`,
      },
    );
  }
});

Deno.test("chooseByName() takes one image for each name, and all that have no name", () => {
  const nameOf = ({ annotations }: Descriptor) => annotations?.name;
  const hostA = { ...host, ...named("a") }, foreignA = { ...foreign, ...named("a") };
  const foreignB = { ...foreign, ...named("b") };
  const other = manifest("other");
  assert.deepEqual(chooseByName([foreignA, hostA, foreignB], nameOf), [hostA, foreignB]);
  assert.deepEqual(chooseByName([silent, attestation, other], nameOf), [silent, other]);
  assert.deepEqual(chooseByName([foreign, host], nameOf), [host]);
  assert.deepEqual(chooseByName([], nameOf), []);
});
