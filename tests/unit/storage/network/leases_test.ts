import { deepEqual, equal, throws } from "node:assert/strict";
import { formatAddress, parseAddress } from "../../../../ffi/ip_address.ts";
import {
  forgetLeases,
  listLeases,
  returnLeases,
  takeLease,
} from "../../../../storage/network/leases.ts";
import {
  ensureNetworks,
  lockNetworks,
  newNetwork,
  readNetworks,
  resolveNetwork,
} from "../../../../storage/network/network_store.ts";
import { Store } from "../../../../storage/store.ts";

function withStore(action: (store: Store) => void): void {
  const root = Deno.makeTempDirSync({ prefix: "box-networks-" });
  try {
    const store = new Store(root);
    ensureNetworks(store);
    action(store);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

const holder = (container: string) => ({ container, endpoint: `of-${container}` });
const network = newNetwork("small", "bridge");

Deno.test("the lowest free address is given, and one that was given back again", () => {
  withStore((store) => {
    const pool = {
      Subnet: "10.8.0.0/29",
      Gateway: "10.8.0.1",
      AuxiliaryAddresses: { x: "10.8.0.3" },
    };
    const take = (id: string) => formatAddress(takeLease(store, network, pool, holder(id)));
    deepEqual(["a", "b", "c", "d"].map(take), ["10.8.0.2", "10.8.0.4", "10.8.0.5", "10.8.0.6"]);
    throws(() => take("e"), {
      message: `no available IPv4 addresses on this network's address pools: small (${network.Id})`,
    });
    returnLeases(store, network.Id, "b");
    equal(take("e"), "10.8.0.4");
    deepEqual(listLeases(store, network.Id).find(({ container }) => container === "e"), {
      address: "10.8.0.4",
      ...holder("e"),
    });
    for (const id of ["a", "c", "d"]) returnLeases(store, network.Id, id);
    returnLeases(store, network.Id, "e");
    deepEqual(listLeases(store, network.Id), []);
    forgetLeases(store, network.Id);
    deepEqual(listLeases(store, network.Id), []);
  });
});

Deno.test("a wanted address must be of the network, and free", () => {
  withStore((store) => {
    const pool = { Subnet: "10.8.0.0/24", IPRange: "10.8.0.128/30", Gateway: "10.8.0.1" };
    const take = (wanted?: string) =>
      formatAddress(
        takeLease(store, network, pool, holder("a"), wanted ? parseAddress(wanted) : undefined),
      );
    equal(take("10.8.0.128"), "10.8.0.128");
    equal(take(), "10.8.0.129");
    equal(take("10.8.0.2"), "10.8.0.2"); // of the subnet, if not of the range
    for (const wanted of ["10.8.0.128", "10.8.0.1", "10.8.0.0", "10.8.0.255"]) {
      throws(() => take(wanted), { message: "Address already in use" }, wanted);
    }
    throws(() => take("10.9.0.1"), {
      message: "Invalid address 10.9.0.1: It does not belong to any of this network's subnets",
    });
  });
});

Deno.test("leases of before a restart of the host are none", () => {
  withStore((store) => {
    const pool = { Subnet: "10.8.0.0/24", Gateway: "10.8.0.1" };
    takeLease(store, network, pool, holder("a"));
    Deno.writeTextFileSync(store.path("network/leases/boot_id"), "before\n");
    equal(formatAddress(takeLease(store, network, pool, holder("b"))), "10.8.0.2");
    equal(listLeases(store, network.Id).length, 1);
  });
});

Deno.test("there are always three networks, found by name, id and the beginning of an id", () => {
  withStore((store) => {
    const networks = readNetworks(store);
    deepEqual(networks.map(({ Name, Driver }) => `${Name} ${Driver}`), [
      "bridge bridge",
      "host host",
      "none null",
    ]);
    const [bridge] = networks;
    for (const words of ["bridge", bridge.Id, bridge.Id.slice(0, 12)]) {
      equal(resolveNetwork(store, words).Id, bridge.Id);
    }
    throws(() => resolveNetwork(store, "nosuch"), { message: "network nosuch not found" });
  });
});

Deno.test("in one process, too, the lock is one holder's, who may wait for others meanwhile", async () => {
  const root = Deno.makeTempDirSync({ prefix: "box-networks-" }), order: string[] = [];
  try {
    const store = new Store(root);
    const hold = async (name: string) => {
      using _ = await lockNetworks(store);
      order.push(`${name} has it`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} gives it back`);
    };
    await Promise.all([hold("a"), hold("b")]);
    deepEqual(order, ["a has it", "a gives it back", "b has it", "b gives it back"]);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
