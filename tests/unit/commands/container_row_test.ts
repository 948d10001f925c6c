import { equal } from "node:assert/strict";
import { ContainerRow } from "../../../commands/container_row.ts";
import type { ListedContainer } from "../../../runtime/container/list.ts";

const id = `sha256:${"9".repeat(64)}`;
const digest = `sha256:${"a".repeat(64)}`;

/** Of a container, only what the tested properties read. */
function rowOf(image: string, container: object, truncate: boolean): ContainerRow {
  const listed = { image, container: { Image: id, ...container } } as unknown as ListedContainer;
  return new ContainerRow(listed, { now: 0n, truncate });
}

Deno.test("an image is called as docker's client calls it", () => {
  const cases: [image: string, shown: string][] = [
    ["busybox:1", "busybox:1"],
    [`busybox@${digest}`, "busybox"],
    [`busybox:1@${digest}`, "busybox:1"],
    ["docker.io/library/busybox", "busybox"],
    ["docker.io/library/busybox:2", "busybox:2"],
    [`reg.io:5000/a/b:t@${digest}`, "reg.io:5000/a/b:t"],
    [id, "999999999999"],
    ["999999999999", "999999999999"],
    ["9999", "9999"],
    ["UP:1", "UP:1"],
    ["", "<no image>"],
  ];
  for (const [image, shown] of cases) {
    equal(rowOf(image, {}, true).Image, shown);
    equal(rowOf(image, {}, false).Image, image || "<no image>");
  }
});

Deno.test("labels and mounts that are not there are no error", () => {
  const row = rowOf("x", { Config: { Labels: null }, MountPoints: null }, true);
  equal(row.Labels, "");
  equal(row.Label("toString"), "");
  equal(row.Mounts, "");
  equal(row.LocalVolumes, "0");
});

Deno.test("volumes are mounts with a name", () => {
  const MountPoints = {
    "/a": { Source: "/srv/a/very/long/path", Name: "", Driver: "" },
    "/b": { Source: "/var/lib/docker/volumes/data/_data", Name: "data", Driver: "local" },
  };
  const row = rowOf("x", { MountPoints }, true);
  equal(row.Mounts, "/srv/a/very/lo…,data");
  equal(rowOf("x", { MountPoints }, false).Mounts, "/srv/a/very/long/path,data");
  equal(row.LocalVolumes, "1");
});
