/**
 * sha256 of a few lines, at once: WebCrypto (digest.ts) has another thread work it out, which first has to be started and takes a
 * millisecond to answer. FIPS 180-4, section 6.2.
 */

const BLOCK = 64;

/** `sha256:` and the hash in hexadecimal. */
export function briefSha256(text: string): string {
  const state = new Uint32Array(initial);
  const message = padded(new TextEncoder().encode(text));
  for (let at = 0; at < message.byteLength; at += BLOCK) {
    compress(state, new DataView(message.buffer, at, BLOCK));
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return "sha256:" + new Uint8Array(digest.buffer).toHex();
}

/** The message, a bit, zeros, and its length in bits. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  message.set(bytes);
  message[bytes.length] = 0x80;
  new DataView(message.buffer).setBigUint64(message.length - 8, 8n * BigInt(bytes.length));
  return message;
}

function compress(state: Uint32Array, block: DataView): void {
  for (let t = 0; t < 16; t++) schedule[t] = block.getUint32(4 * t);
  for (let t = 16; t < 64; t++) {
    const early = schedule[t - 15], late = schedule[t - 2];
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ early >>> 3;
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ late >>> 10;
    schedule[t] = sigma1 + schedule[t - 7] + sigma0 + schedule[t - 16];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25), choice = e & f ^ ~e & g;
    const first = h + sum1 + choice + constants[t] + schedule[t] | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22), majority = a & b ^ a & c ^ b & c;
    h = g, g = f, f = e, e = d + first | 0;
    d = c, c = b, b = a, a = first + sum0 + majority | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => state[i] += word);
}

const schedule = new Uint32Array(64);

const rotate = (word: number, bits: number) => word >>> bits | word << 32 - bits;

/** Of the square roots of the first 8 primes the first 32 bits behind the point. */
// deno-fmt-ignore
const initial = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Of the cube roots of the first 64. */
// deno-fmt-ignore
const constants = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
