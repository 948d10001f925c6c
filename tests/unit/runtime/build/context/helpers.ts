/** What the tests of COPY and ADD share: trees written down as text, and what becomes of them. */

import { AT, O, S } from "../../../../../ffi/constants.ts";
import { cstring, encodeName } from "../../../../../ffi/cstring.ts";
import { listNames, openDirectory } from "../../../../../ffi/directory.ts";
import { close, makeLink, makeNode, makeSymlink, openAt } from "../../../../../ffi/file.ts";
import { kernel } from "../../../../../ffi/kernel.ts";
import { readLink, setTimes } from "../../../../../ffi/file.ts";
import { isDirectory, isRegularFile, isSymlink, statAt } from "../../../../../ffi/stat.ts";
import { copyInto } from "../../../../../runtime/build/context/copy_into.ts";
import { parseModeChange } from "../../../../../runtime/build/context/mode_change.ts";
import { resolveOwner } from "../../../../../runtime/build/context/resolve_owner.ts";
import { selectSources } from "../../../../../runtime/build/context/select_sources.ts";
import type {
  CopyRequest,
  ExcludePredicate,
  SourceTree,
} from "../../../../../runtime/build/context/types.ts";

/** Entries of a tree, one a line: `d 755 0:0 PATH`, `f 644 0:0 PATH CONTENT`, `l PATH TARGET`, `h PATH FIRST`, `p 644 0:0 PATH`. */
export type Tree = readonly string[];

/** Everything is of this time, so that a copy can be told by its own. */
export const TIME = { seconds: 1_000_000_000, nanoseconds: 123_000_000 };

/** Makes a tree; directories that are not listed are made as root's, of mode 755. */
export function makeTree(root: string, tree: Tree): void {
  for (const line of tree) {
    const [type, ...rest] = line.split(" ");
    const hasAttributes = type !== "l" && type !== "h";
    const [mode, owner] = hasAttributes ? rest.splice(0, 2) : ["777", "0:0"];
    const [name, ...content] = rest, path = `${root}/${name}`, text = content.join(" ");
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (type === "d") Deno.mkdirSync(path, { recursive: true });
    else if (type === "f") Deno.writeFileSync(path, encodeName(text));
    else if (type === "l") makeSymlink(text, AT.FDCWD, path);
    else if (type === "h") makeLink(AT.FDCWD, `${root}/${text}`, AT.FDCWD, path);
    else makeNode(AT.FDCWD, path, S.IFIFO | 0o600, 0);
    if (!hasAttributes) continue;
    const [uid, gid] = owner.split(":").map(Number);
    Deno.chownSync(path, uid, gid);
    kernel.fchmodat(AT.FDCWD, cstring(path), parseInt(mode, 8));
  }
  for (const path of pathsIn(root)) setTimes(AT.FDCWD, `${root}/${path}`, TIME, TIME);
}

function pathsIn(root: string, below = ""): string[] {
  return listNames(`${root}/${below}`).flatMap((name) => {
    const path = below + name;
    const stat = statAt(AT.FDCWD, `${root}/${path}`);
    return isDirectory(stat) ? [...pathsIn(root, `${path}/`), path] : [path];
  });
}

/** What is there, in order of the paths; `*` before a file says that it has lost its time. */
export function listTree(root: string): string[] {
  const first = new Map<bigint, string>();
  return pathsIn(root).sort().map((path) => {
    const full = `${root}/${path}`, stat = statAt(AT.FDCWD, full);
    if (isSymlink(stat)) return `l ${path} ${readLink(AT.FDCWD, full)}`;
    const mode = (stat.mode & 0o7777).toString(8);
    const attributes = `${mode} ${stat.uid}:${stat.gid} ${path}`;
    if (isDirectory(stat)) return `d ${attributes}`;
    const linked = stat.linkCount > 1 ? first.get(stat.inode) : undefined;
    if (linked !== undefined) return `h ${path} ${linked}`;
    first.set(stat.inode, path);
    const star = stat.modified.seconds === TIME.seconds ? "" : "*";
    if (!isRegularFile(stat)) return `${star}p ${attributes}`;
    return `${star}f ${attributes} ${Deno.readTextFileSync(full)}`.trimEnd();
  });
}

/** One COPY or ADD. */
export interface Instruction {
  /** Sources and destination, as in a Dockerfile. */
  readonly words: string;
  readonly workingDirectory?: string;
  readonly chown?: string;
  readonly chmod?: string;
  readonly keepsParents?: boolean;
  readonly exclude?: ExcludePredicate;
  /** The context's .dockerignore. */
  readonly ignore?: ExcludePredicate;
  readonly isAdd?: boolean;
  readonly ownership?: SourceTree["ownership"];
  readonly more?: Partial<CopyRequest>;
}

/** Runs an instruction on directories: what is copied ends up in `upper`. */
export async function run(
  { context, lower, upper }: { context: string; lower?: string; upper: string },
  instruction: Instruction,
): Promise<void> {
  const opened: number[] = [];
  const open = (path: string) => {
    const fd = openDirectory(AT.FDCWD, path);
    opened.push(fd);
    return fd;
  };
  try {
    const words = instruction.words.split(" "), destination = words.pop()!;
    const tree: SourceTree = {
      root: open(context),
      name: "context",
      ownership: instruction.ownership ?? "root",
      exclude: instruction.ignore,
    };
    const { keepsParents, chmod, chown, exclude, isAdd } = instruction;
    const lowerFd = lower === undefined ? undefined : open(lower);
    await copyInto({
      sources: words.flatMap((word) => selectSources(tree, word, { keepsParents })),
      destination,
      workingDirectory: instruction.workingDirectory ?? "/",
      upper: open(upper),
      lower: lowerFd,
      owner: chown === undefined ? undefined : resolveOwner(chown, lowerFd),
      mode: chmod === undefined ? undefined : parseModeChange(chmod),
      exclude,
      extraction: isAdd ? { openMerged: () => mergedOf(upper) } : undefined,
      ...instruction.more,
    });
  } finally {
    for (const fd of opened) close(fd);
  }
}

/** Of a layer on scratch the upper directory is all there is. */
function mergedOf(upper: string) {
  const fd = openAt(AT.FDCWD, upper, O.RDONLY | O.DIRECTORY);
  return { fd, [Symbol.dispose]: () => close(fd) };
}
