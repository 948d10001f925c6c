/** Here-documents: `<<EOF` in a line, and the text in the lines after it (Dockerfile reference; POSIX, Shell Command Language 2.7.4). */

import { InvalidError } from "../../storage/errors.ts";

/** Text in the Dockerfile itself that stands for a file, or for a command's input. */
export interface Heredoc {
  /** The word that ends it, and the file's name where it is copied into a directory. */
  readonly name: string;
  /** With its line ends as in the file. */
  readonly content: string;
  /** Whether variables in it are replaced: not if its word was quoted. */
  readonly expands: boolean;
  /** `<<-`: tabs at the start of lines do not count. The content still has them. */
  readonly stripsTabs: boolean;
}

type HeredocWord = Omit<Heredoc, "content">;

const HEREDOC_WORD = /^\d*<<(-?)([^<]*)$/;

/** What a word says if it is `<<NAME`. */
export function parseHeredocWord(word: string): HeredocWord | undefined {
  const match = HEREDOC_WORD.exec(word);
  if (match === null) return undefined;
  const text = match[2].trim();
  const name = text.replaceAll(/\\(.)|["']/gs, "$1");
  if (name === "" || /\s/.test(text)) return undefined;
  return { name, expands: !/["']/.test(text), stripsTabs: match[1] === "-" };
}

/** The heredocs that a line begins, in its order. Those in quotes are none; where a quote is not closed there are none at all. */
export function heredocWordsOf(line: string): HeredocWord[] {
  if (!line.includes("<<")) return [];
  return splitShellWords(line).map(parseHeredocWord).filter((word) => word !== undefined);
}

/** Words between white space as a shell sees them, with their quotes; white space after `<<` belongs to the word. */
function splitShellWords(line: string): string[] {
  const words: string[] = [];
  let word = "", quote = "", depth = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote === "" && depth === 0 && /\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    word += character;
    if (character === "\\" && quote !== "'") word += line[++at] ?? "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = "";
    else if (quote === "" && character === "<" && line[at + 1] === "<") {
      for (word += line[++at]; /[\t\r ]/.test(line[at + 1] ?? ""); at++) word += " ";
    } else if (character === "$" && line[at + 1] === "{" && quote !== "'") {
      word += line[++at];
      depth++;
    } else if (character === "}" && depth > 0) depth--;
  }
  if (quote !== "" || depth > 0) return [];
  if (word !== "") words.push(word);
  return words;
}

/** Reads the texts of a line's heredocs from the lines that follow. Throws InvalidError for one that does not end. */
export function readHeredocs(
  words: readonly HeredocWord[],
  rawLines: readonly string[],
  start: number,
): { heredocs: Heredoc[]; next: number } {
  let next = start;
  const heredocs = words.map((word) => {
    const content: string[] = [];
    for (; next < rawLines.length; next++) {
      const line = rawLines[next].replace(/[\r\n]+$/, "");
      if ((word.stripsTabs ? line.replace(/^\t+/, "") : line) === word.name) {
        next++;
        return { ...word, content: content.join("") };
      }
      content.push(rawLines[next]);
    }
    throw new InvalidError("unterminated heredoc");
  });
  return { heredocs, next };
}

/** The text as whoever reads it gets it. */
export function contentOf({ content, stripsTabs }: Heredoc): string {
  return stripsTabs ? content.replaceAll(/^\t+/gm, "") : content;
}
