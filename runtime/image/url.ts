/** URLs among the words of a command line or a Dockerfile. */

/** Whether docker would fetch this instead of taking it for a file's name. */
export function isUrl(text: string): boolean {
  return text.startsWith("http://") || text.startsWith("https://");
}
