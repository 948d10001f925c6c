import { logIn, registryOf } from "../runtime/image/login.ts";
import { EngineError } from "../storage/errors.ts";
import { findCredentials } from "../storage/registry/credential_store.ts";
import { type Credentials, credentialServer } from "../storage/registry/credentials.ts";
import { DOCKER_HUB } from "../storage/registry/repository.ts";
import { atMost } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { CliError } from "./cli/errors.ts";
import { bool, type OptionValues, string } from "./cli/options.ts";
import { print, printError } from "./cli/output.ts";
import { tlsVerify } from "./registry_access.ts";
import { promptForLine, promptForSecret } from "./terminal/prompt.ts";

const commandOptions = {
  password: string("p", "Password"),
  "password-stdin": bool(null, "Take the password from stdin"),
  "tls-verify": tlsVerify,
  username: string("u", "Username"),
};

export const command = defineCommand({
  usage: "[OPTIONS] [SERVER]",
  summary: "Log in to a registry",
  description: "Without a server, that is docker.io. Credentials are kept where docker keeps " +
    "them: in ~/.docker/config.json ($DOCKER_CONFIG), or by the helpers that it names.",
  needsNamespaces: false,
  args: atMost(1),
  options: commandOptions,
  examples: [
    ["echo $TOKEN | box login -u ci --password-stdin registry.example.com", "In a script"],
  ],
  async run({ options, args: [server] }) {
    checkOptions(options);
    const registry = registryOf(server), verifyTls = options["tls-verify"];
    const logInWith = (credentials: Credentials) => logIn({ registry, credentials, verifyTls });
    const given = await passwordOf(options);
    const existing = options.username === undefined && given === undefined
      ? await findCredentials(credentialServer(registry))
      : undefined;
    if (existing !== undefined) {
      print("Authenticating with existing credentials...");
      try {
        return succeed(await logInWith(existing));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        printError(`Login did not succeed, error: ${error.message}`);
      }
    }
    succeed(await logInWith(await ask(options.username, given, existing?.username, registry)));
  },
});

function checkOptions(options: OptionValues<typeof commandOptions>): void {
  const { username, password } = options;
  if (password !== undefined) {
    printError("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
    if (options["password-stdin"]) {
      throw new CliError("--password and --password-stdin are mutually exclusive");
    }
  }
  if (options["password-stdin"] && !username) {
    throw new CliError("Must provide --username with --password-stdin");
  }
}

async function passwordOf(
  { password, "password-stdin": fromInput }: OptionValues<typeof commandOptions>,
): Promise<string | undefined> {
  if (!fromInput) return password;
  const text = await new Response(Deno.stdin.readable).text();
  return text.replace(/\r?\n$/, "");
}

/** Asks for what was not given; throws where nobody can answer. */
async function ask(
  username: string | undefined,
  password: string | undefined,
  lastUser: string | undefined,
  registry: string,
): Promise<Credentials> {
  if (!password && !Deno.stdin.isTerminal()) {
    throw new CliError("Error: Cannot perform an interactive login from a non TTY device");
  }
  if (!username && registry === DOCKER_HUB) {
    print(
      "Login with your Docker ID to push and pull images from Docker Hub. If you don't have a " +
        "Docker ID, head over to https://hub.docker.com to create one.",
    );
  }
  const user = username ||
    await promptForLine(lastUser ? `Username (${lastUser}): ` : "Username: ") || lastUser;
  if (!user) throw new CliError("Error: Non-null Username Required");
  const secret = password || await promptForSecret("Password: ");
  if (!secret) throw new CliError("Error: Password Required");
  return { username: user, password: secret };
}

function succeed(file: string | undefined): void {
  if (file !== undefined) {
    printError(
      `WARNING! Your password will be stored unencrypted in ${file}.\n` +
        "Configure a credential helper to remove this warning. See\n" +
        "https://docs.docker.com/engine/reference/commandline/login/#credentials-store\n",
    );
  }
  print("Login Succeeded");
}
