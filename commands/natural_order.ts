/** The order of names in docker's lists: numbers in them count as numbers, so that v2 comes before v10. */

export function naturalOrder(a: string, b: string): number {
  const partsA = partsOf(a), partsB = partsOf(b);
  for (let at = 0; at < Math.min(partsA.length, partsB.length); at++) {
    const [partA, partB] = [partsA[at], partsB[at]];
    if (partA === partB) continue;
    if (!isNumber(partA) || !isNumber(partB)) return partA < partB ? -1 : 1;
    const [valueA, valueB] = [BigInt(partA), BigInt(partB)];
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
    return partA.length - partB.length; // fewer zeros first
  }
  return partsA.length - partsB.length;
}

const isNumber = (part: string) => /^[0-9]/.test(part);

function partsOf(name: string): string[] {
  return name.match(/[0-9]+|[^0-9]+/g) ?? [];
}
