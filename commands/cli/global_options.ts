/** The options before the command, which concern every command. */
import { entered } from "../../ffi/entered.ts";
import { CliError } from "./errors.ts";
import { bool, string, unsupported } from "./options.ts";
import { cleanPath } from "../../storage/paths.ts";

const NO_DAEMON = { reason: "box has no daemon to connect to" };

export const globalOptions = {
  debug: bool("D", "Print stack traces of errors, as BOX_DEBUG=1 does"),
  root: string(
    null,
    "Directory of the store; else BOX_ROOT, else /var/lib/box for root and " +
      "$XDG_DATA_HOME/box or ~/.local/share/box for other users",
  ),
  "storage-driver": string(
    "s",
    "Storage driver of the store: overlay2 or vfs; else BOX_STORAGE_DRIVER, else what the store " +
      "has, or can have",
  ),
  version: bool("v", "Print version information and quit"),
  config: unsupported("string", null, "Location of client config files"),
  context: unsupported(
    "string",
    "c",
    "Name of the context to use to connect to the daemon",
    NO_DAEMON,
  ),
  host: unsupported("list", "H", "Daemon socket(s) to connect to", NO_DAEMON),
  "log-level": unsupported("string", "l", "Set the logging level", { default: "info" }),
  tls: unsupported("bool", null, "Use TLS; implied by --tlsverify", NO_DAEMON),
  tlscacert: unsupported("string", null, "Trust certs signed only by this CA", NO_DAEMON),
  tlscert: unsupported("string", null, "Path to TLS certificate file", NO_DAEMON),
  tlskey: unsupported("string", null, "Path to TLS key file", NO_DAEMON),
  tlsverify: unsupported("bool", null, "Use TLS and verify the remote", NO_DAEMON),
};

/** What of the process decides where the store is. */
export interface RootSurroundings {
  readonly uid: number | null;
  readonly workingDirectory: string;
  environment(name: string): string | undefined;
}

/** The surroundings that box runs in. */
export const processSurroundings: RootSurroundings = {
  get uid() {
    return entered()?.uid ?? Deno.uid();
  },
  get workingDirectory() {
    return Deno.cwd();
  },
  environment: (name) => Deno.env.get(name),
};

/**
 * The store's directory as an absolute path: --root, BOX_ROOT, /var/lib/box for root, or else the
 * user's data directory of the XDG base directory specification.
 */
export function storeRoot(given: string | undefined, surroundings: RootSurroundings): string {
  const chosen = given ?? (surroundings.environment("BOX_ROOT") || undefined);
  if (chosen === "") throw new CliError("box: --root needs a directory");
  if (chosen !== undefined) return absolutePath(chosen, surroundings);
  if (surroundings.uid === 0) return "/var/lib/box";

  // The specification says to ignore a relative path.
  const dataHome = surroundings.environment("XDG_DATA_HOME");
  if (dataHome?.startsWith("/")) return `${absolutePath(dataHome, surroundings)}/box`;
  const home = surroundings.environment("HOME");
  if (home?.startsWith("/")) return `${absolutePath(home, surroundings)}/.local/share/box`;
  throw new CliError(
    "box: neither XDG_DATA_HOME nor HOME says where the store is: name it with --root",
  );
}

function absolutePath(path: string, { workingDirectory }: RootSurroundings): string {
  return cleanPath(path.startsWith("/") ? path : `${workingDirectory}/${path}`);
}
