/** Images that go to a registry and come from there, of box and of others. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { boxTest, needs, run, withDockerd, withPodman, withRegistry } from "./harness.ts";
import { withSceneRegistry } from "../../tools/compile/scene_registry.ts";
import { getManifest, putBlob, putIndex, putManifest } from "./registry/documents.ts";
import { copyManifest, copyWithSha512, getBlobOf, putBlobAs } from "./registry/odd_images.ts";

const digestIn = (text: string) => /digest: (sha256:[0-9a-f]{64})/.exec(text)?.[1] ?? "";

boxTest("what box pushes, box pulls, and nothing is sent or fetched twice", async (box) => {
  await box.busybox();
  await box.ok(["commit", await box.ok("create busybox"), "app"]);
  await withRegistry({}, async ({ host }) => {
    const name = `${host}/team/app`, id = await box.ok("images -q --no-trunc app");
    await box.ok(["tag", "app", name]);
    const first = await box.ok(["push", name]), digest = digestIn(first);
    match(first, /^Using default tag: latest\nThe push refers to repository \[/);
    match(first, /\n[0-9a-f]{12}: Preparing\n(.*\n)*[0-9a-f]{12}: Pushed\n/);
    const { size, digest: stored } = await getManifest(host, "team/app", "latest");
    equal(stored, digest);
    ok(first.endsWith(`\nlatest: digest: ${digest} size: ${size}`), first);
    match(await box.ok(["push", name]), /: Layer already exists\n/);
    await box.ok(["tag", "app", `${host}/other:1`]);
    match(await box.ok(["push", `${host}/other:1`]), /: Mounted from team\/app\n/);
    equal(await box.ok(["push", "-q", `${host}/other:1`]), `${host}/other:1`);
    await box.ok(["tag", "app", `${host}/other:2`]);
    const both = await box.ok(["push", "-a", `${host}/other`]);
    for (const tag of [1, 2]) match(both, new RegExp(`^${tag}: digest: ${digest} `, "m"));
    await box.ok(["rmi", `${host}/other:2`]);
    deepEqual(
      JSON.parse(await box.ok(["image", "inspect", "-f", "{{json .RepoDigests}}", "app"])),
      [
        `${host}/other@${digest}`,
        `${name}@${digest}`,
      ],
    );

    const other = box.otherStore("other");
    const pulled = await other.ok(["pull", name]);
    match(pulled, /^Using default tag: latest\nlatest: Pulling from team\/app\n/);
    match(pulled, /\n[0-9a-f]{12}: Pulling fs layer\n(.*\n)*[0-9a-f]{12}: Pull complete\n/);
    ok(
      pulled.endsWith(
        `\nDigest: ${digest}\nStatus: Downloaded newer image for ${name}:latest\n${name}:latest`,
      ),
      pulled,
    );
    equal(await other.ok("images -q --no-trunc"), id);
    const again = await other.ok(["pull", name]);
    match(again, /Status: Image is up to date for/);
    ok(!again.includes("Pulling fs layer"), again);
    // The layers are there, though not the image that is asked for now.
    const all = await other.ok(["pull", "-a", `${host}/other`]);
    for (const tag of [1, 2]) match(all, new RegExp(`^${tag}: Pulling from other$`, "m"));
    await other.ok(["rmi", `${host}/other:2`]);
    match(await other.ok("images --digests"), new RegExp(`${host}/other +1 +${digest}`));
    deepEqual((await other.ok(["rmi", `${host}/other:1`])).split("\n"), [
      `Untagged: ${host}/other:1`,
      `Untagged: ${host}/other@${digest}`,
    ]);
    await other.ok(["rmi", name]);
    equal(await other.ok("images -q"), "");

    equal(await other.ok(["pull", "-q", `${name}@${digest}`]), `${name}@${digest}`);
    equal(await other.ok(["run", "--rm", `${name}@${digest}`, "echo", "hi"]), "hi");
    await other.ok(["rmi", `${name}@${digest}`]);
    const missing = await other.run(["run", "--rm", name, "echo", "hi"]);
    equal(missing.stdout, "hi\n");
    const start = `Unable to find image '${name}:latest' locally\nlatest: Pulling from team/app\n`;
    ok(missing.stderr.startsWith(start), missing.stderr);
    const newest = await other.run(["run", "--pull", "always", "--rm", name, "true"]);
    match(newest.stderr, /Image is up to date/);
    equal((await other.run(["run", "--rm", name, "true"])).stderr, "");
    await other.ok(["rmi", name]);
    const stdin = `FROM ${name}\nRUN echo built > /file\nFROM ${name}\nCOPY --from=0 /file /\n`;
    await other.ok("build -t built -", { stdin });
    equal(await other.ok("run --rm built cat /file"), "built");
    await other.fail(
      ["pull", `${host}/none`],
      1,
      /^Error response from daemon: manifest for .* not/,
    );
    await other.fail("push nothing", 1, /^An image does not exist locally with the tag: nothing\n/);
    await other.fail("push built:2", 1, /^tag does not exist: built:2\n/);
  });
});

boxTest("images of several platforms", async (box) => {
  await box.busybox();
  await withRegistry({}, async ({ host }) => {
    const name = `${host}/app`;
    await box.ok(["tag", "busybox", `${name}:1`]);
    await box.ok(["push", `${name}:1`]);
    const { own, foreign, index } = await putIndex(host, "app", "1", "all");
    const store = box.otherStore("other"), ids = () => store.ok("images -q --no-trunc");
    match(await store.ok(["pull", `${name}:all`]), new RegExp(`\nDigest: ${index}\n`));
    equal(await ids(), own);
    await store.ok(["pull", "--platform", "linux/riscv64", `${name}:all`]);
    ok((await ids()).includes(foreign));
    const none = /^no matching manifest for linux\/s390x in the manifest list entries\n$/;
    await store.fail(["pull", "--platform", "linux/s390x", `${name}:all`], 1, none);
    const shown = JSON.parse(await store.ok(["manifest", "inspect", `${name}:all`]));
    equal(shown.manifests.length, 2);
    const verbose = JSON.parse(await store.ok(["manifest", "inspect", "-v", `${name}:all`]));
    deepEqual(
      verbose.map((each: { Descriptor: { platform: unknown } }) => each.Descriptor.platform),
      [
        { os: "linux", architecture: "riscv64" },
        shown.manifests[1].platform,
      ],
    );
    await store.fail(["manifest", "inspect", `${name}:no`], 1, /^no such manifest: .*\/app:no\n$/);
  });
});

boxTest("docker, podman and skopeo understand what box pushes, and box what they push", {
  needs: [needs.program("skopeo")],
}, async (box) => {
  await box.busybox();
  await withRegistry({}, async ({ host }) => {
    const name = `${host}/app`;
    await box.ok(["tag", "busybox", name]);
    const digest = digestIn(await box.ok(["push", name]));
    const skopeo = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(["skopeo", ...args]);
      equal(code, 0, stderr);
      return stdout;
    };
    // skopeo verifies every digest on its way.
    const directory = `oci:${box.temp}/layout:app`, insecure = "--src-tls-verify=false";
    await skopeo("copy", "-q", insecure, `docker://${name}`, directory);
    for (const format of ["gzip", "zstd"]) {
      const target = `docker://${host}/${format}`;
      const compress = ["--dest-compress-format", format, "--dest-tls-verify=false"];
      await skopeo("copy", "-q", ...compress, directory, target);
      const pushed = JSON.parse(await skopeo("inspect", "--tls-verify=false", target)).Digest;
      const store = box.otherStore(format);
      match(await store.ok(["pull", `${host}/${format}`]), new RegExp(`\nDigest: ${pushed}\n`));
      equal(await store.ok(["run", "--rm", `${host}/${format}`, "echo", "hi"]), "hi");
    }
    await withPodman(async (podman) => {
      await podman.ok(["pull", "-q", name]);
      const { Digest } = JSON.parse(await podman.ok(["image", "inspect", name]))[0];
      equal(Digest, digest);
      const listed = `${host}/listed`, insecure = "--tls-verify=false";
      await podman.ok(["manifest", "create", "list"]);
      await podman.ok(["manifest", "add", insecure, "list", `docker://${name}`]);
      await podman.ok(["manifest", "push", "--all", insecure, "list", `docker://${listed}`]);
      equal(await box.ok(["pull", "-q", listed]), `${listed}:latest`);
      const format = ["image", "inspect", "-f", "{{.Id}}"];
      equal(await box.ok([...format, listed]), await box.ok([...format, "busybox"]));
    });
    await withDockerd(`${box.temp}/docker`, async (docker) => {
      match(await docker.ok(["pull", name]), new RegExp(`Digest: ${digest}\n`));
      equal(await docker.ok(["run", "--rm", "--network=none", name, "echo", "hi"]), "hi");
      // The same blobs give the very manifest that docker makes.
      await docker.ok(["tag", name, `${name}:docker`]);
      equal(digestIn(await docker.ok(["push", `${name}:docker`])), digest);
      await docker.ok(["import", "-c", 'CMD ["sh"]', "-", `${host}/made`], {
        stdin: await Deno.readFile(await emptyTar(box.temp)),
      });
      const made = digestIn(await docker.ok(["push", `${host}/made`]));
      match(await box.ok(["pull", `${host}/made`]), new RegExp(`Digest: ${made}\n`));
      equal(digestIn(await box.ok(["push", `${host}/made`])), made);
    });
  });
});

boxTest("a layer that is not compressed", async (box) => {
  await withRegistry({}, async ({ host }) => {
    // Text, as all that putBlob takes.
    const layer = await putBlob(host, "plain", await Deno.readTextFile(await emptyTar(box.temp)));
    const config = await putBlob(
      host,
      "plain",
      JSON.stringify({
        architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
        os: "linux",
        rootfs: { type: "layers", diff_ids: [layer.digest] },
      }),
    );
    const descriptor = ({ digest, size }: typeof layer, type: string) => ({
      mediaType: `application/vnd.oci.image.${type}`,
      digest,
      size,
    });
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const { digest } = await putManifest(host, "plain", "latest", {
      schemaVersion: 2,
      mediaType,
      config: descriptor(config, "config.v1+json"),
      layers: [descriptor(layer, "layer.v1.tar")],
    }, mediaType);
    match(await box.ok(["pull", `${host}/plain`]), new RegExp(`\nDigest: ${digest}\n`));
    const format = "{{.ID}} {{index .RootFS.Layers 0}}";
    const shown = await box.ok(["image", "inspect", "-f", format, `${host}/plain`]);
    equal(shown, `${config.digest} ${layer.digest}`);
  });
});

async function emptyTar(directory: string): Promise<string> {
  const file = `${directory}/empty.tar`;
  const { code } = await run([
    "sh",
    "-c",
    'echo x > "$1/x"; tar -C "$1" -cf "$2" x',
    "sh",
    directory,
    file,
  ]);
  equal(code, 0);
  return file;
}

boxTest(
  "a layer that has changed in the store is not pushed, and its file is named",
  async (box) => {
    await box.busybox();
    const [layers] = [...Deno.readDirSync(`${box.root}/overlay2`)].filter(({ name }) =>
      name !== "l"
    );
    const file = `${box.root}/overlay2/${layers.name}/diff/etc/passwd`;
    Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("root", "toor"));
    await withSceneRegistry(async (host) => {
      await box.ok(["tag", "busybox", `${host}/app`]);
      await box.fail(
        ["push", "-q", `${host}/app`],
        1,
        /file integrity checksum failed for ".\/etc\/passwd"/,
      );
      equal((await fetch(`http://${host}/v2/app/manifests/latest`)).status, 404);
    });
  },
);

boxTest("an image whose digests are sha512", async (box) => {
  await box.busybox();
  await withSceneRegistry(async (host) => {
    await box.ok(["tag", "busybox", `${host}/app`]);
    await box.ok(["push", "-q", `${host}/app`]);
    const repository = `http://${host}/v2/app`;
    const { digest, layers: [layer] } = await copyWithSha512(repository, "latest");
    const name = `${host}/app@${digest}`, other = box.otherStore("other");
    equal(await other.ok(["pull", "-q", name]), name);
    equal(await other.ok(["run", "--rm", name, "echo", "hi"]), "hi");
    const [id] = JSON.parse(await other.ok(["image", "inspect", "-f", "[{{json .Id}}]", name]));
    equal(await box.ok(["images", "-q", "--no-trunc", "busybox"]), id);
    await other.ok(["rmi", name]);
    const damaged = (await getBlobOf(repository, layer)).reverse();
    await putBlobAs(repository, layer, damaged);
    await other.fail(["pull", "-q", name], 1, new RegExp(`${layer}|unexpected|invalid`));
    equal(await other.ok("images -q"), "");
  });
});

boxTest("foreign layers come from the registry, or not at all", async (box) => {
  await box.busybox();
  await withSceneRegistry(async (host) => {
    const name = `${host}/app`, repository = `http://${host}/v2/app`;
    await box.ok(["tag", "busybox", name]);
    await box.ok(["push", "-q", name]);
    const foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    await copyManifest(repository, "latest", "foreign", ({ layers: [layer] }) => {
      layer.mediaType = foreign;
    });
    const absent = `sha256:${"0".repeat(64)}`;
    await copyManifest(repository, "latest", "elsewhere", ({ layers: [layer] }) => {
      Object.assign(layer, { mediaType: foreign, digest: absent, urls: ["http://127.0.0.1:9/"] });
    });
    const store = box.otherStore("other");
    equal(await store.ok(["run", "--rm", `${name}:foreign`, "echo", "hi"]), "hi");
    await store.ok(["rmi", `${name}:foreign`]);
    await store.fail(["pull", "-q", `${name}:elsewhere`], 1, /foreign, and the registry does not/);
    equal(await store.ok("images -q"), "");
  });
});
