/** Who box is at registries: login, tokens, certificates, mirrors. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, withRegistry } from "./harness.ts";
import { FaultyRegistry, refusal } from "./registry/faulty_registry.ts";
import { ConnectProxy } from "./registry/connect_proxy.ts";
import { TokenServer } from "./registry/token_server.ts";

const readConfig = (path: string) => JSON.parse(Deno.readTextFileSync(path));

async function directory(box: Box, name: string): Promise<string> {
  const path = `${box.temp}/${name}`;
  await Deno.mkdir(path, { recursive: true });
  return path;
}

boxTest("login keeps what the registry takes, and pull and push use it", async (box) => {
  await box.busybox();
  const tls = await directory(box, "tls"), DOCKER_CONFIG = await directory(box, "docker");
  const file = `${DOCKER_CONFIG}/config.json`, env = { DOCKER_CONFIG };
  await Deno.writeTextFile(file, JSON.stringify({ detachKeys: "ctrl-x", auths: {} }));
  await withRegistry({ tls, authentication: true }, async ({ host }) => {
    const name = `${host}/app`;
    await box.ok(["tag", "busybox", name]);
    await box.fail(["push", name], 1, /no basic auth credentials/, { env });
    await box.fail(["pull", name], 1, /no basic auth credentials/, { env });
    await box.fail(["login", "-u", "alice", "--password-stdin", host], 1, /401 Unauthorized/, {
      env,
      stdin: "wrong",
    });
    const interactive = /^Error: Cannot perform an interactive login from a non TTY device\n$/;
    await box.fail(["login", host], 1, interactive, { env });
    await box.fail("login --password-stdin", 1, /^Must provide --username with --password-stdin/);
    deepEqual(readConfig(file), { detachKeys: "ctrl-x", auths: {} });

    const login = ["login", "-u", "alice", "--password-stdin", host];
    const { stdout, stderr, code } = await box.run(login, { env, stdin: "secret\n" });
    equal(code, 0, stderr);
    equal(stdout, "Login Succeeded\n");
    ok(stderr.startsWith(`WARNING! Your password will be stored unencrypted in ${file}.\n`));
    const auth = btoa("alice:secret");
    deepEqual(readConfig(file), { detachKeys: "ctrl-x", auths: { [host]: { auth } } });
    equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    match(await box.ok(["login", host], { env }), /^Authenticating with existing credentials/);

    // As if the authority were unknown: it is this machine's own registry.
    await box.ok(["push", name], { env });
    // With an authority, as docker has it.
    const config = await directory(box, "config");
    const certificates = await directory(box, `config/box/certs.d/${host}`);
    await Deno.copyFile(`${tls}/ca.crt`, `${certificates}/ca.crt`);
    const store = box.otherStore("pulled"), known = { ...env, XDG_CONFIG_HOME: config };
    await store.ok(["pull", name], { env: known });
    equal(await box.ok(["logout", host], { env }), `Removing login credentials for ${host}`);
    equal(await box.ok(["logout", host], { env }), `Not logged in to ${host}`);
    deepEqual(readConfig(file), { detachKeys: "ctrl-x", auths: {} });
    await box.fail(["push", name], 1, /no basic auth credentials/, { env });

    const terminal = box.terminal(["login", host], { env });
    await terminal.waitFor("Username: ");
    await terminal.write("alice\n");
    await terminal.waitFor("Password: ");
    await terminal.write("secret\n");
    await terminal.waitFor("Login Succeeded");
    equal((await terminal.wait()).code, 0);
    ok(!terminal.stdout.includes("secret"), terminal.stdout);

    // A helper keeps them in a file of its own.
    await Deno.writeTextFile(
      file,
      JSON.stringify({ credsStore: "none", credHelpers: { [host]: "test" } }),
    );
    const bin = await directory(box, "bin"), helper = `${bin}/docker-credential-test`;
    await Deno.writeTextFile(
      helper,
      `#!/bin/sh
case $1 in
  store) cat > ${bin}/kept ;;
  get) cat > /dev/null; cat ${bin}/kept 2>/dev/null || {
    echo credentials not found in native keychain; exit 1; } ;;
  erase) cat > /dev/null; rm ${bin}/kept ;;
esac
`,
      { mode: 0o755 },
    );
    const helped = { ...env, PATH: `${bin}:${box.defaults.env!.PATH}` };
    const quiet = await box.run(login, { env: helped, stdin: "secret" });
    equal(quiet.stdout + quiet.stderr, "Login Succeeded\n");
    deepEqual(readConfig(`${bin}/kept`), { ServerURL: host, Username: "alice", Secret: "secret" });
    ok(!Deno.readTextFileSync(file).includes(auth));
    await box.ok(["push", name], { env: helped });
    await box.ok(["logout", host], { env: helped });
    await box.fail(["push", name], 1, /no basic auth credentials/, { env: helped });
    await box.fail(["push", name], 1, /docker-credential-test": executable file not found/, {
      env,
    });
    // All servers' credentials can be kept by one.
    await Deno.writeTextFile(file, JSON.stringify({ credsStore: "test" }));
    await box.ok(login, { env: helped, stdin: "secret" });
    deepEqual(readConfig(file), { credsStore: "test", auths: { [host]: {} } });
    await box.ok(["push", name], { env: helped });
  });
});

boxTest(
  "tokens are asked for with what they are to be used for, and only where that is safe",
  async (box) => {
    await box.busybox();
    await withRegistry({}, async (registry) => {
      await using guarded = new FaultyRegistry(registry);
      const name = `${guarded.host}/team/app`,
        asked: URL[] = [],
        authorizations: (string | null)[] = [];
      let password = "Basic " + btoa("alice:secret");
      guarded.misbehave((request, url) => {
        const authorization = request.headers.get("authorization");
        if (url.pathname === "/token") {
          asked.push(url);
          authorizations.push(authorization);
          return authorization === password
            ? Response.json({
              token: `token-for ${url.searchParams.get("scope")}`.replaceAll(" ", "_"),
            })
            : refusal(401, "UNAUTHORIZED", "incorrect username or password");
        }
        if (authorization?.startsWith("Bearer token-for_")) return undefined;
        return refusal(401, "UNAUTHORIZED", "authentication required", {
          "www-authenticate":
            `Bearer realm="http://${guarded.host}/token",service="the registry, 1",scope="x:y:z"`,
        });
      });
      const env = { DOCKER_CONFIG: await directory(box, "docker") };
      const login = ["login", "-u", "alice", "-p", "secret", guarded.host];
      match(
        (await box.run(login, { env })).stderr,
        /^WARNING! Using --password via the CLI is insec/,
      );
      await box.ok(["tag", "busybox", name]);
      asked.length = 0;
      await box.ok(["push", name], { env });
      await box.otherStore("pulled").ok(["pull", name], { env });
      deepEqual(asked.map(({ searchParams }) => searchParams.get("scope")), [
        "repository:team/app:pull,push",
        "repository:team/app:pull",
      ]);
      ok(asked.every(({ searchParams }) => searchParams.get("service") === "the registry, 1"));
      password = "another";
      const refused = /unauthorized: incorrect username or password/;
      await box.fail(["pull", name], 1, refused, { env });
      await box.fail(login, 1, refused, { env });
    });
  },
);

boxTest("the configuration file: mirrors, and what is not understood", async (box) => {
  await box.busybox();
  await withRegistry({}, async ({ host }) => {
    await box.ok(["tag", "busybox", `${host}/library/mirrored`]);
    await box.ok(["push", `${host}/library/mirrored`]);
    const config = await directory(box, "config/box"),
      env = { XDG_CONFIG_HOME: `${box.temp}/config` };
    const write = (settings: object) =>
      Deno.writeTextFile(`${config}/config.json`, JSON.stringify(settings));
    // The first cannot be reached, and the second does not have it.
    const others = ["http://127.0.0.1:1", `http://${host}/nothing`];
    await write({ "registry-mirrors": [...others, `http://${host}/`] });
    const store = box.otherStore("pulled");
    match(await store.ok("pull mirrored", { env }), /\ndocker.io\/library\/mirrored:latest$/);
    equal(await store.ok("images --format {{.Repository}}:{{.Tag}}"), "mirrored:latest");
    await write({ "registry-mirror": [] });
    const words =
      /config\.json: the following directives don't match any configuration option: reg/;
    await store.fail("pull mirrored", 1, words, { env });
    await using searched = new FaultyRegistry({ host });
    const found = (name: string, stars: number, official: boolean) => ({
      name,
      description: `${name} is\n${"long ".repeat(20)}`,
      star_count: stars,
      is_official: official,
      is_automated: false,
    });
    searched.misbehave((_, url) =>
      url.pathname === "/v1/search" && url.search === "?q=app&n=2"
        ? Response.json({ results: [found("few", 1, false), found("many", 700, true)] })
        : undefined
    );
    await write({});
    const search = ["search", "--limit", "2", `${searched.host}/app`];
    deepEqual((await store.ok(search, { env })).split("\n").map((line) => line.trimEnd()), [
      "NAME      DESCRIPTION                                     STARS     OFFICIAL   AUTOMATED",
      "many      many is long long long long long long long l…   700       [OK]",
      "few       few is long long long long long long long lo…   1",
    ]);
    const official = [...search, "-f", "is-official=false", "--format", "{{.Name}} {{.StarCount}}"];
    equal(await store.ok(official, { env }), "few 1");
    const long = await store.ok([...search, "--no-trunc", "--format", "{{.Description}}"], { env });
    equal(long.split("\n")[0].trimEnd(), `many is ${"long ".repeat(20)}`.trimEnd());
    await store.fail("search --limit 101 x", 1, /Limit 101 is outside the range of \[1, 100\]/);
    await write({ "registry-mirrors": ["ftp://x"] });
    await store.fail("pull mirrored", 1, /invalid mirror: unsupported scheme in "ftp:/, { env });
  });
});

boxTest("a registry that wants to know the client's certificate", async (box) => {
  await box.busybox();
  const tls = await directory(box, "tls"), env = { XDG_CONFIG_HOME: `${box.temp}/config` };
  await withRegistry({ tls, clientCertificates: true }, async ({ host }) => {
    const name = `${host}/app`, certificates = await directory(box, `config/box/certs.d/${host}`);
    await directory(box, "config/box");
    const settings = JSON.stringify({ "max-download-attempts": 1 });
    await Deno.writeTextFile(`${box.temp}/config/box/config.json`, settings);
    await box.ok(["tag", "busybox", name]);
    await Deno.copyFile(`${tls}/ca.crt`, `${certificates}/ca.crt`);
    await box.fail(["push", name], 1, /./, { env });
    await Deno.copyFile(`${tls}/client.cert`, `${certificates}/client.cert`);
    const missing = /missing key client.key for client certificate client.cert/;
    await box.fail(["push", name], 1, missing, { env });
    await Deno.copyFile(`${tls}/client.key`, `${certificates}/client.key`);
    await box.ok(["push", name], { env });
    match(await box.ok(["pull", name], { env }), /Image is up to date/);
  });
});

boxTest(
  "a registry behind a proxy, and one that is not to be asked for through it",
  async (box) => {
    await box.busybox();
    await withRegistry({}, async (registry) => {
      await box.ok(["tag", "busybox", `${registry.host}/app`]);
      await box.ok(["push", `${registry.host}/app`]);
      await using proxy = new FaultyRegistry(registry);
      const env = {
        HTTP_PROXY: `http://${proxy.host}`,
        HTTPS_PROXY: `http://${proxy.host}`,
        XDG_CONFIG_HOME: `${box.temp}/config`,
      };
      const config = await directory(box, "config/box"), store = box.otherStore("pulled");
      const settings = { "insecure-registries": ["registry.test"], "max-download-attempts": 1 };
      await Deno.writeTextFile(`${config}/config.json`, JSON.stringify(settings));
      await store.ok(["pull", "registry.test/app"], { env });
      ok(proxy.seen.some(({ path }) => path === "/v2/app/manifests/latest"));
      proxy.misbehave(() => undefined);
      const direct = { ...env, NO_PROXY: "other.test,registry.test" };
      await store.fail(["pull", "registry.test/app"], 1, /registry\.test/, { env: direct });
      match(await store.ok(["pull", `${registry.host}/app`], { env }), /Downloaded newer image/);
      deepEqual(proxy.seen, []);
    });
  },
);

boxTest(
  "a registry whose certificate does not matter, behind a proxy with a password",
  async (box) => {
    await box.busybox();
    const tls = await directory(box, "tls");
    await withRegistry({ tls }, async ({ host }) => {
      await using proxy = new ConnectProxy(host, "user:secret/word");
      const config = await directory(box, "config/box");
      await Deno.writeTextFile(`${config}/config.json`, '{"max-download-attempts": 1}');
      const via = (password: string) => {
        const url = `http://user:${encodeURIComponent(password)}@${proxy.host}`;
        return { HTTPS_PROXY: url, HTTP_PROXY: url, XDG_CONFIG_HOME: `${box.temp}/config` };
      };
      const env = via("secret/word"), name = "registry.test/app", lax = "--tls-verify=false";
      await box.ok(["tag", "busybox", name]);
      await box.fail(["push", "-q", name], 1, /certificate/, { env });
      await box.ok(["push", "-q", lax, name], { env });
      equal(
        await box.otherStore("pulled").ok(["pull", "-q", lax, name], { env }),
        `${name}:latest`,
      );
      deepEqual([...new Set(proxy.asked)], ["registry.test:443"]);
      const refused = await box.run(["push", "-q", lax, name], { env: via("wrong") });
      equal(refused.code, 1);
      match(refused.stderr, /Proxy Authentication Required/);
      ok(!refused.stderr.includes("wrong"), refused.stderr);
    });
  },
);

boxTest("a registry that believes the tokens of somebody else", async (box) => {
  await box.busybox();
  await using tokens = await TokenServer.start(await directory(box, "keys"));
  await withRegistry({ tokens }, async ({ host }) => {
    const env = { DOCKER_CONFIG: await directory(box, "docker") }, name = `${host}/team/app`;
    await box.ok(["tag", "busybox", name]);
    await box.fail(["push", name], 1, /unauthorized|denied/, { env });
    const login = ["login", "-u", "alice", "--password-stdin", host];
    await box.fail(login, 1, /unauthorized/, { env, stdin: "wrong" });
    await box.ok(login, { env, stdin: "secret" });
    tokens.asked.length = 0;
    await box.ok(["push", name], { env });
    await box.ok(["tag", name, `${host}/team/copy`]);
    match(await box.ok(["push", `${host}/team/copy`], { env }), /: Mounted from team\/app\n/);
    deepEqual(tokens.asked, [
      "alice: repository:team/app:pull,push",
      "alice: repository:team/copy:pull,push",
      "alice: repository:team/copy:pull,push repository:team/app:pull",
    ]);
    // Anybody may pull.
    equal(await box.otherStore("pulled").ok(["pull", "-q", name]), `${name}:latest`);
  });
});
