/** The functions index, slice and len. */
import { type GoType, uint8Type, type Value } from "../go/types.ts";
import {
  indirect,
  interfaceElement,
  intValue,
  lengthOf,
  mapElement,
  sliceElements,
  stringValue,
  zeroValue,
} from "../go/value.ts";
import { encodeUtf8, sliceUtf8 } from "../go/utf8.ts";
import { FunctionError } from "./function_table.ts";

type Argument = Value | undefined;

/** `index x 1 2 3` is x[1][2][3]. */
export function index([collection, ...indexes]: readonly Argument[]): Argument {
  let item = interfaceElement(collection);
  if (item === undefined) throw new FunctionError("index of untyped nil");
  for (const raw of indexes) {
    const { value, isNil } = indirect(item);
    if (isNil) throw new FunctionError("index of nil pointer");
    item = indexOnce(value, interfaceElement(raw));
  }
  return item;
}

function indexOnce(item: Value, at: Argument): Value {
  const { kind } = item.type;
  if (kind === "map") return indexMap(item, item.type, at);
  if (kind !== "slice" && kind !== "string") {
    throw new FunctionError(`can't index item of type ${item.type.name}`);
  }
  const length = lengthOf(item);
  const position = indexNumber(at, length);
  if (position === length) {
    throw new FunctionError(`reflect: ${kind} index out of range`);
  }
  return kind === "slice"
    ? sliceElements(item)[position]
    : { type: uint8Type, data: encodeUtf8(item.data as string)[position] };
}

function indexMap(item: Value, type: Extract<GoType, { kind: "map" }>, at: Argument): Value {
  if (at === undefined) {
    throw new FunctionError(`value is nil; should be of type ${type.key}`);
  }
  if (at.type.name !== type.key) {
    throw new FunctionError(`value has type ${at.type.name}; should be ${type.key}`);
  }
  return mapElement(item, at.data as string) ?? zeroValue(type.element);
}

/** `slice x 1 2` is x[1:2]. */
export function slice([collection, ...indexes]: readonly Argument[]): Value {
  const item = interfaceElement(collection);
  if (item === undefined) throw new FunctionError("slice of untyped nil");
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  const { kind } = item.type;
  if (kind !== "slice" && kind !== "string") {
    throw new FunctionError(`can't slice item of type ${item.type.name}`);
  }
  if (kind === "string" && indexes.length === 3) {
    throw new FunctionError("cannot 3-index slice a string");
  }
  const length = lengthOf(item);
  const numbers = indexes.map((at) => indexNumber(at, length));
  const [start = 0, end = length, capacity = length] = numbers;
  if (start > end) throw new FunctionError(`invalid slice index: ${start} > ${end}`);
  if (end > capacity) throw new FunctionError(`invalid slice index: ${end} > ${capacity}`);
  return kind === "string"
    ? stringValue(sliceUtf8(item.data as string, start, end))
    : { type: item.type, data: ((item.data ?? []) as unknown[]).slice(start, end) };
}

export function length([collection]: readonly Argument[]): Value {
  if (collection === undefined) {
    throw new FunctionError("reflect: call of reflect.Value.Type on zero Value");
  }
  const { value, isNil } = indirect(collection);
  if (isNil) throw new FunctionError("len of nil pointer");
  const { kind, name } = value.type;
  if (kind !== "slice" && kind !== "map" && kind !== "string") {
    throw new FunctionError(`len of type ${name}`);
  }
  return intValue(lengthOf(value));
}

function indexNumber(at: Argument, capacity: number): number {
  if (at === undefined) throw new FunctionError("cannot index slice/array with nil");
  if (at.type.kind !== "int" && at.type.kind !== "uint") {
    throw new FunctionError(`cannot index slice/array with type ${at.type.name}`);
  }
  const position = Number(at.data);
  if (position < 0 || position > capacity) {
    throw new FunctionError(`index out of range: ${at.data}`);
  }
  return position;
}
