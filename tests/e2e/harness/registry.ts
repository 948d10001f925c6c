/** A real registry for one test: docker-registry on a port of the loopback interface. */

import { findProgram } from "./needs.ts";
import { eventually, run, RunningProcess } from "./process.ts";
import { skipUnless } from "./skip.ts";

export interface RegistryOptions {
  /** Ask for the name `alice` and the password `secret`. */
  readonly authentication?: boolean;
  /** Ask for tokens that somebody gives away at `realm`, signed by who is certified by an authority in the file `bundle`. */
  readonly tokens?: { readonly realm: string; readonly bundle: string };
  /** A directory for a certificate of its own, `ca.crt`, and the key. */
  readonly tls?: string;
  /** Ask for a certificate of the same authority: `client.cert` and `client.key` beside it. */
  readonly clientCertificates?: boolean;
}

export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The directory that has all it stores; it may be exchanged while nobody asks. */
  readonly data: string;
}

/** Milliseconds: a bench uses one registry for all its rows, which on a busy machine is longer than any test. */
const LONGEST_USE = 6 * 3600_000;

/** alice:secret */
const HTPASSWD = "alice:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/** Runs `use` with an empty registry. Skips the test where docker-registry is missing. */
export async function withRegistry(
  options: RegistryOptions,
  use: (registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const program = findProgram("docker-registry");
  skipUnless(program, "no docker-registry here");
  const directory = await Deno.makeTempDir({ prefix: "box-registry-" });
  try {
    if (options.tls) await makeCertificates(options.tls);
    const { process, host } = await start(program, directory, options);
    try {
      await use({ host, data: `${directory}/data` });
    } finally {
      process.kill("SIGKILL");
      await process.wait().catch(() => {});
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Another program may take the port between its choice and its use. */
async function start(program: string, directory: string, options: RegistryOptions) {
  for (let attempt = 1;; attempt++) {
    const host = `127.0.0.1:${freePort()}`;
    await writeConfig(directory, host, options);
    const process = new RunningProcess([program, "serve", `${directory}/config.yml`]);
    let hasEnded = false;
    process.wait(LONGEST_USE).catch(() => {}).finally(() => hasEnded = true);
    await eventually("the registry listens", async () => hasEnded || await accepts(host), 30_000);
    if (!hasEnded) return { process, host };
    if (attempt === 3) throw new Error(`docker-registry does not start:\n${process.stderr}`);
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function accepts(host: string): Promise<boolean> {
  try {
    using _ = await Deno.connect({ hostname: "127.0.0.1", port: Number(host.split(":")[1]) });
    return true;
  } catch {
    return false;
  }
}

async function writeConfig(directory: string, host: string, options: RegistryOptions) {
  const { tls, authentication, clientCertificates, tokens } = options;
  const config = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: `${directory}/data` }, delete: { enabled: true } },
    http: {
      addr: host,
      ...(tls && {
        tls: {
          certificate: `${tls}/server.crt`,
          key: `${tls}/server.key`,
          ...(clientCertificates && { clientcas: [`${tls}/ca.crt`] }),
        },
      }),
    },
    ...(authentication && {
      auth: { htpasswd: { realm: "test", path: `${directory}/htpasswd` } },
    }),
    ...(tokens && {
      auth: {
        token: {
          realm: tokens.realm,
          service: "test",
          issuer: "test",
          rootcertbundle: tokens.bundle,
        },
      },
    }),
  };
  await Deno.writeTextFile(`${directory}/htpasswd`, HTPASSWD);
  await Deno.writeTextFile(`${directory}/config.yml`, JSON.stringify(config));
}

/** An authority, and certificates for 127.0.0.1 and for a client that it has signed. */
async function makeCertificates(directory: string): Promise<void> {
  const script = `set -e; cd "$1"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=ca
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=registry
printf 'subjectAltName=IP:127.0.0.1\\n' > extensions
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \\
  -extfile extensions -out server.crt
openssl req -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj /CN=client
printf 'extendedKeyUsage=clientAuth\\n' > extensions
openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \\
  -extfile extensions -out client.cert`;
  const { code, stderr } = await run(["sh", "-c", script, "sh", directory]);
  if (code !== 0) throw new Error(stderr);
}
