/** The ranges of addresses that `network create` is given. */
import { parseAddress } from "../ffi/ip_address.ts";
import { contains, overlaps, parseSubnet } from "../storage/network/subnet.ts";
import type { AddressPool } from "../storage/network/config.ts";
import { InvalidError } from "../storage/errors.ts";
import { CliError } from "./cli/errors.ts";

interface PoolOptions {
  readonly subnet: readonly string[];
  readonly "ip-range": readonly string[];
  readonly gateway: readonly string[];
  readonly "aux-address": readonly string[];
}

/** Puts together what belongs to each subnet. Throws what Docker's client says, and its daemon of subnets that are none. */
export function poolsOf(
  { subnet: subnets, gateway: gateways, ...rest }: PoolOptions,
): AddressPool[] {
  const ranges = rest["ip-range"];
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new CliError("every ip-range or gateway must have a corresponding subnet");
  }
  const parsed = subnets.map(parse);
  parsed.forEach((subnet, i) => {
    if (parsed.slice(0, i).some((other) => overlaps(subnet, other))) {
      throw new CliError("multiple overlapping subnet configuration is not supported");
    }
  });
  const pools: Mutable[] = subnets.map((Subnet) => ({ Subnet }));
  const poolOf = (text: string, refusal: string): Mutable => {
    const address = parseAddress(text.split("/")[0]);
    const index = parsed.findIndex((subnet) => address && contains(subnet, address));
    if (index < 0) throw new CliError(refusal);
    return pools[index];
  };
  for (const range of ranges) {
    const pool = poolOf(range, `no matching subnet for range ${range}`);
    if (pool.IPRange) throw several("ranges", pool.IPRange, range, "on the same", pool);
    if (parseSubnet(range) === undefined) {
      throw new InvalidError(`invalid CIDR address: ${range}`);
    }
    pool.IPRange = range;
  }
  for (const gateway of gateways) {
    const pool = poolOf(gateway, `no matching subnet for gateway ${gateway}`);
    if (pool.Gateway) throw several("gateways", pool.Gateway, gateway, "for the same", pool);
    pool.Gateway = gateway;
  }
  for (const [name, address] of Object.entries(optionsOf(rest["aux-address"]))) {
    const pool = poolOf(address, `no matching subnet for aux-address ${address}`);
    pool.AuxiliaryAddresses = { ...pool.AuxiliaryAddresses, [name]: address };
  }
  return pools;
}

type Mutable = { -readonly [Name in keyof AddressPool]: AddressPool[Name] };

function parse(text: string) {
  const subnet = parseSubnet(text);
  if (subnet === undefined) {
    throw new InvalidError(`Invalid subnet ${text} : invalid CIDR address: ${text}`);
  }
  return subnet;
}

function several(what: string, one: string, other: string, where: string, pool: AddressPool) {
  return new CliError(
    `cannot configure multiple ${what} (${one}, ${other}) ${where} subnet (${pool.Subnet})`,
  );
}

/** `NAME=VALUE`, the last of a name. */
export function optionsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const [name, ...value] = text.split("=");
    return [name, value.join("=")];
  }));
}
