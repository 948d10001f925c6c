/** Where the Dockerfile is, and the .dockerignore that goes with it. */

import { BuildError } from "./errors.ts";
import type { BuildSession } from "./session.ts";

type Surroundings = Pick<BuildSession, "request" | "reporter" | "sources">;

/** The text of the Dockerfile. The main context leaves out what the Dockerfile's own .dockerignore says, if there is one. */
export async function readDockerfile(surroundings: Surroundings): Promise<string> {
  const { context } = surroundings.request;
  if (context.kind !== "git") return await read(surroundings);
  const title = `[internal] load git source ${context.reference.remote}`;
  const vertex = surroundings.reporter.begin(title);
  try {
    const text = await read(surroundings);
    vertex.done();
    return text;
  } catch (error) {
    vertex.failed((error as Error).message);
    throw error;
  }
}

async function read({ request: { dockerfile }, sources }: Surroundings): Promise<string> {
  if ("text" in dockerfile) {
    if (dockerfile.ignoreText !== undefined) await sources.ignore(dockerfile.ignoreText);
    return dockerfile.text;
  }
  const { path } = dockerfile, text = await sources.readText(path);
  if (text === undefined) {
    throw new BuildError(
      `failed to read dockerfile: open ${path}: no such file or directory`,
      undefined,
    );
  }
  const ignoreText = await sources.readText(`${path}.dockerignore`);
  if (ignoreText !== undefined) await sources.ignore(ignoreText);
  return text;
}
