import { deepEqual, equal } from "node:assert/strict";
import { endpointsOf, isInsecureRegistry } from "../../../../storage/registry/endpoint.ts";
import { locateRepository } from "../../../../storage/registry/repository.ts";
import { defaultSettings } from "../../../../storage/registry/settings.ts";

const urls = (registry: string, settings = {}, verifyTls = true) =>
  endpointsOf(registry, { ...defaultSettings, ...settings }, verifyTls)
    .map(({ url, verifyTls }) => `${url} ${verifyTls ? "verified" : "unverified"}`);

Deno.test("short names are docker.io's", () => {
  const cases = [
    ["nginx", "docker.io", "library/nginx"],
    ["team/app", "docker.io", "team/app"],
    ["docker.io/nginx", "docker.io", "library/nginx"],
    ["localhost/app", "localhost", "app"],
    ["reg:5000/a/b/c", "reg:5000", "a/b/c"],
  ];
  for (const [name, registry, path] of cases) deepEqual(locateRepository(name), { registry, path });
});

Deno.test("a registry is asked with TLS, and without it only where that is allowed", () => {
  deepEqual(urls("docker.io"), ["https://registry-1.docker.io verified"]);
  deepEqual(urls("r.example.com:5000"), ["https://r.example.com:5000 verified"]);
  const both = (host: string) => [`https://${host} unverified`, `http://${host} unverified`];
  deepEqual(urls("localhost:5000"), both("localhost:5000"));
  deepEqual(urls("127.1.2.3"), both("127.1.2.3"));
  deepEqual(urls("r.example.com", {}, false), both("r.example.com"));
  deepEqual(urls("r.example.com:1", { insecure: ["r.example.com:1"] }), both("r.example.com:1"));
  deepEqual(urls("r.example.com:1", { insecure: ["r.example.com:2"] }), [
    "https://r.example.com:1 verified",
  ]);
});

Deno.test("mirrors are docker.io's, and are asked first", () => {
  const mirrors = ["https://mirror.example.com/hub", "http://127.0.0.1:5000"];
  deepEqual(urls("docker.io", { mirrors }), [
    "https://mirror.example.com/hub verified",
    "http://127.0.0.1:5000 unverified",
    "https://registry-1.docker.io verified",
  ]);
  deepEqual(urls("r.example.com", { mirrors }), ["https://r.example.com verified"]);
});

Deno.test("ranges of addresses", () => {
  const cases: [registry: string, range: string, isInside: boolean][] = [
    ["10.1.2.3:5000", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["192.168.1.7", "192.168.1.7/32", true],
    ["192.168.1.8", "192.168.1.7/32", false],
    ["example.com", "0.0.0.0/0", false],
    ["127.evil.example.com", "10.0.0.0/8", false],
    ["localhost.example.com", "10.0.0.0/8", false],
  ];
  for (const [registry, range, isInside] of cases) {
    equal(isInsecureRegistry(registry, [range]), isInside, `${registry} in ${range}`);
  }
});
