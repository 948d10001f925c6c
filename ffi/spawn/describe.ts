/** A spawn program in words. */

import type { SpawnProgram, Step } from "./program.ts";
import { Address, type Argument, Block, Cell, Edge, Label } from "./values.ts";

/** Bytes of a buffer that a listing shows. */
const SHOWN_BYTES = 32;

/**
 * One line for each step and label. `#3` is the result of the step with that number, counted from 0; `name` a variable,
 * `&name` an address, `name+8` a word in a block.
 */
export function describe({ items }: SpawnProgram): string[] {
  const steps = items.filter((item): item is Step => !(item instanceof Label));
  const numbers = new Map<Block, number>();
  steps.forEach(({ result }, index) => {
    if (result.block.name === "") numbers.set(result.block, index);
  });

  const nameOf = (block: Block) => block.name || `#${numbers.get(block) ?? "?"}`;
  const place = (block: Block, offset: number) => nameOf(block) + (offset ? `+${offset}` : "");
  const value = (argument: Argument): string => {
    if (typeof argument === "string") return JSON.stringify(argument);
    if (typeof argument === "number" || typeof argument === "bigint") {
      return describeNumber(argument);
    }
    if (argument instanceof Uint8Array) return describeBytes(argument);
    if (argument instanceof Cell) return place(argument.block, argument.offset);
    if (argument instanceof Address) return "&" + place(argument.block, argument.offset);
    if (argument instanceof Block) return "&" + nameOf(argument);
    if (argument instanceof Edge) return `memory ${argument.side}`;
    return `[${argument.map(value).join(", ")}]`;
  };

  return items.map((item) => {
    if (item instanceof Label) return `${item.name}:`;
    const { operation, result, onZero, onError } = item;
    const error = operation === "subtract" ? "negative" : "error";
    return (result.block.name ? `${place(result.block, result.offset)} = ` : "") +
      `${operation}(${item.arguments.map(value).join(", ")})` +
      (onZero ? ` zero -> ${onZero.name}` : "") +
      (onError instanceof Label ? ` ${error} -> ${onError.name}` : "") +
      (onError === "continue" && operation !== "subtract" ? " error -> continue" : "") +
      (onError === "fatal" && operation === "subtract" ? " negative -> fatal" : "");
  });
}

/** Flags and large numbers in hexadecimal; what people count with, and errors, in decimal. */
function describeNumber(number: number | bigint): string {
  return number < 10 ? String(number) : "0x" + number.toString(16);
}

function describeBytes(bytes: Uint8Array): string {
  const hex = bytes.subarray(0, SHOWN_BYTES).toHex();
  return `x"${hex}${bytes.length > SHOWN_BYTES ? "…" : ""}"` +
    (bytes.length > SHOWN_BYTES ? `(${bytes.length} bytes)` : "");
}
