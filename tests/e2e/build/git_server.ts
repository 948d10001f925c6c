/** A Git repository on a web server of the test's own. */

/** Commits what is in a directory, and serves it at the URL until it is disposed of; other paths are those of `files`. */
export function serveRepository(path: string, files: Record<string, string> = {}) {
  const git = (...args: string[]) => {
    const names = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main"];
    const { success, stderr } = new Deno.Command("git", { args: ["-C", path, ...names, ...args] })
      .outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "-m", "one");
  git("tag", "v1");
  git("update-server-info");
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (files[pathname] !== undefined) return new Response(files[pathname]);
      try {
        const file = `${path}/.git${pathname.replace(/^\/r\.git/, "")}`;
        return new Response(await Deno.readFile(file));
      } catch {
        return new Response("", { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
