/** What leads from a user's network to the outside: the same whichever program passes it on. */

/** The interface in the namespace. */
export const INTERFACE = "outside";
export const NETWORK = { subnet: "10.0.2.0", length: "24", own: "10.0.2.100", gateway: "10.0.2.2" };
/** Where the host's resolver is found from inside, also one that listens on the host's 127.0.0.1. */
export const OUTER_RESOLVER = "10.0.2.3";
