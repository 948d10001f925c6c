import assert from "node:assert/strict";
import { checkVolumeName, isVolumeName } from "../../../../storage/volume/name.ts";
import {
  checkVolumeOptions,
  encodeOptions,
  optionsOf,
  readDevice,
} from "../../../../storage/volume/options.ts";

Deno.test("names of volumes, as docker's local driver checks them", () => {
  for (const name of ["ab", "a1", "A.b_c-d", "0".repeat(64)]) assert.ok(isVolumeName(name), name);
  const characters = (name: string) =>
    `"${name}" includes invalid characters for a local volume name, only ` +
    '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. ' +
    "If you intended to pass a host directory, use absolute path";
  const short = "volume name is too short, names should be at least two alphanumeric characters";
  const table = [["", short], ["a", short], ["a/b", characters("a/b")], ["..", characters("..")]];
  for (const [name, message] of [...table, ["-a", characters("-a")], ["ä1", characters("ä1")]]) {
    assert.throws(() => checkVolumeName(name), { name: "InvalidError", message });
  }
});

Deno.test("options of volumes, as docker's local driver checks them", () => {
  const table: [options: Record<string, string>, message: string][] = [
    [{ foo: "bar" }, 'invalid option: "foo"'],
    [{ type: "tmpfs" }, 'missing required option: "device"'],
    [{ device: "x" }, 'missing required option: "type"'],
    [{ o: "ro" }, 'missing required option: "device"'],
    [{ size: "1m" }, "quota size requested but no quota support"],
  ];
  for (const [options, message] of table) {
    assert.throws(() => checkVolumeOptions(options), { name: "InvalidError", message });
  }
  checkVolumeOptions({});
  checkVolumeOptions({ type: "nfs", device: ":/x", o: "addr=10.0.0.1" });
});

Deno.test("opts.json is dockerd's", async () => {
  const path = await Deno.makeTempFile();
  try {
    const options = { type: "tmpfs", device: "tmpfs" };
    assert.equal(
      encodeOptions(options),
      '{"MountType":"tmpfs","MountOpts":"","MountDevice":"tmpfs","Quota":{"Size":0}}',
    );
    await Deno.writeTextFile(path, encodeOptions(options));
    assert.deepEqual(readDevice(path), { type: "tmpfs", device: "tmpfs", options: "" });
    assert.deepEqual(optionsOf(readDevice(path)!), { device: "tmpfs", type: "tmpfs" });
    await Deno.writeTextFile(path, encodeOptions({})); // as dockerd writes it for a quota alone
    assert.equal(readDevice(path), undefined);
    for (const damaged of ['{"MountType":', '{"MountType":1}', "[]"]) {
      await Deno.writeTextFile(path, damaged);
      assert.throws(() => readDevice(path), { name: "CorruptStoreError" }, damaged);
    }
  } finally {
    await Deno.remove(path);
  }
  assert.equal(readDevice(path), undefined);
});
