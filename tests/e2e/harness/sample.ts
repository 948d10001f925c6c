/** How thoroughly the compiled program goes through what the source has gone through. */

/** How many bytes are passed over where one after the other is changed: with the compiled program, after the source, more. */
export const STRIDE = Deno.env.has("BOX_BINARY") ? 3 : 1;

/**
 * Rows of a long table in which each is read by the same code: all with the source, and every third with the compiled program,
 * which is made of it.
 */
export function sample<Row>(rows: readonly Row[]): Row[] {
  return rows.filter((_, index) => index % STRIDE === 0);
}
