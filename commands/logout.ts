import { registryOf } from "../runtime/image/login.ts";
import { EngineError } from "../storage/errors.ts";
import { forgetCredentials } from "../storage/registry/credential_store.ts";
import { credentialServer } from "../storage/registry/credentials.ts";
import { atMost } from "./cli/arguments.ts";
import { defineCommand } from "./cli/command.ts";
import { print, printError } from "./cli/output.ts";

export const command = defineCommand({
  usage: "[SERVER]",
  summary: "Log out from a registry",
  description: "Without a server, that is docker.io.",
  needsNamespaces: false,
  args: atMost(1),
  async run({ args: [name] }) {
    const server = credentialServer(registryOf(name));
    try {
      const wasLoggedIn = await forgetCredentials(server);
      print(
        wasLoggedIn ? `Removing login credentials for ${server}` : `Not logged in to ${server}`,
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      print(`Removing login credentials for ${server}`);
      printError(`WARNING: could not erase credentials: ${error.message}`);
    }
  },
});
