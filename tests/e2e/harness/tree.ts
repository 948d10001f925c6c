/** Every file of a tree with all that makes it what it is, so that two trees can be compared. */

import { fail } from "node:assert/strict";
import { run } from "./process.ts";
import type { Program } from "./program.ts";

/** The device by which overlayfs says that there is nothing. Its time and its links mean nothing either. */
const WHITEOUT = "0:0";

/** What is told of each file, by its path below the directory. The directory itself is left out. */
export type Tree = Map<string, string>;

/**
 * Walks a tree with the programs every host has, not with box's own code. Names are decoded byte by byte, so that any will
 * do; times are whole seconds, as docker writes them into archives.
 */
export async function readTree(directory: string): Promise<Tree> {
  const [files, hashes, devices, attributes] = await Promise.all([
    find(directory, "-printf", "%P\\0%y\\0%#m %U:%G\\0%T@\\0%s\\0%l\\0%i\\0"),
    find(directory, "-type", "f", "-exec", "sha256sum", "--zero", "--", "{}", "+"),
    find(directory, "-type", "b,c", "-exec", "stat", "--printf=%n\\0%t:%T\\0", "--", "{}", "+"),
    extendedAttributes(directory),
  ]);
  const hashOf = new Map(hashes.map((line) => [line.slice(66 + "./".length), line.slice(0, 64)]));
  const deviceOf = new Map(rows(devices, 2).map(([path, device]) => [path.slice(2), device]));
  const links = new HardLinks();
  const tree: Tree = new Map();
  for (const [path, type, owner, modified, size, target, inode] of rows(files, 7)) {
    const device = deviceOf.get(path);
    const description = [
      `${type} ${owner} modified ${Math.floor(Number(modified))}`,
      type === "f" && `${size} bytes ${hashOf.get(path)}`,
      type === "l" && `-> ${target}`,
      device && `device ${device}`,
      type !== "d" && links.describe(inode, path),
      attributes.get(path),
    ];
    tree.set(path, device === WHITEOUT ? "whiteout" : description.filter(Boolean).join(", "));
  }
  return tree;
}

/** Asserts that two trees are alike but for the paths that `except` matches; the message lists what is not. */
export function assertSameTree(actual: Tree, expected: Tree, except?: RegExp): void {
  const paths = new Set([...actual.keys(), ...expected.keys()]);
  const differences = [...paths]
    .filter((path) => !except?.test(path) && actual.get(path) !== expected.get(path))
    .map((path) =>
      `${path}: ${actual.get(path) ?? "missing"}; expected: ${expected.get(path) ?? "nothing"}`
    );
  if (differences.length > 0) fail(`trees differ:\n${differences.sort().join("\n")}`);
}

/** The directories of an image's layers in the store of box or dockerd, lowest first. */
export async function layerDirectories(engine: Program, image: string): Promise<string[]> {
  const { UpperDir, LowerDir } = await graphDriverData(engine, image);
  return [UpperDir, ...LowerDir?.split(":") ?? []].reverse();
}

/** The root of a container that runs, as the host sees it. */
export async function mergedDirectory(engine: Program, container: string): Promise<string> {
  return (await graphDriverData(engine, container)).MergedDir;
}

async function graphDriverData(engine: Program, name: string): Promise<Record<string, string>> {
  return JSON.parse(await engine.ok(["inspect", "-f", "{{json .GraphDriver.Data}}", name]));
}

/** Names a file that was met before under another name by that one. */
class HardLinks {
  readonly #first = new Map<string, string>();

  describe(inode: string, path: string): string {
    const first = this.#first.get(inode);
    if (first === undefined) this.#first.set(inode, path);
    return first === undefined ? "" : `same as ${first}`;
  }
}

/** What find(1) or a program that it starts in the directory ends with NULs. */
async function find(directory: string, ...expression: string[]): Promise<string[]> {
  const text = await output(directory, ["find", ".", "-mindepth", "1", ...expression]);
  return text.split("\0").slice(0, -1);
}

const latin1 = new TextDecoder("latin1");

async function output(cwd: string, commandLine: string[]): Promise<string> {
  const { code, stdoutBytes, stderr } = await run(commandLine, { cwd });
  if (code !== 0) throw new Error(`${commandLine[0]} in ${cwd} failed: ${stderr}`);
  return latin1.decode(stdoutBytes);
}

/** The list in rows of so many columns, in order of the first. */
function rows(list: string[], columns: number): string[][] {
  return Array.from(
    { length: list.length / columns },
    (_, row) => list.slice(row * columns, (row + 1) * columns),
  ).sort(([a], [b]) => a < b ? -1 : 1);
}

/** Of the attributes by which overlayfs keeps its books, only that of an opaque directory is part of a tree. */
const isPartOfTree = (line: string) =>
  !line.startsWith("trusted.overlay.") || line.startsWith("trusted.overlay.opaque=");

async function extendedAttributes(directory: string): Promise<Map<string, string>> {
  const text = await output(directory, [
    ..."getfattr --recursive --physical --no-dereference --dump --match=- --encoding=hex --".split(
      " ",
    ),
    ".",
  ]);
  const table = new Map<string, string>();
  for (const block of text.split("\n\n").filter(Boolean)) {
    const [heading, ...lines] = block.split("\n");
    const path = heading.replace(/^# file: (\.\/)?/, "").replace(
      /\\([0-7]{3})/g,
      (_, octal) => String.fromCharCode(parseInt(octal, 8)),
    );
    const attributes = lines.filter(isPartOfTree).sort();
    if (attributes.length > 0) table.set(path, attributes.join(" "));
  }
  return table;
}
