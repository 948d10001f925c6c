import assert from "node:assert/strict";
import { defaultHostConfig } from "../../../../runtime/container/host_config.ts";
import { createVolume } from "../../../../runtime/volume/create.ts";
import { VolumesOfNewContainer } from "../../../../runtime/volume/new_container.ts";
import { removeVolume } from "../../../../runtime/volume/remove.ts";
import { sweepContainersWithVolumes } from "../../../../runtime/volume/sweep.ts";
import type {
  ContainerFile,
  HostConfig,
  MountPoint,
} from "../../../../storage/container/config.ts";
import { writeContainer } from "../../../../storage/container/container_store.ts";
import { Store } from "../../../../storage/store.ts";
import { prepareForWriting } from "../../../../storage/sweep.ts";
import { listVolumeNames } from "../../../../storage/volume/volume_store.ts";

const donorId = "d".repeat(64), newId = "e".repeat(64);

async function withStore(use: (store: Store) => void): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const store = new Store(root);
    store.ensureLayout();
    use(store);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** As much of a container's file as is looked at. */
function containerFile(id: string, MountPoints: Record<string, MountPoint>): ContainerFile {
  const file = {
    ID: id,
    Name: "/donor",
    Created: "2026-01-01T00:00:00Z",
    Path: "true",
    Image: `sha256:${"0".repeat(64)}`,
    Config: { Image: "image" },
    State: {},
    NetworkSettings: {},
    MountPoints,
  };
  return file as unknown as ContainerFile;
}

function plan(store: Store, hostConfig: Partial<HostConfig>, paths: readonly string[] = []) {
  const Volumes = Object.fromEntries(paths.map((path) => [path, {}]));
  return new VolumesOfNewContainer(store, { Volumes }, { ...defaultHostConfig(), ...hostConfig });
}

Deno.test("a place is a volume of the image's only if nothing else is mounted there", () =>
  withStore((store) => {
    const { mountPoints } = plan(store, {
      Binds: ["named:/a", "/host:/b:ro"],
      Mounts: [{ Type: "volume", Target: "/c" }],
      Tmpfs: { "/d/": "" },
    }, ["/a", "/b/", "/c", "/d", "/x/../e", "rel"]);
    const rows = Object.values(mountPoints).map(({ Destination, Type, Name, Relabel }) =>
      [Destination, Type, Name.replace(/^[a-f0-9]{64}$/, "64 digits"), Relabel].join(" ")
    );
    assert.deepEqual(rows, [
      "/a volume named z",
      "/b bind  ro",
      "/c volume 64 digits z",
      "/e volume 64 digits ",
      "/rel volume 64 digits ",
    ]);
    assert.deepEqual(listVolumeNames(store), []); // nothing is made yet
    for (const path of ["/", "/.."]) {
      assert.throws(() => plan(store, {}, [path]), { name: "InvalidError" });
    }
  }));

Deno.test("--volumes-from takes all that another container has, and what is asked for goes before it", () =>
  withStore((store) => {
    const { mountPoints } = plan(store, { Binds: ["data:/data", "/etc:/e:rslave", "ro:/ro:ro"] });
    Deno.mkdirSync(`${store.containers}/${donorId}`);
    writeContainer(`${store.containers}/${donorId}`, containerFile(donorId, mountPoints));
    const borrowed = plan(store, { VolumesFrom: ["donor"], Binds: ["mine:/data"] }).mountPoints;
    assert.deepEqual(
      Object.values(borrowed).map(({ Destination, Name, RW, Propagation, Relabel }) =>
        [Destination, Name, RW, Propagation, Relabel].join(" ")
      ),
      ["/data mine true  z", "/e  true rslave ", "/ro ro false  "],
    );
    const readonly = plan(store, { VolumesFrom: [`${donorId.slice(0, 9)}:ro,z`] }).mountPoints;
    assert.deepEqual(Object.values(readonly).map(({ RW }) => RW), [false, false, false]);
    const refused = [
      ["", "volumes-from specification cannot be an empty string"],
      ["donor:bogus", "invalid mode: bogus"],
      ["donor:rshared", "invalid mode: rshared"],
      ["donor:nocopy", "invalid mode: nocopy"],
      ["nosuch", "No such container: nosuch"],
    ];
    for (const [text, message] of refused) {
      assert.throws(() => plan(store, { VolumesFrom: [text] }), { message });
    }
  }));

Deno.test("what a crash leaves of a container's making takes its anonymous volumes along", () =>
  withStore((store) => {
    const volumes = plan(store, { Binds: ["named:/a"] }, ["/anonymous"]);
    const staged = `${store.temporary}/container-${newId}`;
    Deno.mkdirSync(staged);
    volumes.create(staged, () => writeContainer(staged, containerFile(newId, volumes.mountPoints)));
    assert.equal(listVolumeNames(store).length, 2);
    // As long as the container is being made, its volumes are in use.
    assert.throws(() => removeVolume(store, "named"), { name: "ConflictError" });
    assert.deepEqual(prepareForWriting(store), [newId]);
    sweepContainersWithVolumes(store, [newId]);
    assert.deepEqual(listVolumeNames(store), ["named"]);
    assert.deepEqual([...Deno.readDirSync(store.temporary)], []);
    // One that was complete, and is being removed without its volumes, leaves them.
    Deno.mkdirSync(staged);
    volumes.create(staged, () => writeContainer(staged, containerFile(newId, volumes.mountPoints)));
    volumes.keep(staged);
    assert.deepEqual(prepareForWriting(store), []);
    assert.equal(listVolumeNames(store).length, 2);
  }));

Deno.test("a volume that is there is taken as it is; a driver that is not is refused", () =>
  withStore((store) => {
    const request = { name: "data", driver: "local", labels: { a: "b" }, options: {} };
    assert.equal(createVolume(store, request), "data");
    assert.equal(createVolume(store, { ...request, labels: { c: "d" } }), "data");
    const file = JSON.parse(Deno.readTextFileSync(`${store.volumes}/data/volume.json`));
    assert.deepEqual(file.Labels, { a: "b" });
    assert.throws(() => createVolume(store, { ...request, driver: "nope" }), {
      message: 'create data: error looking up volume plugin nope: plugin "nope" not found',
    });
    assert.match(createVolume(store, { ...request, name: undefined }), /^[a-f0-9]{64}$/);
    // What a killed command was about to make, or had put aside, goes.
    Deno.mkdirSync(`${store.temporary}/volume-0123456789abcdef/_data`, { recursive: true });
    prepareForWriting(store);
    assert.deepEqual([...Deno.readDirSync(store.temporary)], []);
  }));
