/** Finding out whether a server of this machine speaks TLS, which costs less than to try. */

/**
 * A ClientHello that says nothing, in a record (RFC 8446, sections 4.1.2 and 5.1): who speaks TLS answers with an alert. To others it
 * is a line that is no request.
 */
const HELLO = Uint8Array.of(0x16, 3, 1, 0, 6, 1, 0, 0, 2, 0x0d, 0x0a);
/** How the answer of a server begins that speaks HTTP: `HTTP/1.1 400 Bad Request`. */
const HTTP = "HTTP/";
/** Milliseconds; who needs longer has to be asked in earnest. */
const PATIENCE = 1000;

/** Whether a server at HOST:PORT answers with HTTP where it is spoken to with TLS. */
export async function answersWithHttp(host: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${host}`);
  try {
    using connection = await Deno.connect({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || 80),
    });
    const timer = setTimeout(() => connection.close(), PATIENCE);
    try {
      await connection.write(HELLO);
      const answer = new Uint8Array(HTTP.length), length = await connection.read(answer) ?? 0;
      return new TextDecoder().decode(answer.subarray(0, length)) === HTTP;
    } finally {
      clearTimeout(timer);
    }
  } catch {
    return false; // whoever asks in earnest learns why
  }
}
