/** The base chains of others: where packets come by, and what becomes of those that nobody decides on. */

import { type Attribute, decodeAttributes, listAttributes, readText } from "../attributes.ts";
import { NETLINK, NetlinkSocket } from "../socket.ts";
import { VERDICT } from "./expressions.ts";
import { FAMILY, Table } from "./nftables.ts";
import { nftablesRequest } from "./transaction.ts";

const GETCHAIN = 4;
const CHAIN = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 };
const RULE = { HANDLE: 3, EXPRESSIONS: 4 };
const anything: readonly Attribute[] = [];

export interface BaseChain {
  readonly table: Table;
  readonly name: string;
  /** Whether packets are dropped that come to its end. */
  readonly drops: boolean;
}

/** The filters for IPv4 at a hook, in tables of its own family and of both families. */
export function listFilters(hook: number): BaseChain[] {
  using socket = new NetlinkSocket(NETLINK.NETFILTER);
  const message = { type: GETCHAIN, flags: 0, family: 0, attributes: anything };
  return socket.dump(nftablesRequest(message, "list the chains of nftables")).flatMap(
    ({ body }) => {
      const [family] = body, chain = decodeAttributes(body.subarray(4));
      const text = (type: number) => readText(chain.get(type) ?? new Uint8Array());
      const hookNumber = decodeAttributes(chain.get(CHAIN.HOOK) ?? new Uint8Array()).get(1);
      const isMeant = family === FAMILY.IPV4 || family === FAMILY.INET;
      if (!isMeant || number(hookNumber) !== hook || text(CHAIN.TYPE) !== "filter") return [];
      const drops = number(chain.get(CHAIN.POLICY)) === VERDICT.DROP;
      return [{ table: new Table(text(CHAIN.TABLE), family), name: text(CHAIN.NAME), drops }];
    },
  );
}

/** The handle of a chain's last rule if that drops or rejects whatever comes to it. */
export function closingRule({ table, name }: BaseChain): Uint8Array | undefined {
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
