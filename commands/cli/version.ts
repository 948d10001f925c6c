/** The version of box, as `box --version` prints it. */
export const VERSION = "0.1.0";
