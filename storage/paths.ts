/** Paths as text, without looking at the file system. */

/** An absolute path without `.`, `..` and superfluous slashes, as Go's path.Clean makes it. */
export function cleanPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
