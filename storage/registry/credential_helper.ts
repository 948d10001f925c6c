/** Programs that keep credentials: docker-credential-NAME, with the protocol of docker-credential-helpers. */

import { EngineError } from "../errors.ts";
import type { Credentials } from "./credentials.ts";
import { printable } from "./error.ts";

/** The user's name that says that the secret is an identity token. */
const TOKEN_USER = "<token>";
const NOT_FOUND = "credentials not found in native keychain";

export async function getFromHelper(
  helper: string,
  server: string,
): Promise<Credentials | undefined> {
  const output = await runHelper(helper, "get", server);
  if (output === undefined) return undefined;
  const { Username: username, Secret: secret } = parse(helper, output);
  if (typeof username !== "string" || typeof secret !== "string") {
    throw new EngineError(`error getting credentials - docker-credential-${helper} gave none`);
  }
  return username === TOKEN_USER
    ? { username, identityToken: secret }
    : { username, password: secret };
}

export async function storeWithHelper(
  helper: string,
  server: string,
  { username, password, identityToken }: Credentials,
): Promise<void> {
  const entry = {
    ServerURL: server,
    Username: identityToken === undefined ? username : TOKEN_USER,
    Secret: identityToken ?? password ?? "",
  };
  await runHelper(helper, "store", JSON.stringify(entry));
}

export async function eraseWithHelper(helper: string, server: string): Promise<void> {
  await runHelper(helper, "erase", server);
}

function parse(helper: string, output: string): Record<string, unknown> {
  try {
    return JSON.parse(output) ?? {};
  } catch {
    throw new EngineError(`error getting credentials - docker-credential-${helper}: not JSON`);
  }
}

/** What it prints; undefined if it has no such credentials. */
async function runHelper(
  helper: string,
  action: "get" | "store" | "erase",
  input: string,
): Promise<string | undefined> {
  const gerund = { get: "getting", store: "storing", erase: "erasing" }[action];
  const fail = (reason: string): never => {
    throw new EngineError(`error ${gerund} credentials - err: ${reason}`);
  };
  if (!/^[\w.-]+$/.test(helper)) fail(`${JSON.stringify(helper)} is not the name of a helper`);
  const name = `docker-credential-${helper}`;
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(name, {
      args: [action],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return fail(`exec: "${name}": executable file not found in $PATH`);
  }
  const writer = process.stdin.getWriter();
  // One that does not read its input may have gone already.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout } = await process.output();
  const text = new TextDecoder().decode(stdout);
  if (code === 0) return text;
  if (text.trim() === NOT_FOUND) return undefined;
  return fail(`exit status ${code}, out: \`${printable(text.trim())}\``);
}
