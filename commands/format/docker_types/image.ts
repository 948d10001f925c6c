/** types.ImageInspect: what `docker image inspect` shows. */
import { int64Type, jsonField, pointerTo, stringsType, stringType, structOf } from "../go/types.ts";
import { graphDriverData, timeType } from "./common.ts";
import { containerConfig } from "./container_config.ts";

const rootFs = structOf("types.RootFS", {
  Type: stringType,
  Layers: stringsType,
  BaseLayer: stringType,
});

export const imageType = structOf("types.ImageInspect", {
  ID: jsonField("Id", stringType),
  RepoTags: stringsType,
  RepoDigests: stringsType,
  Parent: stringType,
  Comment: stringType,
  Created: stringType,
  Container: stringType,
  ContainerConfig: pointerTo(containerConfig),
  DockerVersion: stringType,
  Author: stringType,
  Config: pointerTo(containerConfig),
  Architecture: stringType,
  Variant: stringType,
  Os: stringType,
  OsVersion: stringType,
  Size: int64Type,
  VirtualSize: int64Type,
  GraphDriver: graphDriverData,
  RootFS: rootFs,
  Metadata: structOf("types.ImageMetadata", { LastTagTime: timeType }),
});
