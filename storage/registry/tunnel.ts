/** A connection through a proxy: RFC 9110, section 9.3.6, CONNECT. */

import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Bytes of the head of an answer; a proxy that says more is none. */
const HEAD_LIMIT = 1 << 14;

/** A socket whose other end is HOST:PORT. Throws an error that has nothing of the proxy's password. */
export async function openTunnel(proxy: URL, target: string): Promise<Socket> {
  const { protocol, hostname, port } = proxy, host = hostname.replace(/^\[|\]$/g, "");
  if (!/^https?:$/.test(protocol)) throw new Error(`a proxy of ${protocol} cannot be used here`);
  const isTls = protocol === "https:";
  const address = { host, port: Number(port || (isTls ? 443 : 80)) };
  const socket = isTls ? connectTls({ ...address, servername: host }) : connect(address);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let head = "";
  const receive = (bytes: Uint8Array) => {
    head += new TextDecoder("latin1").decode(bytes);
    if (head.includes("\r\n\r\n")) resolve();
    else if (head.length > HEAD_LIMIT) {
      reject(new Error(`proxy ${proxy.host} does not answer HTTP`));
    }
  };
  const close = () => reject(new Error(`proxy ${proxy.host} closed the connection`));
  socket.on("data", receive).on("error", reject).on("close", close);
  try {
    socket.write(requestFor(proxy, target));
    await promise;
    const [, status] = /^HTTP\/1\.[01] ([0-9]{3}[^\r\n]*)/.exec(head) ?? [];
    if (!status?.startsWith("200")) {
      throw new Error(
        `proxy ${proxy.host} refuses to connect to ${target}: ${status ?? "no HTTP"}`,
      );
    }
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off("data", receive).off("error", reject).off("close", close);
  }
  return socket;
}

function requestFor({ username, password }: URL, target: string): string {
  const user = [username, password].map(decodeURIComponent).join(":");
  const authorization = username === ""
    ? ""
    : `Proxy-Authorization: Basic ${new TextEncoder().encode(user).toBase64()}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`;
}
