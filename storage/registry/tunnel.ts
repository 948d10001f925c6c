/** A connection through a proxy: RFC 9110, section 9.3.6, CONNECT. */

/** Bytes of the head of an answer; a proxy that says more is none. */
const HEAD_LIMIT = 1 << 14;

/** A connection whose other end is HOST:PORT. Throws an error that has nothing of the proxy's password. */
export async function openTunnel(proxy: URL, target: string): Promise<Deno.Conn> {
  const { protocol, host, port } = proxy, hostname = proxy.hostname.replace(/^\[|\]$/g, "");
  if (!/^https?:$/.test(protocol)) throw new Error(`a proxy of ${protocol} cannot be used here`);
  const connection = protocol === "https:"
    ? await Deno.connectTls({ hostname, port: Number(port || 443) })
    : await Deno.connect({ hostname, port: Number(port || 80) });
  try {
    await writeAll(connection, new TextEncoder().encode(requestFor(proxy, target)));
    const [, status] = /^HTTP\/1\.[01] ([0-9]{3}[^\r\n]*)/.exec(await readHead(connection)) ?? [];
    if (status?.startsWith("200")) return connection;
    throw new Error(`proxy ${host} does not connect to ${target}: ${status ?? "it is no proxy"}`);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function requestFor({ username, password }: URL, target: string): string {
  const user = [username, password].map(decodeURIComponent).join(":");
  const authorization = username === ""
    ? ""
    : `Proxy-Authorization: Basic ${new TextEncoder().encode(user).toBase64()}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`;
}

/** What the proxy says. Nothing follows it: in TLS it is the client that begins. */
async function readHead(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(HEAD_LIMIT);
  let head = "";
  while (!head.includes("\r\n\r\n") && head.length < HEAD_LIMIT) {
    const length = await connection.read(buffer);
    if (length === null) break;
    head += new TextDecoder("latin1").decode(buffer.subarray(0, length));
  }
  return head;
}

export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

/** Passes on what either end of two connections says, until one of them ends. */
export async function join(one: Deno.Conn, other: Deno.Conn): Promise<void> {
  const pipes = [one.readable.pipeTo(other.writable), other.readable.pipeTo(one.writable)];
  await Promise.allSettled(pipes);
}
