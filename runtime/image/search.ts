/** Searching a registry: docker.io's own interface, version 1, which other registries seldom have. */

import { EngineError, InvalidError } from "../../storage/errors.ts";
import { type Filter, Filters } from "../../storage/filter.ts";
import { type RegistryAccess, sessionsOf } from "../../storage/registry/connect.ts";
import { ConnectionError, refusalOf } from "../../storage/registry/error.ts";
import { DOCKER_HUB } from "../../storage/registry/repository.ts";
import type { Endpoint } from "../../storage/registry/endpoint.ts";

/** One repository that was found: the registry's own field names. */
export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
  readonly is_automated: boolean;
}

export interface SearchRequest extends RegistryAccess {
  /** May begin with a registry's name. */
  readonly term: string;
  readonly limit: number;
  readonly filters: readonly Filter[];
}

/** Bytes of an answer that are read. */
const ANSWER_LIMIT = 4 << 20;
const HUB_INDEX = "https://index.docker.io";

/** Those with the most stars first. */
export async function searchRegistry(request: SearchRequest): Promise<SearchResult[]> {
  const { limit } = request, matches = matcherOf(request.filters);
  if (limit < 1 || limit > 100) {
    throw new InvalidError(`Limit ${limit} is outside the range of [1, 100]`);
  }
  const { registry, query } = splitTerm(request.term);
  const results = await ask(registry, query, request);
  return results.filter(matches).toSorted((a, b) => b.star_count - a.star_count);
}

function matcherOf(list: readonly Filter[]): (result: SearchResult) => boolean {
  const filters = new Filters(list, ["is-automated", "is-official", "stars"]);
  const flag = (name: string) => {
    const values = filters.get(name);
    if (values.includes("true")) return true;
    if (values.includes("false")) return false;
    if (values.length === 0) return undefined;
    throw new InvalidError(`Invalid filter '${name}=[${values.join(" ")}]'`);
  };
  const isOfficial = flag("is-official"), isAutomated = flag("is-automated");
  const stars = filters.get("stars").map((text) => {
    if (/^[0-9]{1,15}$/.test(text)) return Number(text);
    throw new InvalidError(`Invalid filter 'stars=[${text}]'`);
  });
  return (result) =>
    (isOfficial === undefined || result.is_official === isOfficial) &&
    (isAutomated === undefined || result.is_automated === isAutomated) &&
    stars.every((least) => result.star_count >= least);
}

function splitTerm(term: string): { registry: string; query: string } {
  if (term.includes("://")) {
    throw new InvalidError(
      `invalid repository name: repository name (${term}) should not have a scheme`,
    );
  }
  const slash = term.indexOf("/"), first = term.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === "localhost";
  if (isRegistry && !["docker.io", "index.docker.io"].includes(first)) {
    return { registry: first, query: term.slice(slash + 1) };
  }
  const rest = isRegistry ? term.slice(slash + 1) : term;
  return { registry: DOCKER_HUB, query: rest.replace(/^library\//, "") };
}

async function ask(
  registry: string,
  query: string,
  request: SearchRequest,
): Promise<SearchResult[]> {
  const words = new URLSearchParams({ q: query, n: String(request.limit) });
  let last: unknown;
  for (const session of await sessionsOf(registry, request)) {
    if (session.endpoint.isMirror) continue;
    try {
      const response = await session.send({
        method: "GET",
        url: new URL(`${indexOf(registry, session.endpoint)}/v1/search?${words}`),
        headers: { accept: "application/json" },
        scopes: [],
      });
      if (response.status !== 200) {
        const { message } = await refusalOf(response);
        throw new EngineError(`Unexpected status code ${response.status}: ${message}`);
      }
      return resultsOf(await textOf(response));
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      last = error;
    }
  }
  throw last;
}

function indexOf(registry: string, endpoint: Endpoint): string {
  return registry === DOCKER_HUB ? HUB_INDEX : endpoint.url;
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_LIMIT) throw new EngineError("the registry's answer is too long");
  }
  return text;
}

function resultsOf(text: string): SearchResult[] {
  try {
    const { results } = JSON.parse(text);
    return (results ?? []).map((each: Partial<SearchResult>) => ({
      name: String(each.name ?? ""),
      description: String(each.description ?? ""),
      star_count: Number(each.star_count) || 0,
      is_official: each.is_official === true,
      is_automated: each.is_automated === true,
    }));
  } catch {
    throw new EngineError("the registry's answer to the search is not valid JSON");
  }
}
