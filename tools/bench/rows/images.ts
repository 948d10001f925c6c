/** Moving the bytes of images. */

import { debian, debianArchive, debianTree } from "../fixtures.ts";
import type { Command, RowGroup } from "../row.ts";

const importImage: Command = ["import", debian, "debian"];
const removeImage: Command = ["rmi", "debian"];
const removeContainer: Command = ["rm", "work"];

/** 100 MB in 5,000 files. */
const writeFiles: Command = [
  ...["run", "--name=work", "--network=none", "debian", "sh", "-c"],
  "mkdir /srv/files && head --bytes=100MB /dev/urandom | " +
  "split --bytes=20kB --suffix-length=3 - /srv/files/",
];

const tarCreate: Command = [
  ...["tar", "--create", "--file", { output: "archive" }, "--directory", debianTree, "."],
];

export const images: RowGroup = {
  rows: [
    {
      name: "import Debian",
      unit: "ms",
      runs: 7,
      measured: importImage,
      undo: [removeImage],
      floors: {
        "tar x": ["tar", "--extract", "--file", debian, "--directory", { output: "." }],
        "sha256sum": ["sha256sum", debian],
      },
    },
    {
      name: "load Debian",
      unit: "ms",
      runs: 7,
      measured: ["load", "--input", debianArchive],
      undo: [removeImage],
    },
    {
      name: "save Debian",
      unit: "ms",
      runs: 7,
      before: [importImage],
      measured: ["save", "--output", { output: "saved.tar" }, "debian"],
      after: [removeImage],
      floors: { "tar c": tarCreate, "cp": ["cp", debian, { output: "copy" }] },
    },
    {
      name: "export Debian",
      unit: "ms",
      runs: 7,
      before: [importImage, ["create", "--name=work", "--network=none", "debian", "true"]],
      measured: ["export", "--output", { output: "exported.tar" }, "work"],
      after: [removeContainer, removeImage],
      floors: { "tar c": tarCreate },
    },
    {
      name: "rmi Debian",
      unit: "ms",
      runs: 7,
      prepare: [importImage],
      measured: removeImage,
    },
    {
      name: "commit 5,000 files, 100 MB",
      unit: "ms",
      runs: 7,
      before: [importImage, writeFiles],
      measured: ["commit", "work", "committed"],
      undo: [["rmi", "committed"]],
      after: [removeContainer, removeImage],
    },
    {
      name: "diff 5,000 files, 100 MB",
      unit: "ms",
      runs: 7,
      before: [importImage, writeFiles],
      measured: ["diff", "work"],
      after: [removeContainer, removeImage],
    },
  ],
};
