import { deepEqual, equal } from "node:assert/strict";
import { RegistryClient } from "../../../../storage/registry/client.ts";
import { noCredentials } from "../../../../storage/registry/credentials.ts";
import { sessionsOf } from "../../../../storage/registry/connect.ts";
import { uploadBlob, uploadDocument } from "../../../../storage/registry/upload.ts";
import { sha256 } from "../../../../storage/digest.ts";
import { sourceOf } from "../../../../storage/layer/source.ts";
import { withSceneRegistry } from "../../../../tools/compile/scene_registry.ts";

Deno.test("the registry for the recording takes and gives what box pushes and pulls", async () => {
  const bytes = new TextEncoder().encode("content"), digest = await sha256(bytes);
  await withSceneRegistry(async (host) => {
    const [session, ...others] = await sessionsOf(host, { credentials: noCredentials });
    equal(others.length, 0); // it speaks plain HTTP, which box finds out
    const client = new RegistryClient(session, "team/app", "pull,push");
    await client.checkAccess();
    equal(await client.blobSize(digest), undefined);
    deepEqual(await uploadBlob(client, () => sourceOf([bytes])), { digest, size: bytes.length });
    equal(await client.blobSize(digest), bytes.length);
    const document = new TextEncoder().encode("{}");
    await uploadDocument(client, await sha256(document), document);
    deepEqual(await client.document(await sha256(document), 2), document);
    const manifest = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, bytes };
    await client.putManifest("1", manifest);
    deepEqual(await client.manifest("1"), manifest);
  });
});
