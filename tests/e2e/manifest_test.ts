/** Lists of manifests: made here, pushed, and understood by docker. */

import { deepEqual, equal, match } from "node:assert/strict";
import { boxTest, needs, run, withRegistry } from "./harness.ts";
import { getManifest } from "./registry/documents.ts";

boxTest("a list of manifests is made, annotated, looked at and pushed", async (box) => {
  const config = `${box.temp}/docker`, env = { DOCKER_CONFIG: config };
  const ok = (...args: string[]) => box.ok(["manifest", ...args], { env });
  const fail = (pattern: RegExp, ...args: string[]) =>
    box.fail(["manifest", ...args], 1, pattern, { env });
  await box.busybox();
  await box.ok(["commit", await box.ok("create busybox"), "other"]);
  await withRegistry({}, async ({ host }) => {
    const list = `${host}/app:all`, own = `${host}/app:own`, arm = `${host}/arm:1`;
    await box.ok(["tag", "busybox", own]);
    await box.ok(["tag", "other", arm]);
    for (const name of [own, arm]) await box.ok(["push", "-q", name]);
    const digests = [await getManifest(host, "app", "own"), await getManifest(host, "arm", "1")]
      .map(({ digest }) => digest);

    await fail(/^no such manifest: .*\/app:none\n$/, "create", list, `${host}/app:none`);
    equal(await ok("create", list, own, arm), `Created manifest list ${list}`);
    await fail(/^refusing to amend an existing manifest list with no --amend/, "create", list, arm);
    await ok("create", "--amend", list, arm);
    await ok("annotate", "--arch", "arm64", "--variant", "v8", list, arm);
    await ok("annotate", "--os-version", "1.2", "--os-features", "a,b", list, arm);
    await fail(/unsupported os\/arch combination: \/vax\n/, "annotate", "--arch", "vax", list, arm);
    await fail(
      /^manifest for image no does not exist in /,
      ...["annotate", "--arch", "arm64", list, "no"],
    );
    const platforms = (text: string) =>
      JSON.parse(text).manifests.map((each: { platform: unknown }) => each.platform);
    const inspected = await ok("inspect", list);
    equal(platforms(inspected)[0].os, "linux");
    const annotated = {
      architecture: "arm64",
      os: "linux",
      "os.version": "1.2",
      "os.features": ["a", "b"],
      variant: "v8",
    };
    deepEqual(platforms(inspected)[1], annotated);
    const [, second] = JSON.parse(await ok("inspect", "-v", list));
    deepEqual([second.Ref, second.Descriptor.digest], [arm, digests[1]]);
    equal(JSON.parse(await ok("inspect", list, arm)).schemaVersion, 2);
    deepEqual(JSON.parse(await ok("inspect", "-v", list, arm)), second);

    const pushed = (await ok("push", list)).split("\n");
    equal(pushed[0], `Pushed ref ${host}/app@${digests[1]} with digest: ${digests[1]}`);
    const stored = await getManifest(host, "app", "all");
    deepEqual([pushed[1], pushed.length], [stored.digest, 2]);
    equal(stored.text, inspected);
    equal(await box.ok(["pull", "-q", list]), list);
    await fail(/is a manifest list\n$/, "create", `${host}/app:x`, list);
    await ok("push", "--purge", list);
    await fail(/^No such manifest: .*\/app:all\n$/, "push", list);
    await fail(/^No such manifest: .*\n.*invalid reference format/, "rm", list, "UPPER");

    await ok("create", "elsewhere", own);
    await fail(/different registry than the target image: .* != docker.io/, "push", "elsewhere");
    const [file] = Deno.readDirSync(`${config}/manifests/docker.io_library_elsewhere-latest`);
    const path = `${config}/manifests/docker.io_library_elsewhere-latest/${file.name}`;
    const kept = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeTextFileSync(path, JSON.stringify({ ...kept, Raw: btoa("{}") }));
    await fail(/is damaged/, "inspect", "elsewhere");
    equal(await ok("rm", "elsewhere"), "");
  });
});

boxTest("docker goes on with box's list of manifests, and box with docker's", {
  needs: [needs.program("docker")],
}, async (box) => {
  const env = { DOCKER_CONFIG: `${box.temp}/docker` };
  const ok = (...args: string[]) => box.ok(["manifest", ...args], { env });
  const docker = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(["docker", "manifest", ...args], { env });
    equal(code, 0, stderr);
    return stdout.trimEnd();
  };
  await box.busybox();
  await withRegistry({}, async ({ host }) => {
    const own = `${host}/app:own`, [first, second] = [`${host}/app:1`, `${host}/app:2`];
    await box.ok(["tag", "busybox", own]);
    await box.ok(["push", "-q", own]);
    await ok("create", first, own);
    await docker("create", "--insecure", second, own);
    for (const list of [first, second]) {
      await docker("annotate", "--arch", "arm", "--variant", "v7", list, own);
      for (const words of [[list], ["-v", list], [list, own], ["-v", list, own]]) {
        equal(await ok("inspect", ...words), await docker("inspect", "--insecure", ...words));
      }
    }
    const digest = await ok("push", second);
    match(digest, /^sha256:[0-9a-f]{64}$/);
    equal(await docker("push", "--insecure", first), digest);
  });
});
