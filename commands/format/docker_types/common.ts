/** Go types that several of docker's types share. */
import {
  type BasicType,
  int64Type,
  mapOf,
  sliceOf,
  type SliceType,
  stringMapType,
  stringType,
  structOf,
  type StructType,
} from "../go/types.ts";
import { formatUtcTime, parseTimestamp, zeroTimestamp } from "../timestamp.ts";
import { formatDuration } from "../../../runtime/build/duration.ts";

/** A string type with a name of its own, which functions on strings refuse. */
export function stringTypeNamed(name: string): BasicType {
  return { kind: "string", name };
}

/** time.Time, of which JSON has the RFC 3339 text. */
export const timeType: StructType = {
  kind: "struct",
  name: "time.Time",
  fields: new Map(),
  zero: zeroTimestamp,
  format: (data) => formatUtcTime(parseTimestamp(String(data))),
};

/** time.Duration, of which JSON has the nanoseconds. */
export const durationType: BasicType = {
  ...int64Type,
  name: "time.Duration",
  format: (data) => formatDuration(Number(data)),
};

/** A command line. */
export const strSliceType: SliceType = sliceOf(stringType, "strslice.StrSlice");

/** A set: only the keys matter. */
export const emptyStruct = structOf("struct {}", {});
export const stringSetType = mapOf(emptyStruct);

export const graphDriverData = structOf("types.GraphDriverData", {
  Data: stringMapType,
  Name: stringType,
});
