/** Sizes as go-units' RAMInBytes reads them: `64m`, `1.5g`, `512kb`. */

const UNITS = "bkmgtp";

/** Bytes. Throws an Error in docker's words. */
export function parseByteSize(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmgtpKMGTP]?)[iI]?[bB]?$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`invalid size: '${text}'`);
  return Math.floor(Number(digits) * 1024 ** Math.max(0, UNITS.indexOf(unit.toLowerCase() || "b")));
}
