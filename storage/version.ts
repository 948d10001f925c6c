/** The version of box; images that it makes say so. */
export const BOX_VERSION = "0.1.0";
