/** The certificate authorities that this host trusts, besides those that Deno knows. */

import { readTextIfExists } from "./files.ts";

/** Where distributions keep them in one file: as Go looks for them (crypto/x509, root_linux.go). */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Gentoo
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora
  "/etc/ssl/ca-bundle.pem", // openSUSE
  "/etc/pki/tls/cacert.pem", // OpenELEC
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS
  "/etc/ssl/cert.pem", // Alpine
];

/** In PEM, of the file that SSL_CERT_FILE names, or else of the first that there is; undefined if there is none. */
export function systemAuthorities(): string | undefined {
  const named = Deno.env.get("SSL_CERT_FILE");
  for (const path of named ? [named] : bundles) {
    const text = readTextIfExists(path);
    if (text?.includes("-----BEGIN CERTIFICATE-----")) return text;
  }
  return undefined;
}
