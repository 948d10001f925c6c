import { equal } from "node:assert/strict";
import { choosePlatform } from "../../../../storage/registry/manifest.ts";

const parse = (text: string) => {
  const [os, architecture, variant] = text.split("/");
  return { os, architecture, ...(variant && { variant }) };
};

const arms = ["linux/arm/v5", "linux/arm/v7", "linux/arm/v6", "linux/arm64/v8", "linux/amd64"];
const cases: [wanted: string, offered: string[], chosen: string | undefined][] = [
  ["linux/amd64", arms, "linux/amd64"],
  ["linux/arm64", arms, "linux/arm64/v8"],
  ["linux/arm64/v8", ["linux/arm64"], "linux/arm64"],
  ["linux/arm", arms, "linux/arm/v7"],
  ["linux/arm/v6", arms, "linux/arm/v6"],
  ["linux/arm/v6", ["linux/arm/v7", "linux/arm/v5"], "linux/arm/v5"],
  ["linux/arm/v5", ["linux/arm/v7"], undefined],
  ["linux/amd64", ["linux/amd64/v3"], undefined],
  ["linux/amd64/v3", ["linux/amd64"], "linux/amd64"],
  ["linux/s390x", arms, undefined],
  ["windows/amd64", arms, undefined],
];

for (const [wanted, offered, chosen] of cases) {
  Deno.test(`${wanted} of ${offered.join(" ")}`, () => {
    const manifests = offered.map((platform) => ({
      mediaType: "x",
      digest: platform,
      size: 1,
      platform: parse(platform),
    }));
    equal(choosePlatform(manifests, parse(wanted))?.digest, chosen);
  });
}
