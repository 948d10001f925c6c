/** --secret and --ssh: what RUN may see without it becoming part of the image. */
import { messageOf } from "../cli/errors.ts";
import { CliError, UsageError } from "../cli/errors.ts";
import { parseCsvRecord } from "../container_request/csv.ts";

/** `id=ID[,src=PATH|,env=NAME]`; without a source the variable of that name, or else the file. */
export function readSecret(text: string): [id: string, content: Uint8Array<ArrayBuffer>] {
  const fields = new Map(
    parseCsvRecord(text).map((field): [string, string] => {
      const equals = field.indexOf("=");
      if (equals < 0) throw new CliError(`invalid field '${field}' must be a key=value pair`);
      return [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    }),
  );
  const type = fields.get("type") ?? (fields.has("env") ? "env" : undefined);
  const id = fields.get("id"), file = fields.get("source") ?? fields.get("src");
  const unknown = [...fields.keys()].find((name) =>
    !["type", "id", "source", "src", "env"].includes(name)
  );
  if (unknown !== undefined) throw new CliError(`unexpected key '${unknown}' in '${text}'`);
  if (type !== undefined && type !== "file" && type !== "env") {
    throw new CliError(`unsupported secret type ${JSON.stringify(type)}`);
  }
  if (!id) throw new CliError(`secret id is required in '${text}'`);
  const variable = fields.get("env") ?? (type === "env" ? file ?? id : undefined);
  if (variable !== undefined) return [id, encode(Deno.env.get(variable) ?? "")];
  const fromEnvironment = file === undefined && type === undefined ? Deno.env.get(id) : undefined;
  if (fromEnvironment !== undefined) return [id, encode(fromEnvironment)];
  return [id, readFile(file ?? id)];
}

const encode = (text: string) => new TextEncoder().encode(text);

/** BuildKit's limit: a secret is no file to copy. */
const LIMIT = 500 << 10;

function readFile(path: string): Uint8Array<ArrayBuffer> {
  let content: Uint8Array<ArrayBuffer>;
  try {
    content = Deno.readFileSync(path);
  } catch (error) {
    throw new CliError(`failed to stat ${path}: ${messageOf(error)}`);
  }
  if (content.length > LIMIT) throw new CliError(`secret ${path} too big. max size 500KB`);
  return content;
}

/** `default` or `ID[=SOCKET]`; the agent that SSH_AUTH_SOCK names unless another is given. */
export function sshAgent(text: string): [id: string, socket: string] {
  const equals = text.indexOf("=");
  const id = equals < 0 ? text : text.slice(0, equals);
  const socket = equals < 0 ? Deno.env.get("SSH_AUTH_SOCK") : text.slice(equals + 1);
  if (!socket) {
    throw new CliError("invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set");
  }
  if (!isSocket(socket)) {
    throw new UsageError(
      `--ssh ${text} is not supported yet: box takes an agent's socket, no keys`,
    );
  }
  return [id, socket];
}

function isSocket(path: string): boolean {
  try {
    return Deno.statSync(path).isSocket === true;
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}
