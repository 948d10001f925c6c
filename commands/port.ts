import { type Port, portsOf } from "../runtime/container/ports.ts";
import { withTrueState } from "../runtime/container/state.ts";
import { readContainer, resolveContainerId } from "../storage/container/container_store.ts";
import { NotFoundError } from "../storage/errors.ts";
import { Store } from "../storage/store.ts";
import { between } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { print } from "./cli/output.ts";
import { quote } from "./cli/strconv.ts";

export const command = defineCommand({
  usage: "CONTAINER [PRIVATE_PORT[/PROTO]]",
  summary: "List port mappings or a specific mapping for the container",
  args: between(1, 2),
  run({ args: [name, wanted = ""], root }) {
    const published = publishedPorts(new Store(root), name);
    if (wanted === "") {
      for (const port of published) print(`${keyOf(port)} -> ${addressOf(port)}`);
      return;
    }
    const key = parsePort(wanted);
    const addresses = published.filter((port) => keyOf(port) === key).map(addressOf);
    if (addresses.length === 0) {
      throw new CliError(`Error: No public port '${key}' published for ${name}`);
    }
    addresses.forEach(print);
  },
});

/** Docker's client words a missing container itself. */
function publishedPorts(store: Store, name: string): Port[] {
  try {
    const container = withTrueState(store, readContainer(store, resolveContainerId(store, name)));
    return portsOf(container).filter(({ PublicPort }) => PublicPort !== undefined);
  } catch (error) {
    if (error instanceof NotFoundError) throw new CliError(`Error: ${error.message}`);
    throw error;
  }
}

function keyOf({ PrivatePort, Type }: Port): string {
  return `${PrivatePort}/${Type}`;
}

function addressOf({ IP, PublicPort }: Port): string {
  return `${IP}:${PublicPort}`;
}

/** `80`, `53/udp` or a range, which is never published as such. Throws docker's error for what is no number. */
function parsePort(text: string): string {
  const slash = text.indexOf("/"), protocol = slash < 0 ? "" : text.slice(slash + 1);
  const port = protocol === "" ? text : text.slice(0, slash);
  const [first, last] = port.split(/-(.*)/s, 2).map(parsePortNumber);
  if (last !== undefined && last < first) {
    throw new CliError(`Invalid range specified for the Port: ${port}`);
  }
  return `${port}/${protocol || "tcp"}`;
}

function parsePortNumber(text: string): number {
  const LARGEST = 65535;
  const problem = !/^[0-9]+$/.test(text)
    ? "invalid syntax"
    : Number(text) > LARGEST
    ? "value out of range"
    : undefined;
  if (problem === undefined) return Number(text);
  throw new CliError(`strconv.ParseUint: parsing ${quote(text)}: ${problem}`);
}
