/** From the command line of `build` to what the engine is asked for. */
import type { BuildRequest } from "../../runtime/build/solver/request.ts";
import { InvalidError } from "../../storage/errors.ts";
import { parseNewReference } from "../../storage/image/reference.ts";
import type { CredentialSource } from "../../storage/registry/credentials.ts";
import type { buildOptions } from "../build_options.ts";
import { CliError } from "../cli/errors.ts";
import type { OptionValues } from "../cli/options.ts";
import { normalizePlatform } from "../container_request/platform.ts";
import { parseCacheFrom, parseCacheTo } from "./cache.ts";
import { inputsOf } from "./inputs.ts";
import { parseNamedContext } from "./named_context.ts";
import { runSettings } from "./run_settings.ts";
import { readSecret, sshAgent } from "./secrets.ts";

type BuildOptions = OptionValues<typeof buildOptions>;

/** Reads what has to be read before the build; throws CliError and UsageError in docker's words. */
export async function buildRequestOf(
  options: BuildOptions,
  context: string,
  signal: AbortSignal,
): Promise<BuildRequest> {
  options.tag.forEach(checkTag);
  return {
    ...await inputsOf(options.file, context),
    namedContexts: new Map(options["build-context"].map(parseNamedContext)),
    tags: options.tag,
    target: options.target,
    buildArguments: buildArguments(options["build-arg"]),
    labels: Object.fromEntries(options.label.map((each) => pair(each, ""))),
    platform: options.platform === undefined ? undefined : platformOf(options.platform),
    registry: { credentials },
    pull: options.pull,
    network: networkOf(options.network),
    extraHosts: options["add-host"].map(hostLine),
    hostConfig: runSettings(options),
    noCache: options["no-cache"] || options["no-cache-filter"].flatMap((each) => each.split(",")),
    cacheFrom: options["cache-from"].flatMap(parseCacheFrom),
    cacheTo: options["cache-to"].map(parseCacheTo),
    secrets: new Map(options.secret.map(readSecret)),
    sshAgents: new Map(options.ssh.map(sshAgent)),
    sourceDateEpoch: sourceDateEpoch(options["build-arg"]),
    squash: options.squash,
    keepFailed: options["keep-failed"],
    signal,
  };
}

/** Needed where something has to be pulled only. */
const credentials: CredentialSource = async (server) => {
  const { findCredentials } = await import("../../storage/registry/credential_store.ts");
  return await findCredentials(server);
};

/** docker's client looks at names before anything else, so this error has no prefix. */
function checkTag(text: string): void {
  try {
    parseNewReference(text);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    throw new CliError(
      `invalid argument ${JSON.stringify(text)} for "-t, --tag" flag: ${error.message}`,
    );
  }
}

function pair(text: string, otherwise: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, otherwise] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** One without a value has that of the environment, and is left out if there is none. */
function buildArguments(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.flatMap((text) => {
    const value = text.includes("=") ? undefined : Deno.env.get(text);
    if (!text.includes("=") && value === undefined) return [];
    return [pair(text, value ?? "")];
  }));
}

/** That of containers that ask for none is BOX_NETWORK's, as for `run`. */
function networkOf(text: string | undefined): string {
  return text || Deno.env.get("BOX_NETWORK") || "default";
}

function hostLine(text: string): string {
  const [, name, address] = /^([^:=]+)[:=](.+)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new CliError(
      `invalid argument "${text}" for "--add-host" flag: bad format for add-host: "${text}"`,
    );
  }
  return `${address.replace(/^\[(.*)\]$/, "$1")}\t${name}`;
}

function platformOf(text: string) {
  const [os, architecture, variant] = normalizePlatform(text).split("/");
  return { os, architecture, ...(variant && { variant }) };
}

/** The build argument, or else the environment's variable. */
function sourceDateEpoch(texts: readonly string[]): number | undefined {
  const text = buildArguments(texts).SOURCE_DATE_EPOCH ?? Deno.env.get("SOURCE_DATE_EPOCH");
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9]{1,11}$/.test(text)) {
    throw new CliError(`ERROR: failed to solve: invalid SOURCE_DATE_EPOCH: ${text}`);
  }
  return Number(text);
}
