/** types.NetworkResource: what `docker network inspect` shows. */
import {
  boolType,
  jsonField,
  mapOf,
  sliceOf,
  stringMapType,
  stringType,
  structOf,
} from "../go/types.ts";
import { timeType } from "./common.ts";

const ipamConfig = structOf("network.IPAMConfig", {
  Subnet: stringType,
  IPRange: stringType,
  Gateway: stringType,
  AuxAddress: jsonField("AuxiliaryAddresses", stringMapType),
});

const ipam = structOf("network.IPAM", {
  Driver: stringType,
  Options: stringMapType,
  Config: sliceOf(ipamConfig),
});

const endpointResource = structOf("types.EndpointResource", {
  Name: stringType,
  EndpointID: stringType,
  MacAddress: stringType,
  IPv4Address: stringType,
  IPv6Address: stringType,
});

export const networkType = structOf("types.NetworkResource", {
  Name: stringType,
  ID: jsonField("Id", stringType),
  Created: timeType,
  Scope: stringType,
  Driver: stringType,
  EnableIPv6: boolType,
  IPAM: ipam,
  Internal: boolType,
  Attachable: boolType,
  Ingress: boolType,
  ConfigFrom: structOf("network.ConfigReference", { Network: stringType }),
  ConfigOnly: boolType,
  Containers: mapOf(endpointResource),
  Options: stringMapType,
  Labels: stringMapType,
  Peers: sliceOf(structOf("network.PeerInfo", { Name: stringType, IP: stringType })),
  Services: mapOf(structOf("network.ServiceInfo", {})),
});
