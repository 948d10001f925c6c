/** How docker shortens texts and ids for its tables. */
import { characterWidth } from "./character_width.ts";

/** Cuts the text to that many columns, the last of which then is `…`. */
export function ellipsis(text: string, columns: number): string {
  if (columns <= 0) return "";
  const characters = [...text];
  if (columns === 1) return characters[0] ?? "";
  let width = 0;
  let kept = 0;
  for (const character of characters) {
    width += characterWidth(character);
    if (width <= columns - 1) kept++;
  }
  return width <= columns ? text : characters.slice(0, kept).join("") + "…";
}

const shortIdLength = 12;

/** The first 12 characters of an id, without the digest's algorithm. */
export function truncateId(id: string): string {
  const hash = id.slice(id.indexOf(":") + 1);
  return hash.slice(0, shortIdLength);
}
