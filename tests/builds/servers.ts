/** What builds of real software need of the machine, and how what they made is asked. */

import { type Box, eventually, skipUnless } from "../e2e/harness.ts";

/** Ends the test as skipped where a server of packages does not answer. */
export async function reachable(url: string): Promise<void> {
  const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(15_000) })
    .catch(() => undefined);
  skipUnless(answer !== undefined, `${new URL(url).host} does not answer`);
}

/** The server that this machine has Debian's packages from. */
export const DEBIAN = debianServer();
/** The registry that this machine has npm's packages from. */
export const NPM = npmRegistry();

function debianServer(): string {
  const directory = "/etc/apt/sources.list.d";
  const files = [...Deno.readDirSync(directory)].map(({ name }) => `${directory}/${name}`);
  const sources = ["/etc/apt/sources.list", ...files].map((path) => {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return "";
    }
  });
  return /^(?:deb|URIs:).*?(https?:\/\/\S*\bdebian\b\S*)/m.exec(sources.join("\n"))?.[1] ??
    "http://debian.invalid";
}

function npmRegistry(): string {
  try {
    const { stdout } = new Deno.Command("npm", { args: ["config", "get", "registry"] })
      .outputSync();
    return new URL(new TextDecoder().decode(stdout).trim()).href;
  } catch {
    return "http://npm.invalid";
  }
}

/** Runs an image, asks the server in it until it answers, and returns what it says. */
export async function answerOf(box: Box, image: string, port = 80): Promise<string> {
  const id = await box.ok(["run", "-d", image]);
  const address = await box.ok(["inspect", "-f", "{{.NetworkSettings.IPAddress}}", id]);
  let text = "";
  await eventually(`${image} answers`, async () => {
    try {
      const response = await fetch(`http://${address}:${port}/`);
      text = await response.text();
      return response.ok;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // Deno's for a connection that failed
      const isRunning = await box.ok(["inspect", "-f", "{{.State.Running}}", id]);
      if (isRunning === "true") return false;
      throw new Error(`${image} has ended: ${await box.shell(`box logs ${id} 2>&1`)}`);
    }
  }, 60_000);
  await box.ok(["rm", "-f", id]);
  return text;
}
