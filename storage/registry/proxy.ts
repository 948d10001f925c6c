/** The proxy in front of a server, where fetch cannot be left to find it: HTTPS_PROXY, ALL_PROXY and NO_PROXY. */

import { inRange } from "./endpoint.ts";

/** The proxy for HTTPS to a server; undefined if it is asked directly. */
export function proxyFor(url: URL): URL | undefined {
  const text = variable("HTTPS_PROXY") || variable("ALL_PROXY");
  if (!text || isExcepted(url, variable("NO_PROXY") ?? "")) return undefined;
  return URL.parse(text.includes("://") ? text : `http://${text}`) ?? undefined;
}

const variable = (name: string) => Deno.env.get(name) ?? Deno.env.get(name.toLowerCase());

/** Names stand for what is below them as well, with or without a dot before them. */
function isExcepted({ hostname, host }: URL, list: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "");
  return list.split(",").map((entry) => entry.trim().toLowerCase()).some((entry) =>
    entry === "*" || entry === name || entry === host || inRange(name, entry) ||
    (entry !== "" && name.endsWith(`.${entry.replace(/^\./, "")}`))
  );
}
