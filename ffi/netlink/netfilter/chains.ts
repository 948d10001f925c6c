/** The chains of all tables: where packets come by, and what becomes of those that nobody decides on. */

import { type Attribute, decodeAttributes, listAttributes, readText } from "../attributes.ts";
import { NETLINK, NetlinkSocket } from "../socket.ts";
import { VERDICT } from "./expressions.ts";
import { Table } from "./nftables.ts";
import { nftablesRequest } from "./transaction.ts";

const GETCHAIN = 4;
const CHAIN = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 };
const RULE = { HANDLE: 3, EXPRESSIONS: 4 };
const anything: readonly Attribute[] = [];

export interface Chain {
  readonly table: Table;
  readonly name: string;
  /** `filter`, `nat`; empty for one that packets come to by other chains only. */
  readonly type: string;
  /** Where packets come to it. */
  readonly hook: number | undefined;
  /** Whether packets are dropped that come to its end. */
  readonly drops: boolean;
}

/** The chains of the tables of every family. */
export function listChains(): Chain[] {
  using socket = new NetlinkSocket(NETLINK.NETFILTER);
  const message = { type: GETCHAIN, flags: 0, family: 0, attributes: anything };
  return socket.dump(nftablesRequest(message, "list the chains of nftables")).map(({ body }) => {
    const [family] = body, chain = decodeAttributes(body.subarray(4));
    const text = (type: number) => readText(chain.get(type) ?? new Uint8Array());
    const hook = decodeAttributes(chain.get(CHAIN.HOOK) ?? new Uint8Array()).get(1);
    return {
      table: new Table(text(CHAIN.TABLE), family),
      name: text(CHAIN.NAME),
      type: text(CHAIN.TYPE),
      hook: number(hook),
      drops: number(chain.get(CHAIN.POLICY)) === VERDICT.DROP,
    };
  });
}

/** The handle of a chain's last rule if that drops or rejects whatever comes to it. */
export function closingRule({ table, name }: Chain): Uint8Array | undefined {
  const last = table.listRules(name).at(-1), handle = last?.get(RULE.HANDLE);
  const expressions = listAttributes(last?.get(RULE.EXPRESSIONS) ?? new Uint8Array())
    .map(([, bytes]) => decodeAttributes(bytes));
  const closes = expressions.map((expression) => {
    const data = decodeAttributes(expression.get(2) ?? new Uint8Array());
    switch (readText(expression.get(1) ?? new Uint8Array())) {
      case "counter":
      case "log":
        return undefined;
      case "reject":
        return true;
      case "immediate":
        return verdictOf(data.get(2)) === VERDICT.DROP;
      default:
        return false; // a condition
    }
  });
  return closes.includes(true) && !closes.includes(false) ? handle : undefined;
}

function verdictOf(data: Uint8Array | undefined): number | undefined {
  const verdict = decodeAttributes(data ?? new Uint8Array()).get(2);
  return number(decodeAttributes(verdict ?? new Uint8Array()).get(1));
}

/** nftables has its numbers in network order. */
function number(bytes: Uint8Array | undefined): number | undefined {
  if (bytes?.length !== 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0);
}
