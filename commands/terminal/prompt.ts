/** Asking for a line on the terminal. */
import { makeSilent } from "../../ffi/terminal.ts";
import { writeOut } from "../cli/output.ts";
import { RawMode } from "./raw_mode.ts";

/** The longest line that is taken, in bytes. */
const LIMIT = 4096;

/** Asks; returns what is typed, without blanks around it. */
export async function promptForLine(question: string): Promise<string> {
  writeOut(question);
  return (await readLine()).trim();
}

/** Asks for what nobody shall see. */
export async function promptForSecret(question: string): Promise<string> {
  using _ = new RawMode(0, undefined, makeSilent); // before anybody thinks of answering
  writeOut(question);
  const secret = await readLine();
  writeOut("\n");
  return secret;
}

/** Signals are heeded meanwhile. */
async function readLine(): Promise<string> {
  const bytes: number[] = [], buffer = new Uint8Array(1);
  while (bytes.length < LIMIT && await Deno.stdin.read(buffer) === 1 && buffer[0] !== 10) {
    bytes.push(buffer[0]);
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}
