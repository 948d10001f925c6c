/** What --network says: a name, or `name=NAME,alias=...,ip=...` in the client's long form. */
import { parseCsvRecord } from "./csv.ts";

/** A network, and what is wanted of it. */
export interface NetworkAttachment {
  readonly target: string;
  readonly aliases: readonly string[];
  readonly ip?: string;
  readonly ip6?: string;
  readonly macAddress?: string;
  readonly linkLocalIps: readonly string[];
}

/** Throws an Error in the words of docker's client. */
export function parseNetworkAttachment(text: string): NetworkAttachment {
  const attachment = {
    target: text,
    aliases: [] as string[],
    linkLocalIps: [] as string[],
  };
  if (!/\w+=\w+/.test(text)) return attachment;
  const scalars: { ip?: string; ip6?: string; macAddress?: string } = {};
  attachment.target = "";
  for (const field of parseCsvRecord(text)) {
    const [key, value] = cut(field);
    if (value === undefined || key === "") throw new Error(`invalid field ${field}`);
    switch (key.toLowerCase()) {
      case "name":
        attachment.target = value;
        break;
      case "alias":
        attachment.aliases.push(value);
        break;
      case "ip":
        scalars.ip = value;
        break;
      case "ip6":
        scalars.ip6 = value;
        break;
      case "mac-address":
        scalars.macAddress = value;
        break;
      case "link-local-ip":
        attachment.linkLocalIps.push(value);
        break;
      case "driver-opt":
        throw new Error("driver-opt is not supported: box's drivers have none for endpoints");
      default:
        throw new Error(`invalid field key ${key}`);
    }
  }
  if (attachment.target === "") throw new Error("network name/id is not specified");
  return { ...attachment, ...scalars };
}

/** What is before and behind the first equals sign, without the spaces around; undefined if there is none. */
function cut(text: string): [key: string, value?: string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim()] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
