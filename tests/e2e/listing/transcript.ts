/** Recordings of a program's commands, as text that can be read. */

export interface Recorded {
  /** The command line after the program's name. */
  readonly words: string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/**
 * Reads a recording: `$ docker ps -a`, what it printed, perhaps `--- stderr` and what it printed
 * there, and `--- exit 0`. A word with spaces is in single quotes.
 */
export function parseTranscript(text: string): Recorded[] {
  const blocks = text.matchAll(/^\$ \S+ (.*)\n((?:.*\n)*?)--- exit (\d+)\n/gm);
  return Array.from(blocks, ([, commandLine, printed, code]) => {
    const [stdout, stderr = ""] = printed.split(/^--- stderr\n/m);
    return { words: splitWords(commandLine), stdout, stderr, code: Number(code) };
  });
}

function splitWords(commandLine: string): string[] {
  return Array.from(
    commandLine.matchAll(/'([^']*)'|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain,
  );
}
