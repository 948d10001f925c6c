/** Registries that fail, lie and attack: each ends in a clear error or in success, and nothing wrong is ever in the store. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, eventually, storeLeftovers, withRegistry } from "./harness.ts";
import { type Fault, FaultyRegistry, refusal } from "./registry/faulty_registry.ts";
import { getManifest } from "./registry/documents.ts";

const SECRET = "very-secret-password";

/** An image of two layers in the registry behind. */
async function prepare(box: Box, host: string) {
  await box.busybox();
  const stdin = "FROM busybox\nRUN head -c 3000000 /dev/urandom > /random\n";
  await box.ok("build -t app -", { stdin });
  await box.ok(["tag", "app", `${host}/app`]);
  await box.ok(["push", `${host}/app`]);
  return JSON.parse((await getManifest(host, "app", "latest")).text);
}

/** An environment in which box knows these registries, and gives up after so many attempts; silence is 2 seconds. */
async function surroundings(box: Box, attempts: number, auths = {}) {
  const directory = `${box.temp}/config-${attempts}`;
  await Deno.mkdir(`${directory}/box`, { recursive: true });
  const settings = { "max-download-attempts": attempts, "registry-timeout": 2 };
  await Deno.writeTextFile(`${directory}/box/config.json`, JSON.stringify(settings));
  await Deno.writeTextFile(`${directory}/config.json`, JSON.stringify({ auths }));
  return { XDG_CONFIG_HOME: directory, DOCKER_CONFIG: directory };
}

const isBlob = (url: URL, digest: string) => url.pathname.endsWith(`/blobs/${digest}`);

boxTest("a registry that fails for now does not fail a pull", async (box) => {
  await withRegistry({}, async (registry) => {
    const manifest = await prepare(box, registry.host), env = await surroundings(box, 9);
    await using faulty = new FaultyRegistry(registry);
    const name = `${faulty.host}/app`, layer = manifest.layers[1].digest;
    const store = box.otherStore("pulled"), ranges: (string | null)[] = [];
    const faults: [what: string, fault: Fault][] = [
      ["errors of its own, and too many requests", (_, url, count) => {
        if (count > 1) return undefined;
        if (isBlob(url, layer)) return new Response("trouble", { status: 503 });
        return url.pathname.endsWith("/latest")
          ? new Response("slow down", { status: 429, headers: { "retry-after": "0" } })
          : undefined;
      }],
      ["a connection that breaks in the middle, twice", (request, url, count) => {
        const part = isBlob(url, layer) && count <= 2;
        return part ? faulty.cut(request, count * 900_000, "break") : undefined;
      }],
      ["a connection that falls silent", (request, url, count) => {
        return isBlob(url, layer) && count === 1
          ? faulty.cut(request, 100_000, "stall")
          : undefined;
      }],
      ["no ranges, and a connection that breaks", async (request, url, count) => {
        if (!isBlob(url, layer)) return await faulty.forward(request);
        if (count === 1) return await faulty.cut(request, 1_000_000, "break");
        const headers = new Headers(request.headers);
        headers.delete("range");
        return await faulty.forward(new Request(request.url, { headers }));
      }],
      ["a redirect to where the blob is", (request, url) => {
        if (!isBlob(url, layer)) return undefined;
        ok(request.headers.get("range") === null);
        const location = `http://${registry.host}${url.pathname}?signature=${SECRET}`;
        return new Response(null, { status: 307, headers: { location } });
      }],
    ];
    for (const [what, fault] of faults) {
      faulty.misbehave(fault);
      await store.ok(["pull", name], { env });
      equal(await store.ok(["run", "--rm", name, "stat", "-c", "%s", "/random"]), "3000000", what);
      await store.ok(["rmi", name]);
      const requests = faulty.seen.filter(({ path }) => path.endsWith(layer));
      ranges.push(...requests.map(({ headers }) => headers.get("range")));
    }
    // What had arrived is not asked for again.
    ok(ranges.some((range) => /^bytes=[1-9][0-9]*-$/.test(range ?? "")), `${ranges}`);
  });
});

boxTest("a registry that lies or attacks is refused, and leaves nothing", async (box) => {
  await withRegistry({}, async (registry) => {
    const manifest = await prepare(box, registry.host);
    await using faulty = new FaultyRegistry(registry);
    await using trap = new FaultyRegistry(registry);
    trap.misbehave(() => new Response("trapped", { status: 200 }));
    const auths = { [faulty.host]: { auth: btoa(`alice:${SECRET}`) } };
    const patient = { ...await surroundings(box, 2, auths), XDG_CONFIG_HOME: `${box.temp}/none` };
    await Deno.mkdir(`${box.temp}/none/box`, { recursive: true });
    const settings = JSON.stringify({ "max-download-attempts": 2 });
    await Deno.writeTextFile(`${box.temp}/none/box/config.json`, settings);
    const name = `${faulty.host}/app`,
      [base, layer] = manifest.layers,
      store = box.otherStore("new");
    const served = (body: object | string, type = manifest.mediaType): Fault => (_, url) =>
      url.pathname.endsWith("/latest")
        ? new Response(typeof body === "string" ? body : JSON.stringify(body), {
          headers: { "content-type": type },
        })
        : undefined;
    const onBlob =
      (answer: (request: Request) => Response | Promise<Response>): Fault => (request, url) =>
        isBlob(url, layer.digest) ? answer(request) : undefined;
    const redirect = (location: string) =>
      onBlob(() => new Response(null, { status: 307, headers: { location } }));
    const changed = (change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) =>
      onBlob(async (request) => {
        const response = await faulty.forward(request);
        const bytes = new Uint8Array(await response.arrayBuffer());
        return new Response(change(bytes));
      });
    const layers = Array.from({ length: 10_000 }, () => layer);
    const huge = { ...manifest, annotations: { filler: "x".repeat(5 << 20) } };
    const index = "application/vnd.oci.image.index.v1+json";
    const faults: [what: string, fault: Fault, message: RegExp][] = [
      [
        "404",
        () => refusal(404, "NAME_UNKNOWN", "unknown"),
        /pull access denied for .*may require/,
      ],
      [
        "403",
        () => refusal(403, "DENIED", "go \x1b[31maway"),
        /pull access denied.*: denied: go {2}?/,
      ],
      ["500", () => new Response("<html>", { status: 500 }), /unexpected HTTP status: 500/],
      ["429", () => refusal(429, "TOOMANYREQUESTS", "slow"), /toomanyrequests: slow/],
      ["a login that does not help", () => {
        const headers = { "www-authenticate": 'Basic realm="x"' };
        return refusal(401, "UNAUTHORIZED", "authentication required", headers);
      }, /unauthorized: authentication required/],
      ["a manifest that is none", served("hello"), /is not valid JSON/],
      ["a huge manifest", served(huge), /manifest latest is larger than 4194304 bytes/],
      ["10,000 layers", served({ ...manifest, layers }), /max depth exceeded/],
      ["another media type", served(manifest, "text/html"), /unsupported media type "text\/html"/],
      ["index and manifest in one", served({ ...manifest, manifests: [] }), /could be both/],
      ["index for a manifest", served(manifest, index), /media type/],
      ["one layer less", served({ ...manifest, layers: [base] }), /layers length mismatch/],
      [
        "layers that are not the configuration's",
        served({ ...manifest, layers: [layer, base] }),
        /is not what the configuration says/,
      ],
      [
        "a layer that is somewhere else",
        served({
          ...manifest,
          layers: [base, {
            ...layer,
            mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            digest: `sha256:${"5".repeat(64)}`,
            urls: [`http://${trap.host}/layer`],
          }],
        }),
        /layer sha256:5{64} is foreign, .* box does not fetch layers from elsewhere/,
      ],
      [
        "a digest in its headers that is not the manifest's",
        (_, url) =>
          url.pathname.endsWith("/latest")
            ? Response.json(manifest, {
              headers: {
                "docker-content-digest": layer.digest,
                "content-type": manifest.mediaType,
              },
            })
            : undefined,
        /manifest verification failed for digest/,
      ],
      [
        "a wrong configuration",
        (_, url) =>
          isBlob(url, manifest.config.digest)
            ? new Response("x".repeat(manifest.config.size))
            : undefined,
        /image verification failed for digest/,
      ],
      [
        "a bit that is not right",
        changed((bytes) =>
          bytes.with(bytes.length - 9, bytes.at(-9)! ^ 1) as Uint8Array<ArrayBuffer>
        ),
        /verification failed|failed to register layer/,
      ],
      ["too much", changed((bytes) => new Uint8Array([...bytes, 0])), /is longer than the/],
      ["too little", changed((bytes) => bytes.slice(0, 1000)), /ends after 1000 of [0-9]+ bytes/],
      [
        "its halves exchanged",
        changed((bytes) => {
          const middle = bytes.length >> 1;
          return new Uint8Array([...bytes.subarray(middle), ...bytes.subarray(0, middle)]);
        }),
        /verification failed|failed to register layer/,
      ],
      ["503", onBlob(() => new Response("trouble", { status: 503 })), /HTTP status: 503/],
      ["nothing", changed(() => new Uint8Array(0)), /ends after 0 of/],
      ["another layer", changed((bytes) => new Uint8Array(bytes.length)), /verification failed/],
      [
        "another part",
        onBlob((request) =>
          request.headers.has("range")
            ? new Response("x", { status: 206, headers: { "content-range": "bytes 7-7/9" } })
            : new Response("x")
        ),
        /gave another part of blob/,
      ],
      ["silence", onBlob((request) => faulty.cut(request, 10, "stall")), /no answer for 2 seconds/],
      [
        "a redirect in a circle",
        onBlob((request) =>
          new Response(null, { status: 302, headers: { location: request.url } })
        ),
        /10 redirects/,
      ],
      ["a redirect to a file", redirect("file:///etc/passwd"), /refusing .* redirect to file:/],
      ["a redirect to nowhere", redirect("http://"), /refusing to follow a redirect/],
      ["a redirect elsewhere", redirect(`http://${trap.host}/x?${SECRET}`), /ends after 7 of/],
      ["a token server that could be anybody", () =>
        refusal(401, "UNAUTHORIZED", "x", {
          "www-authenticate": 'Bearer realm="file:///etc/passwd",service="x"',
        }), /token server is no good/],
    ];
    for (const [what, fault, message] of faults) {
      faulty.misbehave(fault);
      const env = what === "silence" ? await surroundings(box, 2, auths) : patient;
      const { code, stdout, stderr } = await store.run(["pull", name], { env });
      equal(code, 1, `${what}: ${stdout}${stderr}`);
      match(stderr, message, `${what}: ${stderr}`);
      ok(!(stdout + stderr).includes(SECRET), `${what} tells a secret: ${stderr}`);
      // deno-lint-ignore no-control-regex
      ok(!/[\x00-\x09\x0b-\x1f]/.test(stderr), what);
      deepEqual(storeLeftovers(`${box.temp}/new`), [], what);
    }
    equal(await store.ok("images -q"), "");
    const leaked = trap.seen.filter(({ headers }) => headers.has("authorization"));
    deepEqual(leaked, []);
    ok(trap.seen.length > 0);
  });
});

boxTest("a pull that is killed leaves a store that the next command clears up", async (box) => {
  await withRegistry({}, async (registry) => {
    const manifest = await prepare(box, registry.host);
    await using faulty = new FaultyRegistry(registry);
    const name = `${faulty.host}/app`, store = box.otherStore("killed");
    const layer = manifest.layers[1].digest;
    faulty.misbehave((request, url) =>
      isBlob(url, layer) ? faulty.cut(request, 2_000_000, "stall") : undefined
    );
    const pull = store.spawn(["pull", name]);
    await pull.waitFor("Pull complete");
    await eventually(
      "the layer is being unpacked",
      () => storeLeftovers(`${box.temp}/killed`).length > 0,
    );
    pull.kill("SIGKILL");
    await pull.wait().catch(() => {});
    equal(await store.ok("images -q"), "");
    faulty.misbehave(() => undefined);
    await store.ok(["pull", name]);
    deepEqual(storeLeftovers(`${box.temp}/killed`), []);
    equal(await store.ok(["run", "--rm", name, "stat", "-c", "%s", "/random"]), "3000000");
  });
});

boxTest("uploads go on after what breaks them, or say why not", async (box) => {
  await withRegistry({}, async (registry) => {
    await prepare(box, registry.host);
    await using faulty = new FaultyRegistry(registry);
    const name = `${faulty.host}/pushed`;
    await box.ok(["tag", "app", name]);
    const isHead = ({ method }: Request, url: URL) =>
      method === "HEAD" && url.pathname.includes("/blobs/");
    // Nothing is there, and nothing can be mounted: all has to be sent.
    const bare: Fault = (request, url) => {
      if (isHead(request, url)) return new Response(null, { status: 404 });
      if (!url.searchParams.has("mount")) return undefined;
      return refusal(400, "UNSUPPORTED", "no");
    };
    let lost: string | null = null, resumed = 0;
    faulty.misbehave(async (request, url, count) => {
      // What was sent has arrived, but the answer gets lost.
      if (request.method === "PATCH" && count === 1) {
        const response = await faulty.forward(request);
        await response.body?.cancel();
        lost = response.headers.get("location");
        return new Response("gone", { status: 502 });
      }
      if (request.method === "GET" && url.pathname.includes("/uploads/") && lost) {
        resumed++;
        return await faulty.forward(new Request(lost));
      }
      if (request.method === "POST" && count === 1) return new Response("busy", { status: 503 });
      return await bare(request, url, count) ?? await faulty.forward(request);
    });
    const pushed = /digest: (sha256:\S+)/.exec(await box.ok(["push", name]))?.[1];
    equal(pushed, (await getManifest(registry.host, "pushed", "latest")).digest);
    ok(resumed > 0);
    faulty.misbehave((request, url, count) =>
      request.method === "POST" ? refusal(403, "DENIED", "read only") : bare(request, url, count)
    );
    await box.fail(["push", name], 1, /^denied: read only\n$/);
    faulty.misbehave((request, url, count) =>
      request.method === "PUT" && url.pathname.includes("/manifests/")
        ? refusal(413, "SIZE_INVALID", "too much")
        : bare(request, url, count)
    );
    await box.fail(["push", name], 1, /^size invalid: too much\n$/);
  });
});
