/** events.Message: what `docker events` shows. */
import { int64Type, jsonField, stringMapType, stringType, structOf } from "../go/types.ts";

export const eventType = structOf("events.Message", {
  Status: jsonField("status", stringType),
  ID: jsonField("id", stringType),
  From: jsonField("from", stringType),
  Type: stringType,
  Action: stringType,
  Actor: structOf("events.Actor", { ID: stringType, Attributes: stringMapType }),
  Scope: jsonField("scope", stringType),
  Time: jsonField("time", int64Type),
  TimeNano: jsonField("timeNano", int64Type),
});
