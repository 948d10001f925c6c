/** Where the files in the executable are: tools/compile.ts writes it anew. */
export const parts = {};
/** The commands that an ordinary user's box enters a user namespace for. */
export const insiders = [];
