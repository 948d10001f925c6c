/** Certificates for one registry in docker's layout: certs.d/HOST:PORT/{*.crt,NAME.cert,NAME.key}. */

import { listNames } from "../../ffi/directory.ts";
import { InvalidError } from "../errors.ts";
import { readTextIfExists } from "../files.ts";
import { configDirectories } from "./settings.ts";

export interface Certificates {
  /** PEM of those who may have signed the registry's certificate, besides the usual ones. */
  readonly authorities: readonly string[];
  /** What box identifies itself with. */
  readonly client?: { readonly cert: string; readonly key: string };
}

/** Looked for beside box's configuration files, and where docker has them. */
export function certificatesOf(host: string): Certificates {
  const directories = [...configDirectories(), "/etc/docker"];
  const paths = directories.map((path) => `${path}/certs.d/${host}`);
  const files = paths.flatMap((path) => namesIn(path).map((name) => `${path}/${name}`));
  const read = (path: string) => readTextIfExists(path) ?? "";
  const certificate = files.find((path) => path.endsWith(".cert"));
  return {
    authorities: files.filter((path) => path.endsWith(".crt")).map(read),
    ...(certificate && { client: { cert: read(certificate), key: keyOf(certificate) } }),
  };
}

function namesIn(path: string): string[] {
  try {
    return listNames(path).sort();
  } catch {
    return []; // as for docker, what cannot be read is not there
  }
}

function keyOf(certificate: string): string {
  const path = certificate.replace(/\.cert$/, ".key"), key = readTextIfExists(path);
  if (key !== undefined) return key;
  throw new InvalidError(
    `missing key ${path.split("/").at(-1)} for client certificate ${
      certificate.split("/").at(-1)
    }.` +
      " CA certificates must use the extension .crt",
  );
}
