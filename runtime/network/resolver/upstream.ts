/** Asking the host's resolvers what box does not know itself. */

import { EPOLL } from "../../../ffi/constants.ts";
import { close } from "../../../ffi/file.ts";
import { poller } from "../../../ffi/poller.ts";
import { connectSocket, receiveDatagram, sendDatagram } from "../../../ffi/socket.ts";
import { parseAddress } from "../../../ffi/ip_address.ts";
import { Timer } from "../../../ffi/timer.ts";
import { readTextIfExists } from "../../../storage/files.ts";

const PORT = 53;
/** Milliseconds, and servers: as docker has it. */
const PATIENCE = 4000, MOST_SERVERS = 3;
/** Questions that wait for an answer at a time; further ones get none, and are asked again. */
const MOST_QUESTIONS = 1024;

let waiting = 0;

/** Addresses of the resolvers in the text of a resolv.conf; lines that are wrong are left out. */
export function nameserversOf(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [keyword, address] = line.trim().split(/\s+/);
    return keyword === "nameserver" && isAddress(address) ? [address] : [];
  });
}

/** Those that the host uses at this moment. */
export function hostNameservers(): string[] {
  return nameserversOf(readTextIfExists("/etc/resolv.conf") ?? "");
}

function isAddress(text: string | undefined): text is string {
  return parseAddress(text ?? "") !== undefined; // not so what has a scope, as fe80::1%eth0
}

export type Transport = "udp" | "tcp";

/** The first answer that one of the servers gives, one asked after the other; undefined if none does. */
export async function askServers(
  servers: readonly string[],
  query: Uint8Array<ArrayBuffer>,
  transport: Transport,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (waiting >= MOST_QUESTIONS) return undefined;
  waiting++;
  try {
    for (const address of servers.slice(0, MOST_SERVERS)) {
      const ask = transport === "udp" ? askByDatagram : askByStream;
      const answer = await ask(address, query).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
  } finally {
    waiting--;
  }
}

/** A socket for each question: an answer must come to a port that nobody can know, from where it was asked. */
function askByDatagram(
  address: string,
  query: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket("udp", { address, port: PORT });
    const finish = (answer: Uint8Array<ArrayBuffer> | undefined) => {
      timer[Symbol.dispose]();
      poller.unwatch(socket);
      close(socket);
      resolve(answer);
    };
    const timer = new Timer(PATIENCE, () => finish(undefined));
    try {
      poller.watch(socket, EPOLL.IN, (events) => {
        const datagram = receiveDatagram(socket);
        if (datagram === undefined) return events & EPOLL.ERR ? finish(undefined) : undefined;
        if (isAnswerTo(query, datagram.bytes)) finish(datagram.bytes.slice());
      });
      sendDatagram(socket, query);
    } catch (error) {
      finish(undefined);
      reject(error);
    }
  });
}

function isAnswerTo(query: Uint8Array, bytes: Uint8Array): boolean {
  return bytes.length >= 12 && bytes[0] === query[0] && bytes[1] === query[1] &&
    (bytes[2] & 0x80) !== 0;
}

async function askByStream(
  address: string,
  query: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const aborted = new AbortController();
  using _ = new Timer(PATIENCE, () => aborted.abort());
  using connection = await Deno.connect({ hostname: address, port: PORT, signal: aborted.signal });
  aborted.signal.addEventListener("abort", () => connection.close());
  const writer = connection.writable.getWriter();
  await writer.write(new Uint8Array([query.length >> 8, query.length & 0xff, ...query]));
  const size = await readExactly(connection, 2);
  const answer = await readExactly(connection, size[0] << 8 | size[1]);
  return isAnswerTo(query, answer) ? answer : undefined;
}

async function readExactly(connection: Deno.Conn, size: number) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Error("the connection has ended");
    at += count;
  }
  return bytes;
}
