/** Asking before what cannot be undone. */

import { writeOut } from "./cli/output.ts";

/** Asks, and returns whether the answer is yes: a line on standard input with nothing but a y. */
export async function confirms(warning: string): Promise<boolean> {
  writeOut(`${warning}\nAre you sure you want to continue? [y/N] `);
  return /^y\r?\n?$/i.test(await readLine());
}

/** The first line on standard input, with its end. */
async function readLine(): Promise<string> {
  const decoder = new TextDecoder(), buffer = new Uint8Array(256);
  const LONGEST = 4096;
  let text = "";
  while (!text.includes("\n") && text.length < LONGEST) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) break;
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
  return text.slice(0, text.indexOf("\n") + 1 || undefined);
}
