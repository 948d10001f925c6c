/** Where the files in the executable are: tools/compile.ts writes it anew. */
export const parts = {};
