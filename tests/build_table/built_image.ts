/** What is compared of an image. */

import { createHash } from "node:crypto";
import type { BuiltImage } from "./types.ts";
import { differences, type FileTree, withLayers } from "./image_tree.ts";

/** What a store says of an image, whoever's it is. */
export interface StoredImage {
  readonly config: Readonly<Record<string, unknown>>;
  readonly author?: string;
  readonly history: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  /** Directories of its layers, lowest first. */
  readonly layers: readonly string[];
}

/** Fields that a Dockerfile sets. The others are about the machine that built it. */
const FIELDS = [
  "User",
  "ExposedPorts",
  "Env",
  "Entrypoint",
  "Cmd",
  "Healthcheck",
  "Volumes",
  "WorkingDir",
  "Labels",
  "StopSignal",
  "OnBuild",
  "Shell",
];

/** The base that images are told from: its layer, its history, its files. */
export class BaseImage {
  private readonly tree: FileTree;

  constructor(private readonly image: StoredImage) {
    this.tree = withLayers(new Map(), image.layers);
  }

  describe({ config, author, history, layers }: StoredImage): BuiltImage {
    const isOnTop = layers[0] === this.image.layers[0];
    const skip = isOnTop ? 1 : 0, below: FileTree = isOnTop ? this.tree : new Map();
    return shortened({
      config: {
        ...Object.fromEntries(
          FIELDS.filter((field) => hasValue(config[field]))
            .map((field) => [field, inOrder(config[field])]),
        ),
        ...(author && { Author: author }),
      },
      history: history.slice(isOnTop ? this.image.history.length : 0)
        .map(({ created_by = "", empty_layer }) => empty_layer ? `(${created_by})` : created_by),
      tree: differences(withLayers(below, layers.slice(skip)), below),
    });
  }
}

/** With the digests of texts that nobody reads in the place of these. */
function shortened(image: BuiltImage): BuiltImage {
  const LONGEST = 2000;
  return JSON.parse(
    JSON.stringify(
      image,
      (_key, value) =>
        typeof value === "string" && value.length > LONGEST
          ? `${value.length} characters ${createHash("sha256").update(value).digest("hex")}`
          : value,
    ),
  );
}

function hasValue(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** What Go keeps as a map has no order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}
