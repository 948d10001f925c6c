import assert from "node:assert/strict";
import { normalizePlatform } from "../../../../commands/container_request/platform.ts";
import { hostArchitecture } from "../../../../storage/image/config.ts";

Deno.test("platforms get their whole name", () => {
  const cases: [specifier: string, platform: string][] = [
    ["linux/amd64", "linux/amd64"],
    ["LINUX/AMD64", "linux/amd64"],
    ["linux/x86_64", "linux/amd64"],
    ["linux/aarch64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/armhf", "linux/arm/v7"],
    ["linux/i386", "linux/386"],
    ["windows/amd64", "windows/amd64"],
    ["bogus/x", "bogus/x"],
    ["amd64", "linux/amd64"],
    ["x86_64", "linux/amd64"],
    ["arm64", "linux/arm64"],
    ["armel", "linux/arm/v6"],
    ["linux", `linux/${hostArchitecture}`],
  ];
  for (const [specifier, platform] of cases) {
    assert.equal(normalizePlatform(specifier), platform, specifier);
  }
});

Deno.test("what is no platform is refused in Docker's words", () => {
  const component = (text: string, specifier: string) =>
    `"${text}" is an invalid component of "${specifier}": ` +
    'platform specifier component must match "^[A-Za-z0-9_-]+$"';
  const cases: [specifier: string, reason: string][] = [
    ["a/b/c/d", '"a/b/c/d": cannot parse platform specifier'],
    ["foo", '"foo": unknown operating system or architecture'],
    ["lin ux", component("lin ux", "lin ux")],
    ["linux/", component("", "linux/")],
    ["/amd64", component("", "/amd64")],
    ["linux/amd64/", component("", "linux/amd64/")],
  ];
  for (const [specifier, reason] of cases) {
    assert.throws(() => normalizePlatform(specifier), {
      name: "UsageError",
      message: `error parsing specified platform: ${reason}: invalid argument`,
    });
  }
});
