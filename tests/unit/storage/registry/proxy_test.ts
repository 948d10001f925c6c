import { equal } from "node:assert/strict";
import { proxyFor } from "../../../../storage/registry/proxy.ts";

const names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/** The proxy that these variables, and no others, make of a URL. */
function withVariables(variables: Record<string, string>, url: string): string | undefined {
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const name of names) Deno.env.delete(name);
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
    return proxyFor(new URL(url))?.href;
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

const proxy = "http://proxy:3128/";

Deno.test("a proxy is found in the variables", () => {
  const url = "https://registry.test/v2/";
  equal(withVariables({}, url), undefined);
  equal(withVariables({ https_proxy: proxy }, url), proxy);
  equal(withVariables({ ALL_PROXY: "proxy:3128" }, url), proxy);
  equal(withVariables({ HTTPS_PROXY: "http://a/", ALL_PROXY: proxy }, url), "http://a/");
});

const exceptions: [list: string, url: string, isExcepted: boolean][] = [
  ["*", "https://registry.test/", true],
  ["other.test, registry.test", "https://registry.test/", true],
  ["test", "https://registry.test/", true],
  [".test", "https://registry.test/", true],
  ["gistry.test", "https://registry.test/", false],
  ["registry.test:5000", "https://registry.test:5000/", true],
  ["registry.test:5000", "https://registry.test/", false],
  ["10.0.0.0/8", "https://10.1.2.3/", true],
  ["10.0.0.0/8", "https://11.1.2.3/", false],
  ["::1", "https://[::1]:5000/", true],
  [",", "https://registry.test/", false],
];

for (const [list, url, isExcepted] of exceptions) {
  Deno.test(`NO_PROXY=${list} ${isExcepted ? "excepts" : "does not except"} ${url}`, () => {
    const expected = isExcepted ? undefined : proxy;
    equal(withVariables({ HTTPS_PROXY: proxy, NO_PROXY: list }, url), expected);
  });
}
