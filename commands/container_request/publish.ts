/** --publish, --publish-all and --expose: what Docker's client makes of them. */
import { parsePortSpecification } from "../../runtime/network/port_specification.ts";
import type { HostConfig, PortMap } from "../../storage/container/config.ts";
import { InvalidError } from "../../storage/errors.ts";
import type { ContainerConfig } from "../../storage/image/config.ts";
import { UsageError } from "../cli/errors.ts";
import type { OptionValues } from "../cli/options.ts";
import type { publishOptions } from "../container_options/publish.ts";

type PublishOptions = OptionValues<typeof publishOptions>;

interface PublishRequest {
  readonly config: Pick<ContainerConfig, "ExposedPorts">;
  readonly hostConfig: Partial<Pick<HostConfig, "PortBindings" | "PublishAllPorts">>;
}

/** Throws a UsageError in the client's words. */
export function publishRequest(options: PublishOptions): PublishRequest {
  const bindings: PortMap = {}, exposed: Record<string, Record<string, never>> = {};
  for (const text of options.publish) {
    for (const mapping of parse(standardNotation(text))) {
      const key = `${mapping.containerPort}/${mapping.protocol}`;
      exposed[key] = {};
      const binding = { HostIp: mapping.hostIp, HostPort: mapping.hostPort };
      bindings[key] = [...bindings[key] ?? [], binding];
    }
  }
  for (const key of options.expose.flatMap(parseExposed)) exposed[key] = {};
  return {
    config: Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {},
    hostConfig: {
      ...(Object.keys(bindings).length > 0 && { PortBindings: bindings }),
      ...(options["publish-all"] && { PublishAllPorts: true }),
    },
  };
}

function parse(text: string) {
  try {
    return parsePortSpecification(text);
  } catch (error) {
    if (error instanceof InvalidError) throw new UsageError(error.message);
    throw error;
  }
}

/** `published=8080,target=80,protocol=tcp` in the shorter form. */
function standardNotation(text: string): string {
  if (!text.includes("=")) return text;
  const parameters: Record<string, string> = { published: "", target: "", protocol: "tcp" };
  for (const parameter of text.split(",")) {
    const [name, value] = parameter.split("=");
    if (value === undefined) {
      throw new UsageError(
        `invalid publish opts format (should be name=value but got '${parameter}')`,
      );
    }
    parameters[name] = value;
  }
  const { published, target, protocol } = parameters;
  return `${published}:${target}/${protocol}`;
}

/** `80`, `53/udp` or a range of them. */
function parseExposed(text: string): string[] {
  if (text.includes(":")) throw new UsageError(`invalid port format for --expose: ${text}`);
  try {
    return parsePortSpecification(text)
      .map(({ containerPort, protocol }) => `${containerPort}/${protocol}`);
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    const { message } = error, reason = message.startsWith("Invalid proto") ? "" : rangeError(text);
    throw new UsageError(
      reason === "" ? message : `invalid range format for --expose: ${text}, error: ${reason}`,
    );
  }
}

const LARGEST_PORT = 65535;

/** Why Go's nat.ParsePortRange does not take it. */
function rangeError(text: string): string {
  const [ports] = text.split("/"), [first, ...rest] = ports.split("-"), last = rest.join("-");
  if (ports === "") return "empty string specified for ports.";
  for (const number of ports.includes("-") ? [first, last] : [first]) {
    const quoted = JSON.stringify(number);
    if (!/^[0-9]+$/.test(number)) return `strconv.ParseUint: parsing ${quoted}: invalid syntax`;
    if (Number(number) > LARGEST_PORT) {
      return `strconv.ParseUint: parsing ${quoted}: value out of range`;
    }
  }
  return `Invalid range specified for the Port: ${ports}`;
}
