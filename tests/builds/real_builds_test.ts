/**
 * Builds of what people build: packages of Debian and of npm, a compiler, servers that then answer. They take minutes and need
 * the servers of packages, so they are a task of their own: `deno task test:builds`.
 */
import { equal, match, ok } from "node:assert/strict";
import { build, context } from "../e2e/build/context.ts";
import { boxTest } from "../e2e/harness.ts";
import { answerOf, DEBIAN, NPM, reachable } from "./servers.ts";

const options = { network: "default" } as const;

boxTest("nginx from Debian's packages is installed, run and answers", options, async (box) => {
  await reachable(DEBIAN);
  await box.debian();
  const path = context(
    box,
    `FROM debian
     ENV DEBIAN_FRONTEND=noninteractive
     RUN apt-get update && apt-get install -y --no-install-recommends nginx && \\
         rm -rf /var/lib/apt/lists/*
     RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
     COPY --chown=www-data index.html /var/www/html/
     EXPOSE 80
     STOPSIGNAL SIGQUIT
     CMD ["nginx", "-g", "daemon off;"]`,
    { "index.html": "nginx runs\n" },
  );
  await build(box, path, "-t", "web");
  equal(await answerOf(box, "web"), "nginx runs\n");
  const owner = await box.ok("run --rm --network none web stat -c %U /var/www/html/index.html");
  equal(owner, "www-data");
});

boxTest(
  "what gcc has made in one stage runs alone in an image of its own",
  options,
  async (box) => {
    await reachable(DEBIAN);
    await box.debian();
    const path = context(
      box,
      `FROM debian AS compiler
     RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
         rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && \\
         apt-get install -y --no-install-recommends gcc libc6-dev make
     WORKDIR /source
     COPY . .
     ARG GREETING
     RUN make CFLAGS="-O2 -static -DGREETING='\\"$GREETING\\"'" hello && ./hello

     FROM scratch
     COPY --from=compiler /source/hello /hello
     ENTRYPOINT ["/hello"]`,
      {
        "hello.c": `#include <stdio.h>
        int main(int argc, char **argv) { printf("%s, %s\\n", GREETING, argc > 1 ? argv[1] : "world"); }`,
        ".dockerignore": "Dockerfile\n",
      },
    );
    const output = await build(box, path, "-t", "hello", "--build-arg", "GREETING=Good morning");
    match(output, /Good morning, world/);
    equal(await box.ok("run --rm --network none hello container"), "Good morning, container");
    equal(
      (await box.ok(["inspect", "-f", "{{json .RootFS.Layers}}", "hello"])).split(",").length,
      1,
    );
  },
);

boxTest(
  "an application of npm is installed from its lock file and answers",
  options,
  async (box) => {
    await reachable(DEBIAN);
    await reachable(NPM);
    await box.debian();
    const certificates = "/etc/ssl/certs/ca-certificates.crt";
    const path = context(
      box,
      `FROM debian AS node
     RUN apt-get update && apt-get install -y --no-install-recommends nodejs ca-certificates
     ADD ${NPM}npm/-/npm-9.9.4.tgz /tmp/npm.tgz
     RUN mkdir -p /opt/npm && tar -xzf /tmp/npm.tgz -C /opt/npm --strip-components=1 && \\
         ln -s ../../../opt/npm/bin/npm-cli.js /usr/local/bin/npm && chmod +x /opt/npm/bin/npm-cli.js
     RUN useradd --create-home app
     USER app
     WORKDIR /home/app/src
     ENV NODE_EXTRA_CA_CERTS=/run/secrets/authorities

     FROM node AS lock
     COPY --chown=app package.json .
     RUN --mount=type=secret,id=authorities,uid=1000 npm install --package-lock-only

     FROM node
     COPY --from=lock --chown=app /home/app/src/package*.json ./
     RUN --mount=type=secret,id=authorities,uid=1000 \\
         --mount=type=cache,target=/home/app/.npm,uid=1000,gid=1000 npm ci --omit=dev
     COPY --chown=app server.js .
     ENV NODE_ENV=production NODE_EXTRA_CA_CERTS=
     EXPOSE 3000
     CMD ["node", "server.js"]`,
      {
        "package.json": JSON.stringify({
          name: "app",
          version: "1.0.0",
          dependencies: { express: "4.21.2" },
        }),
        "server.js": `const server = require("express")();
        server.get("/", (_, response) => response.send("express runs as " + process.getuid()));
        server.listen(3000);`,
      },
    );
    const secret = `id=authorities,src=${certificates}`;
    const output = await build(box, path, "-t", "app", "--secret", secret);
    match(output, /added \d\d packages/);
    equal(await answerOf(box, "app", 3000), "express runs as 1000");
    const again = await build(box, path, "-t", "app", "--secret", secret);
    ok(!/ DONE [1-9]/.test(again), "nothing is done twice");
  },
);
