import assert from "node:assert/strict";
import { listNames } from "../../../../../ffi/directory.ts";
import { GitCheckout } from "../../../../../runtime/build/context/git_source.ts";
import { parseGitUrl } from "../../../../../runtime/build/context/git_url.ts";
import { Store } from "../../../../../storage/store.ts";
import { root as asRoot } from "../../../../e2e/harness/needs.ts";
import { testWith } from "../../../../e2e/harness/skip.ts";

const urls: [string, ReturnType<typeof parseGitUrl>][] = [
  ["https://host/a.git", { remote: "https://host/a.git" }],
  ["https://host/a.git#v1", { remote: "https://host/a.git", reference: "v1" }],
  ["git@host:a/b.git#v1:sub", { remote: "git@host:a/b.git", reference: "v1", subdirectory: "sub" }],
  ["ssh://git@host/a#:sub", { remote: "ssh://git@host/a", subdirectory: "sub" }],
  ["https://host/a.tar.gz", undefined],
  ["a.git", undefined],
];

for (const [text, expected] of urls) {
  Deno.test(`parseGitUrl: ${text}`, () => assert.deepEqual(parseGitUrl(text), expected));
}

function hasGit(): boolean {
  try {
    return new Deno.Command("git", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

testWith([asRoot], "ADD of a repository: a branch, a tag, a commit", async () => {
  if (!hasGit()) return;
  const path = Deno.makeTempDirSync();
  const git = (...args: string[]) => {
    const names = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"];
    const command = new Deno.Command("git", { args: ["-C", `${path}/tree`, ...names, ...args] });
    const { success, stdout, stderr } = command.outputSync();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  Deno.mkdirSync(`${path}/tree/sub`, { recursive: true });
  git("init", "--quiet");
  Deno.writeTextFileSync(`${path}/tree/sub/file`, "one");
  git("add", ".");
  git("commit", "--quiet", "-m", "one");
  git("tag", "v1");
  const first = git("rev-parse", "HEAD");
  Deno.writeTextFileSync(`${path}/tree/sub/file`, "two");
  git("commit", "--quiet", "-am", "two");
  git("update-server-info");
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const file = `${path}/tree/.git${pathname.replace("/r.git", "")}`;
      try {
        return new Response(await Deno.readFile(file));
      } catch {
        return new Response("", { status: 404 });
      }
    },
  );
  const remote = `http://127.0.0.1:${server.addr.port}/r.git`;
  const store = new Store(`${path}/store`);
  try {
    store.ensureLayout();
    for (
      const [reference, content] of [[undefined, "two"], ["main", "two"], ["v1", "one"], [
        first,
        "one",
      ]]
    ) {
      using checkout = await GitCheckout.fetch(store, { remote, reference, subdirectory: "sub" });
      const [source] = checkout.sources;
      assert.equal(source.path, "sub");
      const directory = listNames(store.temporary)[0];
      const root = `${store.temporary}/${directory}`;
      assert.equal(Deno.readTextFileSync(`${root}/sub/file`), content);
      assert.deepEqual(listNames(root), ["sub"]);
    }
    await assert.rejects(
      GitCheckout.fetch(store, { remote, reference: "none" }),
      /has no reference none/,
    );
    await assert.rejects(
      GitCheckout.fetch(store, { remote, reference: "--upload-pack=x" }),
      /invalid git reference/,
    );
    assert.deepEqual(listNames(store.temporary), []);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
});
