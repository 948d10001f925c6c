/** The random names that docker gives to things. */

/** 64 lower-case hexadecimal digits: the id of a container, of a mount, of a layer's directory. */
export function randomId(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** A container id, which must not look like a number when cut to 12 digits: it becomes the host name. */
export function randomContainerId(): string {
  for (;;) {
    const id = randomId();
    if (!/^[0-9]{12}/.test(id)) return id;
  }
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The 26 letters of a name below overlay2/l: 16 random bytes in base32, short enough for many to fit into one mount option. */
export function randomLinkName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(26));
  return Array.from(bytes, (byte) => BASE32[byte & 31]).join("");
}
