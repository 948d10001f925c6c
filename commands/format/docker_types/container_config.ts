/** container.Config, which containers and images have. */
import {
  boolType,
  intType,
  mapOf,
  pointerTo,
  stringMapType,
  stringsType,
  stringType,
  structOf,
} from "../go/types.ts";
import { durationType, emptyStruct, stringSetType, strSliceType } from "./common.ts";

const healthConfig = structOf("container.HealthConfig", {
  Test: stringsType,
  Interval: durationType,
  Timeout: durationType,
  StartPeriod: durationType,
  Retries: intType,
});

const portSet = { ...mapOf(emptyStruct, "nat.Port"), name: "nat.PortSet" };

export const containerConfig = structOf("container.Config", {
  Hostname: stringType,
  Domainname: stringType,
  User: stringType,
  AttachStdin: boolType,
  AttachStdout: boolType,
  AttachStderr: boolType,
  ExposedPorts: portSet,
  Tty: boolType,
  OpenStdin: boolType,
  StdinOnce: boolType,
  Env: stringsType,
  Cmd: strSliceType,
  Healthcheck: pointerTo(healthConfig),
  ArgsEscaped: boolType,
  Image: stringType,
  Volumes: stringSetType,
  WorkingDir: stringType,
  Entrypoint: strSliceType,
  NetworkDisabled: boolType,
  MacAddress: stringType,
  OnBuild: stringsType,
  Labels: stringMapType,
  StopSignal: stringType,
  StopTimeout: pointerTo(intType),
  Shell: strSliceType,
});
