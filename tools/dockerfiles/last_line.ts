/** What a builder says when it fails: the last line, without its own prefixes. */
export function lastLine(stderr: string): string {
  return stderr.trimEnd().split("\n").at(-1) ?? "";
}
