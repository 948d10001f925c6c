/** Sizes as docker's users write them: `64m`, `1.5GB`, `1GiB`. Units are powers of 1024, whatever they are called. */

const UNITS = "bkmgtp";

/** Bytes; undefined for what is no size (docker's go-units, RAMInBytes). */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  if (match === null) return undefined;
  const exponent = UNITS.indexOf(match[2]?.toLowerCase() ?? "b");
  return Math.floor(Number(match[1]) * 1024 ** exponent);
}
