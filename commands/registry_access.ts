/** What commands that speak with registries have in common. */

import type { Platform } from "../storage/archive/oci.ts";
import { InvalidError } from "../storage/errors.ts";
import { findCredentials } from "../storage/registry/credential_store.ts";
import type { RegistryAccess } from "../storage/registry/connect.ts";
import { UsageError } from "./cli/errors.ts";
import { bool, unsupported } from "./cli/options.ts";
import { normalizePlatform } from "./container_request/platform.ts";

/** podman's word for what docker's daemon has to be configured for. */
export const tlsVerify = bool(
  null,
  "Require HTTPS and verify certificates when contacting registries",
  true,
);

/** Content trust is docker's notary, which box does not know; leaving it out is what `true` asks for. */
export const contentTrust = (description: string) =>
  unsupported("bool", null, description, { default: "true" });

export function registryAccess(options: { readonly "tls-verify"?: boolean }): RegistryAccess {
  return { credentials: findCredentials, verifyTls: options["tls-verify"] ?? true };
}

/** `os/architecture[/variant]`; throws InvalidError, as what asks for an image gets docker's answer. */
export function platformOption(text: string | undefined): Platform | undefined {
  if (!text) return undefined;
  try {
    const [os, architecture, variant] = normalizePlatform(text).split("/");
    return { os, architecture, ...(variant && { variant }) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new InvalidError(error.message.replace("error parsing specified platform: ", ""));
  }
}
