import assert from "node:assert/strict";
import { PortReservation } from "../../../../../runtime/network/ports/reserve.ts";
import { requestedPorts } from "../../../../../runtime/network/ports/requested_ports.ts";
import type { ContainerConfig } from "../../../../../storage/image/config.ts";
import type { PortMap } from "../../../../../storage/container/config.ts";

const nobody = () => false;

function requested(
  PortBindings: PortMap,
  exposed: readonly string[] = [],
  PublishAllPorts = false,
) {
  const ExposedPorts = Object.fromEntries(exposed.map((key) => [key, {}]));
  const Config = { ExposedPorts } as unknown as ContainerConfig;
  return requestedPorts({ Config }, { PortBindings, PublishAllPorts });
}

Deno.test("a port without an address is reserved for IPv4 and IPv6, with one number", () => {
  using reservation = new PortReservation(
    requested({ "80/tcp": [{ HostIp: "", HostPort: "" }] }, ["80/tcp", "443/tcp"]),
    nobody,
  );
  const bindings = reservation.ports["80/tcp"]!, [{ HostPort }] = bindings;
  assert.deepEqual(bindings, [{ HostIp: "0.0.0.0", HostPort }, { HostIp: "::", HostPort }]);
  assert.equal(reservation.ports["443/tcp"], null);
  assert.throws(() => Deno.listen({ port: Number(HostPort), hostname: "127.0.0.1" }), {
    name: "AddrInUse",
  });
});

Deno.test("-P publishes what is exposed; what -p says wins", () => {
  using reservation = new PortReservation(
    requested({ "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] }, ["80/tcp", "53/udp"], true),
    nobody,
  );
  const addresses = Object.entries(reservation.ports)
    .map(([key, bindings]) => [key, bindings!.map(({ HostIp }) => HostIp)]);
  assert.deepEqual(addresses, [["53/udp", ["0.0.0.0", "::"]], ["80/tcp", ["127.0.0.1"]]]);
  assert.deepEqual(reservation.sockets.map(({ Protocol }) => Protocol), ["udp", "udp", "tcp"]);
});

Deno.test("of a range the first free port is taken; without one nothing stays reserved", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = (taken.addr as Deno.NetAddr).port;
  const ask = (HostPort: string) =>
    new PortReservation(requested({ "80/tcp": [{ HostIp: "127.0.0.1", HostPort }] }), nobody);
  using next = ask(`${port}-${port + 20}`);
  assert.notEqual(next.ports["80/tcp"]![0].HostPort, String(port));
  assert.throws(() => ask(`${port}`), {
    name: "ConflictError",
    message:
      `Error starting userland proxy: listen tcp4 127.0.0.1:${port}: bind: address already in use`,
  });
});

Deno.test("a port that another container has is said to be allocated", () => {
  const bindings = { "80/tcp": [{ HostIp: "", HostPort: "" }] };
  using first = new PortReservation(requested(bindings), nobody);
  const { HostPort } = first.ports["80/tcp"]![0];
  assert.throws(
    () => new PortReservation(requested({ "80/tcp": [{ HostIp: "", HostPort }] }), () => true),
    { message: `Bind for 0.0.0.0:${HostPort} failed: port is already allocated` },
  );
});

Deno.test("an address that the host does not have cannot be published on", () => {
  const bindings = { "80/udp": [{ HostIp: "192.0.2.77", HostPort: "8080" }] };
  assert.throws(() => new PortReservation(requested(bindings), nobody), {
    message: "Error starting userland proxy: listen udp4 192.0.2.77:8080: bind: " +
      "cannot assign requested address",
  });
});

Deno.test("sctp may be exposed anywhere, and published where the kernel has it", () => {
  assert.deepEqual(requested({}, ["5/sctp"])[0].bindings, []);
  const reserve = () =>
    new PortReservation(requested({ "5/sctp": [{ HostIp: "127.0.0.1", HostPort: "" }] }), nobody);
  if (/^SCTP /m.test(Deno.readTextFileSync("/proc/net/protocols"))) {
    using reservation = reserve();
    assert.deepEqual(reservation.sockets.map(({ Protocol }) => Protocol), ["sctp"]);
  } else {
    assert.throws(reserve, {
      message:
        /^Error starting userland proxy: listen sctp4 127.0.0.1:\d+: this kernel has no SCTP$/,
    });
  }
});

Deno.test("a network may have an address of its own for ports that were given none", () => {
  const ports = requested({
    "80/tcp": [{ HostIp: "", HostPort: "" }],
    "81/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
  });
  using reservation = new PortReservation(ports, nobody, "127.0.0.2");
  const addresses = Object.values(reservation.ports).map((each) =>
    each?.map(({ HostIp }) => HostIp)
  );
  assert.deepEqual(addresses, [["127.0.0.2"], ["127.0.0.1"]]);
});
