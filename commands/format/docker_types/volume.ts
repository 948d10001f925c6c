/** types.Volume: what `docker volume inspect` shows. */
import { int64Type, mapOf, pointerTo, stringMapType, stringType, structOf } from "../go/types.ts";
import { anyType } from "../go/value.ts";

const usageData = structOf("types.VolumeUsageData", { RefCount: int64Type, Size: int64Type });

export const volumeType = structOf("types.Volume", {
  CreatedAt: stringType,
  Driver: stringType,
  Labels: stringMapType,
  Mountpoint: stringType,
  Name: stringType,
  Options: stringMapType,
  Scope: stringType,
  Status: mapOf(anyType),
  UsageData: pointerTo(usageData),
});
