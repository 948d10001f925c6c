import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  findCredentials,
  forgetCredentials,
  keepCredentials,
} from "../../../../storage/registry/credential_store.ts";
import { HUB_SERVER } from "../../../../storage/registry/credentials.ts";

/** Runs `use` with a configuration of its own; it may be kept in a symbolic link's target. */
async function withConfig(config: object | string, use: (file: string) => Promise<void>) {
  const directory = await Deno.makeTempDir(), before = Deno.env.get("DOCKER_CONFIG");
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await Deno.writeTextFile(`${directory}/real.json`, text, { mode: 0o644 });
  await Deno.symlink("real.json", `${directory}/config.json`);
  Deno.env.set("DOCKER_CONFIG", directory);
  try {
    await use(`${directory}/real.json`);
    equal((await Deno.lstat(`${directory}/config.json`)).isSymlink, true);
    deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
      "config.json",
      "real.json",
    ]);
  } finally {
    if (before === undefined) Deno.env.delete("DOCKER_CONFIG");
    else Deno.env.set("DOCKER_CONFIG", before);
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("credentials are found under every name that docker has had for a server", async () => {
  const auths = {
    [HUB_SERVER]: { auth: btoa("hub:p:w") },
    "https://old.example.com/v1/": { auth: btoa("old:pw") },
    "r:5000": { auth: btoa("<token>:"), identitytoken: "token" },
    "split": { username: "u", password: "p" },
    "empty": {},
  };
  await withConfig({ auths }, async () => {
    deepEqual(await findCredentials(HUB_SERVER), { username: "hub", password: "p:w" });
    deepEqual(await findCredentials("old.example.com"), { username: "old", password: "pw" });
    deepEqual(await findCredentials("r:5000"), { username: "<token>", identityToken: "token" });
    deepEqual(await findCredentials("split"), { username: "u", password: "p" });
    equal(await findCredentials("empty"), undefined);
    equal(await findCredentials("r:5001"), undefined);
    equal(await findCredentials("constructor"), undefined);
  });
});

Deno.test("credentials are kept beside what else the file says, and only its owner reads it", async () => {
  await withConfig({ psFormat: "x", auths: { a: { auth: "YTpi" } } }, async (file) => {
    await keepCredentials("b", { username: "ü", password: "p" });
    const auth = new TextEncoder().encode("ü:p").toBase64();
    deepEqual(JSON.parse(await Deno.readTextFile(file)), {
      psFormat: "x",
      auths: { a: { auth: "YTpi" }, b: { auth } },
    });
    equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    deepEqual(await findCredentials("b"), { username: "ü", password: "p" });
    equal(await forgetCredentials("b"), true);
    equal(await forgetCredentials("b"), false);
  });
});

Deno.test("a file that is damaged is not overwritten, and not quoted", async () => {
  for (const text of ['{"auths": {"a": {"auth": "c2VjcmV0"', "[]", '{"auths": 7}']) {
    await withConfig(text, async (file) => {
      const quiet = (error: Error) => !error.message.includes("c2VjcmV0");
      await rejects(findCredentials("a"), quiet);
      await rejects(keepCredentials("a", { username: "u", password: "p" }), quiet);
      equal(await Deno.readTextFile(file), text);
    });
  }
});

Deno.test("a helper's name is no path", async () => {
  await withConfig({ credsStore: "../../evil" }, async () => {
    await rejects(findCredentials("a"), /is not the name of a helper/);
  });
});
