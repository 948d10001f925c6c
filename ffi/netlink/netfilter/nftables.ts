/** What nftables is made of, as messages: tables, chains, maps, their elements, rules. linux/netfilter/nf_tables.h, nft(8). */

import { type Attribute, decodeAttributes, listAttributes, text } from "../attributes.ts";
import { isErrno } from "../../errno.ts";
import { NLM_F } from "../message.ts";
import type { Request } from "../socket.ts";
import { type Expression, FAMILY } from "./expressions.ts";
import { commit, list, nftablesRequest } from "./transaction.ts";
import { u32 } from "./values.ts";

const TYPE = {
  NEWTABLE: 0,
  DELTABLE: 2,
  NEWCHAIN: 3,
  NEWRULE: 6,
  GETRULE: 7,
  DELRULE: 8,
  NEWSET: 9,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
} as const;
const LIST_ELEM = 1;

/** netfilter_ipv4.h: where a base chain hooks in. */
export const HOOK = { PREROUTING: 0, FORWARD: 2, OUTPUT: 3, POSTROUTING: 4 } as const;
export const PRIORITY = { RAW: -300, DSTNAT: -100, FILTER: 0, SRCNAT: 100 } as const;

/** Types of keys as nft(8) numbers them, for those who list them, with the bytes that they take in registers. */
export const KEY = {
  IPV4_ADDRESS: { type: 7, size: 4 },
  IPV6_ADDRESS: { type: 8, size: 16 },
  PROTOCOL: { type: 12, size: 4 },
  PORT: { type: 13, size: 4 },
} as const;
type Key = typeof KEY[keyof typeof KEY];
const TYPE_BITS = 6;
const SET_MAP = 8;
/** A table, of the family `ip` unless another is said. */
export class Table {
  constructor(readonly name: string, readonly family: number = FAMILY.IPV4) {}

  create(): Request {
    return this.creation(NLM_F.CREATE);
  }

  /**
   * Makes the table with what these requests put into it, in the place of the one that there may be. That one is removed only if
   * it is there: who closes a socket after something was removed waits for the kernel to be done with it, some 13 ms.
   */
  replace(contents: readonly Request[]): void {
    try {
      commit([this.creation(NLM_F.CREATE | NLM_F.EXCL), ...contents]);
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
      commit([this.create(), this.delete(), this.create(), ...contents]); // it may have gone meanwhile
    }
  }

  private creation(flags: number): Request {
    return this.message(TYPE.NEWTABLE, flags, "create", [[1, text(this.name)]]);
  }

  delete(): Request {
    return this.message(TYPE.DELTABLE, 0, "delete", [[1, text(this.name)]]);
  }

  /** A chain through which packets come at a hook; what it does not decide is accepted. */
  baseChain(
    name: string,
    { type, hook, priority }: { type: "filter" | "nat"; hook: number; priority: number },
  ): Request {
    return this.message(TYPE.NEWCHAIN, NLM_F.CREATE, `create chain ${name} of`, [
      [1, text(this.name)],
      [3, text(name)],
      [4, [[1, u32(hook)], [2, u32(priority)]]],
      [7, text(type)],
    ]);
  }

  /** A map from keys to values, each the concatenation of these. `id` tells it from others of the same batch. */
  map(name: string, id: number, keys: readonly Key[], values: readonly Key[]): Request {
    return this.message(TYPE.NEWSET, NLM_F.CREATE, `create map ${name} of`, [
      [1, text(this.name)],
      [2, text(name)],
      [3, u32(SET_MAP)],
      [4, u32(typeOf(keys))],
      [5, u32(sizeOf(keys))],
      [6, u32(typeOf(values))],
      [7, u32(sizeOf(values))],
      [10, u32(id)],
    ]);
  }

  /** Adds elements: fails with EEXIST for one of a map that is there with another value. */
  addElements(set: string, elements: readonly Element[]): Request {
    return this.elements(TYPE.NEWSETELEM, NLM_F.CREATE, "add to", set, elements);
  }

  /** Takes elements away: fails with ENOENT for one that is not there. */
  deleteElements(set: string, elements: readonly Element[]): Request {
    return this.elements(TYPE.DELSETELEM, 0, "delete from", set, elements);
  }

  private elements(
    type: number,
    flags: number,
    verb: string,
    set: string,
    elements: readonly Element[],
  ): Request {
    return this.message(type, flags, `${verb} ${set} of`, [
      [1, text(this.name)],
      [2, text(set)],
      [3, elements.map(encodeElement)],
    ]);
  }

  /** Adds a rule to the end of a chain, to its beginning, or before the one with this handle. */
  rule(
    chain: string,
    expressions: readonly Expression[],
    { first = false, before, comment = "" }: RulePlace = {},
  ): Request {
    const position = first || before !== undefined ? 0 : NLM_F.APPEND;
    return this.message(TYPE.NEWRULE, NLM_F.CREATE | position, `add a rule to ${chain} of`, [
      [1, text(this.name)],
      [2, text(chain)],
      [4, expressions.map(encodeExpression)],
      ...before === undefined ? [] : [[6, before] as const],
      ...comment === "" ? [] : [[7, encodeComment(comment)] as const],
    ]);
  }

  deleteRule(chain: string, handle: Uint8Array): Request {
    const attributes: Attribute[] = [[1, text(this.name)], [2, text(chain)], [3, handle]];
    return this.message(TYPE.DELRULE, 0, `delete a rule from ${chain} of`, attributes);
  }

  /** Keys and values of a set or map. Throws ENOENT if there is none. */
  listElements(set: string): Element[] {
    const attributes: Attribute[] = [[1, text(this.name)], [2, text(set)]];
    return list(this.message(TYPE.GETSETELEM, 0, `list ${set} of`, attributes))
      .flatMap((answer) => listAttributes(decodeAttributes(answer).get(3) ?? new Uint8Array()))
      .map(([, element]) => decodeElement(element));
  }

  /** Handles of the rules of a chain that have this comment. */
  findRules(chain: string, comment: string): Uint8Array[] {
    const wanted = encodeComment(comment).join();
    return this.listRules(chain).filter((rule) => rule.get(7)?.join() === wanted)
      .map((rule) => rule.get(3)!);
  }

  /** The attributes of the rules of a chain: NFTA_RULE_*. */
  listRules(chain: string): Map<number, Uint8Array>[] {
    const attributes: Attribute[] = [[1, text(this.name)], [2, text(chain)]];
    return list(this.message(TYPE.GETRULE, 0, `list ${chain} of`, attributes))
      .map(decodeAttributes);
  }

  private message(
    type: number,
    flags: number,
    what: string,
    attributes: readonly Attribute[],
  ): Request {
    const purpose = `${what} nftables table ${this.name}`;
    return nftablesRequest({ type, flags, family: this.family, attributes }, purpose);
  }
}

interface RulePlace {
  readonly first?: boolean;
  readonly before?: Uint8Array;
  readonly comment?: string;
}

/** As they lie in registers: each part padded with zeros to its key's size. */
export interface Element {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

function encodeElement({ key, value }: Element): Attribute {
  const attributes: Attribute[] = [[1, [[1, key]]]];
  if (value !== undefined) attributes.push([2, [[1, value]]]);
  return [LIST_ELEM, attributes];
}

function decodeElement(bytes: Uint8Array): Element {
  const attributes = decodeAttributes(bytes);
  const data = (type: number) => decodeAttributes(attributes.get(type) ?? new Uint8Array()).get(1);
  return { key: data(1) ?? new Uint8Array(), value: data(2) };
}

function encodeExpression({ name, attributes }: Expression): Attribute {
  return [LIST_ELEM, [[1, text(name)], [2, attributes]]];
}

/** As nft(8) keeps comments: a type, a length, and a string. */
function encodeComment(comment: string): Uint8Array {
  const value = text(comment);
  return new Uint8Array([0, value.length, ...value]);
}

function typeOf(keys: readonly Key[]): number {
  return keys.reduce((type, key) => type << TYPE_BITS | key.type, 0);
}

function sizeOf(keys: readonly Key[]): number {
  return keys.reduce((size, key) => size + key.size, 0);
}
