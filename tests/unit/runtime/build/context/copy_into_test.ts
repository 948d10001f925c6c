import assert from "node:assert/strict";
import { getAttributeOfPath, setAttributeOfPath } from "../../../../../ffi/xattr.ts";
import { root as asRoot } from "../../../../e2e/harness/needs.ts";
import { testWith } from "../../../../e2e/harness/skip.ts";
import { type Case, copyCases } from "./copy_cases.ts";
import { type Instruction, listTree, makeTree, run, type Tree } from "./helpers.ts";

async function inDirectories(
  use: (paths: { context: string; lower: string; upper: string }) => Promise<void>,
): Promise<void> {
  const path = Deno.makeTempDirSync();
  try {
    const paths = { context: `${path}/context`, lower: `${path}/lower`, upper: `${path}/upper` };
    for (const each of Object.values(paths)) Deno.mkdirSync(each);
    await use(paths);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

function check({ what, context, base, result, error, ...instruction }: Case): void {
  testWith([asRoot], `COPY ${what}`, () =>
    inDirectories(async (paths) => {
      makeTree(paths.context, context);
      if (base) makeTree(paths.lower, base);
      const running = run({ ...paths, lower: base && paths.lower }, instruction);
      if (error !== undefined) {
        await assert.rejects(running, { message: error });
        return;
      }
      await running;
      assert.deepEqual(listTree(paths.upper), result);
    }));
}

for (const each of copyCases) check(each);

/** What docker 20.10 does not have. */
const source: Tree = [
  "f 644 0:0 a/b/c.txt C",
  "d 700 1:2 a/b",
  "f 644 0:0 a/d.md D",
  "f 644 0:0 e/b/c.txt E",
  "f 4711 3:4 prog P",
];
const noText = (path: string) => path.endsWith(".txt");
const allButC = Object.assign((path: string) => path !== "a/b/c.txt", {
  mayIncludeBelow: (path: string) => "a/b/c.txt".startsWith(`${path}/`),
});

const newer: (Instruction & { what: string; result?: Tree; error?: string; base?: Tree })[] = [
  {
    what: "--chmod octal",
    words: "a /x",
    chmod: "0751",
    result: [
      "d 755 0:0 x",
      "d 751 0:0 x/b",
      "f 751 0:0 x/b/c.txt C",
      "f 751 0:0 x/d.md D",
    ],
  },
  {
    what: "--chmod symbolic",
    words: "a prog /x/",
    chmod: "u=rwX,go-rwx",
    result: [
      "d 755 0:0 x",
      "d 700 0:0 x/b",
      "f 600 0:0 x/b/c.txt C",
      "f 600 0:0 x/d.md D",
      "f 700 0:0 x/prog P",
    ],
  },
  {
    what: "--parents",
    words: "a/b/c.txt prog /x/",
    keepsParents: true,
    result: [
      "d 755 0:0 x",
      "d 755 0:0 x/a",
      "d 700 0:0 x/a/b",
      "f 644 0:0 x/a/b/c.txt C",
      "f 4711 0:0 x/prog P",
    ],
  },
  {
    what: "--parents and a pattern",
    words: "*/b /x",
    keepsParents: true,
    result: [
      "d 755 0:0 x",
      "d 755 0:0 x/a",
      "d 700 0:0 x/a/b",
      "f 644 0:0 x/a/b/c.txt C",
      "d 755 0:0 x/e",
      "d 755 0:0 x/e/b",
      "f 644 0:0 x/e/b/c.txt E",
    ].sort((a, b) => a.split(" ")[3] < b.split(" ")[3] ? -1 : 1),
  },
  {
    what: "--parents from a pivot",
    words: "a/./b/c.txt /x/",
    keepsParents: true,
    result: [
      "d 755 0:0 x",
      "d 700 0:0 x/b",
      "f 644 0:0 x/b/c.txt C",
    ],
  },
  {
    what: "--parents in any depth",
    words: "**/*.txt /x/",
    keepsParents: true,
    result: [
      "d 755 0:0 x",
      "d 755 0:0 x/a",
      "d 700 0:0 x/a/b",
      "f 644 0:0 x/a/b/c.txt C",
      "d 755 0:0 x/e",
      "d 755 0:0 x/e/b",
      "f 644 0:0 x/e/b/c.txt E",
    ],
  },
  {
    what: "--parents of what is missing",
    words: "a/none /x/",
    keepsParents: true,
    error: 'failed to calculate checksum of ref context: "/a/none": not found',
  },
  {
    what: "--exclude in a directory",
    words: "a /x",
    exclude: noText,
    result: [
      "d 755 0:0 x",
      "d 700 0:0 x/b",
      "f 644 0:0 x/d.md D",
    ],
  },
  {
    what: "--exclude with a pattern",
    words: "*r* /x/",
    exclude: (path) => path === "prog",
    result: ["d 755 0:0 x"],
  },
  {
    what: ".dockerignore",
    words: ". /x",
    ignore: (path) => path === "a" || path === "prog",
    result: [
      "d 755 0:0 x",
      "d 755 0:0 x/e",
      "d 755 0:0 x/e/b",
      "f 644 0:0 x/e/b/c.txt E",
    ],
  },
  {
    what: ".dockerignore with an exception",
    words: ". /x",
    ignore: allButC,
    result: [
      "d 755 0:0 x",
      "d 755 0:0 x/a",
      "d 700 0:0 x/a/b",
      "f 644 0:0 x/a/b/c.txt C",
    ],
  },
  {
    what: "what .dockerignore names",
    words: "prog /x",
    ignore: (path) => path === "prog",
    error: 'failed to calculate checksum of ref context: "/prog": not found',
  },
  {
    what: "what is in a directory that .dockerignore names",
    words: "a/d.md /x",
    ignore: (path) => path === "a",
    error: 'failed to calculate checksum of ref context: "/a/d.md": not found',
  },
  {
    what: "from a stage, owners are kept",
    words: "a prog /x/",
    ownership: "kept",
    result: [
      "d 755 0:0 x",
      "d 700 1:2 x/b",
      "f 644 0:0 x/b/c.txt C",
      "f 644 0:0 x/d.md D",
      "f 4711 3:4 x/prog P",
    ],
  },
  {
    what: "--chown of an unknown user",
    words: "prog /x",
    chown: "nobody",
    error:
      "unable to convert uid/gid chown string to host mapping: can't find uid for user nobody: " +
      "no such user: nobody",
  },
  {
    what: "--chmod that is none",
    words: "prog /x",
    chmod: "u+q",
    error: "invalid chmod parameter: 'u+q'. it should be octal string and between 0 and 07777",
  },
  {
    what: "SOURCE_DATE_EPOCH",
    words: "prog /x",
    more: { timestamp: { seconds: 5, nanoseconds: 0 } },
    result: ["*f 4711 0:0 x P"],
  },
];

for (const each of newer) check({ ...each, context: source });

testWith(
  [asRoot],
  "COPY keeps the times of directories, and those of what was there",
  () =>
    inDirectories(async ({ context, lower, upper }) => {
      makeTree(context, ["f 644 0:0 d/sub/a A"]);
      makeTree(lower, ["d 750 1:2 srv/data"]);
      await run({ context, lower, upper }, { words: "d /srv/data/" });
      for (const path of ["srv", "srv/data", "srv/data/sub", "srv/data/sub/a"]) {
        assert.equal(Deno.statSync(`${upper}/${path}`).mtime?.getTime(), 1_000_000_000_123, path);
      }
    }),
);

testWith(
  [asRoot],
  "COPY keeps extended attributes",
  () =>
    inDirectories(async ({ context, upper }) => {
      makeTree(context, ["f 644 0:0 d/a A", "d 755 0:0 d/s"]);
      for (const path of ["d/a", "d/s"]) {
        setAttributeOfPath(`${context}/${path}`, "user.color", new TextEncoder().encode("red"));
      }
      await run({ context, upper }, { words: "d /x/" });
      for (const path of ["x/a", "x/s"]) {
        const value = getAttributeOfPath(`${upper}/${path}`, "user.color");
        assert.equal(value && new TextDecoder().decode(value), "red");
      }
    }),
);
