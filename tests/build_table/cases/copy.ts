import {
  archiveOwners,
  heredocs,
  intoDirectory,
  laterFlag,
  namesakeGroup,
  needsBuildKit,
  replaces,
} from "../reasons.ts";
import type { CaseGroup } from "../types.ts";

const files = ["f 644 0:0 a.txt A", "f 600 5:6 b.txt B", "f 755 0:0 run.sh #!"];
const tree = [
  "d 700 5:6 dir",
  "f 640 5:6 dir/one 1",
  "d 750 7:8 dir/sub",
  "f 644 0:0 dir/sub/two 2",
  "d 755 0:0 dir/empty",
  "l dir/link one",
];

export const copy: CaseGroup = {
  name: "copy",
  cases: [
    { what: "a file to a new name", dockerfile: "FROM busybox\nCOPY a.txt /x\n", context: files },
    {
      what: "a file over one of the base",
      dockerfile: "FROM busybox\nCOPY a.txt /etc/passwd\n",
      context: files,
    },
    {
      what: "a file into a directory",
      dockerfile: "FROM busybox\nCOPY b.txt /home\n",
      context: files,
    },
    {
      what: "a file into a directory that is missing",
      dockerfile: "FROM busybox\nCOPY a.txt /x/y/\n",
      context: files,
    },
    {
      what: "a file to a path below the working directory",
      dockerfile: "FROM busybox\nWORKDIR /w\nCOPY a.txt x/\nCOPY a.txt .\n",
      context: files,
    },
    { what: "several files", dockerfile: "FROM busybox\nCOPY a.txt b.txt /x/\n", context: files },
    {
      what: "several files without a slash",
      dockerfile: "FROM busybox\nCOPY a.txt b.txt /x\n",
      context: files,
      unlike: intoDirectory,
    },
    {
      what: "several files onto a file",
      dockerfile: "FROM busybox\nCOPY a.txt b.txt /etc/passwd/\n",
      context: files,
    },
    { what: "a list", dockerfile: 'FROM busybox\nCOPY ["a.txt", "/c d"]\n', context: files },
    { what: "a pattern", dockerfile: "FROM busybox\nCOPY *.txt /x/\n", context: files },
    {
      what: "a pattern for one file",
      dockerfile: "FROM busybox\nCOPY a*.txt /x\n",
      context: files,
    },
    {
      what: "a pattern that matches nothing",
      dockerfile: "FROM busybox\nCOPY *.bogus /x/\n",
      context: files,
      unlike: { classic: "wants at least one source", buildah: "wants at least one source" },
    },
    {
      what: "a pattern that may match nothing beside a file",
      dockerfile: "FROM busybox\nCOPY a.txt *.bogus /x/\n",
      context: files,
    },
    {
      what: "a pattern in a directory",
      dockerfile: "FROM busybox\nCOPY d*/o?e /x/\n",
      context: tree,
    },
    {
      what: "a pattern that is none",
      dockerfile: "FROM busybox\nCOPY [a /x/\n",
      context: files,
      unlike: { buildkit: "finds that it matches nothing" },
    },
    { what: "a directory's content", dockerfile: "FROM busybox\nCOPY dir /x\n", context: tree },
    {
      what: "a directory's content into one that is there",
      dockerfile: "FROM busybox\nRUN mkdir -m 777 -p /x/sub && touch /x/old\nCOPY dir /x/\n",
      context: tree,
    },
    { what: "everything", dockerfile: "FROM busybox\nCOPY . /x/\n", context: [...files, ...tree] },
    {
      what: "everything to the root of scratch",
      dockerfile: "FROM scratch\nCOPY . /\n",
      context: [...files, ...tree],
    },
    {
      what: "directories beside each other",
      dockerfile: "FROM busybox\nCOPY dir e /x/\n",
      context: [...tree, "f 644 0:0 e/one E"],
    },
    {
      what: "an empty directory",
      dockerfile: "FROM busybox\nCOPY e /x\n",
      context: ["d 700 0:0 e"],
    },
    {
      what: "a symbolic link as the source",
      dockerfile: "FROM busybox\nCOPY l /x\n",
      context: ["f 644 0:0 a A", "l l a"],
    },
    {
      what: "a symbolic link to a directory as the source",
      dockerfile: "FROM busybox\nCOPY l /x\n",
      context: ["f 644 0:0 d/a A", "l l d"],
    },
    {
      what: "symbolic links in a directory",
      dockerfile: "FROM busybox\nCOPY d /x\n",
      context: ["l d/a nosuch", "l d/b /etc", "l d/c ../e"],
    },
    {
      what: "a symbolic link out of the context",
      dockerfile: "FROM busybox\nCOPY l /x\n",
      context: ["l l /etc/passwd"],
    },
    {
      what: "a symbolic link out of the context, upwards",
      dockerfile: "FROM busybox\nCOPY l /x\n",
      context: ["l l ../../../../../../etc/passwd"],
    },
    {
      what: "a path through a symbolic link out of the context",
      dockerfile: "FROM busybox\nCOPY l/passwd /x\n",
      context: ["l l /etc"],
    },
    {
      what: "a path upwards",
      dockerfile: "FROM busybox\nCOPY ../a /x\n",
      context: ["f 644 0:0 a A"],
      unlike: { classic: "refuses it" },
    },
    {
      what: "an absolute path",
      dockerfile: "FROM busybox\nCOPY /a /x\n",
      context: ["f 644 0:0 a A"],
    },
    {
      what: "a source that is not there",
      dockerfile: "FROM busybox\nCOPY nosuch /x\n",
      context: files,
    },
    { what: "a source upon a file", dockerfile: "FROM busybox\nCOPY a.txt/x /x\n", context: files },
    {
      what: "hard links",
      dockerfile: "FROM busybox\nCOPY d /x\n",
      context: ["f 644 0:0 d/a A", "h d/b d/a"],
    },
    {
      what: "modes and special bits",
      dockerfile: "FROM busybox\nCOPY . /x\n",
      context: ["f 4755 0:0 s S", "f 2755 0:0 g G", "d 1777 0:0 t", "f 0 0:0 n N"],
      unlike: { classic: "takes setuid and setgid away", buildah: "takes setuid and setgid away" },
    },
    {
      what: "a FIFO",
      dockerfile: "FROM busybox\nCOPY d /x\n",
      context: ["p 640 0:0 d/p", "f 644 0:0 d/a A"],
      unlike: { buildkit: "does not send FIFOs to its daemon" },
    },
    {
      what: "a directory over a file",
      dockerfile: "FROM busybox\nCOPY dir /etc/passwd\n",
      context: tree,
    },
    {
      what: "a directory over a file within",
      dockerfile: "FROM busybox\nRUN mkdir /x && touch /x/sub\nCOPY dir /x\n",
      context: tree,
      unlike: replaces,
    },
    {
      what: "a file over a directory within",
      dockerfile: "FROM busybox\nRUN mkdir -p /x/one\nCOPY dir /x\n",
      context: tree,
      unlike: replaces,
    },
    {
      what: "through a symbolic link of the image",
      dockerfile:
        "FROM busybox\nRUN mkdir /real && ln -s /real /link\nCOPY a.txt /link/\nCOPY b.txt /link/x/y\n",
      context: files,
    },
    {
      what: "onto a symbolic link of the image",
      dockerfile: "FROM busybox\nRUN echo old > /real && ln -s real /link\nCOPY a.txt /link\n",
      context: files,
      unlike: { buildah: "replaces the link" },
    },
    {
      what: "onto a symbolic link that leads nowhere",
      dockerfile: "FROM busybox\nRUN ln -s nosuch /link\nCOPY a.txt /link\n",
      context: files,
      unlike: { buildah: "makes a directory there" },
    },
    {
      what: "to a variable",
      dockerfile: "FROM busybox\nENV D=/x F=a.txt\nCOPY $F ${D}/y\n",
      context: files,
    },
    {
      what: "--chown by numbers",
      dockerfile: "FROM busybox\nCOPY --chown=7:8 dir /x/y\n",
      context: tree,
      unlike: { classic: "gives directories on the way to root" },
    },
    {
      what: "--chown by a number",
      dockerfile: "FROM busybox\nCOPY --chown=7 a.txt /x/\n",
      context: files,
    },
    {
      what: "--chown by names",
      dockerfile: "FROM busybox\nCOPY --chown=alice:audio a.txt /x\n",
      context: files,
    },
    {
      what: "--chown by a name",
      dockerfile: "FROM busybox\nCOPY --chown=bob a.txt /x\n",
      context: files,
      unlike: namesakeGroup,
    },
    {
      what: "--chown of a variable",
      dockerfile: "FROM busybox\nARG U=bob\nCOPY --chown=$U a.txt /x\n",
      context: files,
      unlike: namesakeGroup,
    },
    {
      what: "--chown by a name that is not there",
      dockerfile: "FROM busybox\nCOPY --chown=nosuch a.txt /x\n",
      context: files,
      unlike: { buildkit: "takes it for root" },
    },
    {
      what: "--chown on scratch",
      dockerfile: "FROM scratch\nCOPY --chown=1:2 a.txt /x\n",
      context: files,
    },
    {
      what: "--chmod",
      dockerfile: "FROM busybox\nCOPY --chmod=0640 dir /x\n",
      context: tree,
      unlike: needsBuildKit,
    },
    {
      what: "--chmod that is none",
      dockerfile: "FROM busybox\nCOPY --chmod=bogus a.txt /x\n",
      context: files,
      unlike: { buildkit: "does not look at it" },
    },
    {
      what: "--link",
      dockerfile: "FROM busybox\nCOPY --link a.txt /x/y\n",
      context: files,
      unlike: laterFlag,
    },
    {
      what: "--parents",
      dockerfile: "FROM busybox\nCOPY --parents dir/sub/two a.txt /x/\n",
      context: [...files, ...tree],
      unlike: laterFlag,
    },
    {
      what: "--exclude",
      dockerfile: "FROM busybox\nCOPY --exclude=*.txt . /x/\n",
      context: [...files, "f 644 0:0 other O"],
      unlike: laterFlag,
    },
    {
      what: "an unknown flag",
      dockerfile: "FROM busybox\nCOPY --bogus=1 a.txt /x\n",
      context: files,
    },
    { what: "one argument", dockerfile: "FROM busybox\nCOPY a.txt\n", context: files },
    { what: "no argument", dockerfile: "FROM busybox\nCOPY\n" },
    {
      what: "--from a stage keeps owners",
      dockerfile:
        "FROM busybox AS s\nRUN mkdir -m 750 /d && echo f > /d/f && chown -R 5:6 /d && ln -s f /d/l && ln /d/f /d/h\nFROM busybox\nCOPY --from=s /d /x\n",
    },
    {
      what: "--from a stage by its number",
      dockerfile: "FROM busybox\nRUN echo f > /f\nFROM scratch\nCOPY --from=0 /f /\n",
    },
    {
      what: "--from a stage with --chown",
      dockerfile:
        "FROM busybox AS s\nRUN echo f > /f && chown 5:6 /f\nFROM busybox\nCOPY --from=s --chown=alice:users /f /x/\n",
    },
    {
      what: "--from a stage, special bits",
      dockerfile:
        "FROM busybox AS s\nRUN mkdir /d && touch /d/s && chmod 4755 /d/s && mkdir -m 1777 /d/t\nFROM busybox\nCOPY --from=s /d /x\n",
    },
    {
      what: "--from a stage, a symbolic link",
      dockerfile:
        "FROM busybox AS s\nRUN mkdir /d && echo f > /d/f && ln -s /d/f /l && ln -s d /k\nFROM busybox\nCOPY --from=s /l /x\nCOPY --from=s /k /y\nCOPY --from=s /k/f /z\n",
    },
    {
      what: "--from a stage, a path below the root",
      dockerfile:
        "FROM busybox AS s\nWORKDIR /w\nRUN echo f > f\nFROM busybox\nCOPY --from=s w/f /x\n",
    },
    {
      what: "--from an image",
      dockerfile: "FROM scratch\nCOPY --from=busybox /etc/group /etc/g*p /x/\n",
    },
    {
      what: "--from what is not there",
      dockerfile: "FROM busybox\nCOPY --from=busybox /nosuch /x\n",
    },
    {
      what: "--from of a variable",
      dockerfile:
        "FROM busybox AS s\nARG S=s\nFROM busybox\nARG S=s\nCOPY --from=$S /etc/group /x\n",
    },
    {
      what: ".dockerignore",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: [
        ...files,
        ...tree,
        "f 644 0:0 .dockerignore *.txt\ndir/sub\n!b.txt\nDockerfile\n.dockerignore\n",
      ],
    },
    {
      what: ".dockerignore with **",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: [
        "f 644 0:0 a/k/f 1",
        "f 644 0:0 k/f 2",
        "f 644 0:0 a/b/k 3",
        "f 644 0:0 a/o 4",
        "f 644 0:0 .dockerignore # comment\n**/k\n!a/k/f\n\n.dockerignore\nDockerfile\n",
      ],
    },
    {
      what: ".dockerignore leaves out a source",
      dockerfile: "FROM busybox\nCOPY a.txt /x\n",
      context: [...files, "f 644 0:0 .dockerignore *.txt\n"],
    },
    {
      what: ".dockerignore with slashes",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: [
        "f 644 0:0 a/b 1",
        "f 644 0:0 b/c 2",
        "f 644 0:0 c 3",
        "f 644 0:0 .dockerignore /a/\n./b/c\n*/../c\nDockerfile\n.dockerignore\n",
      ],
    },
    {
      what: ".dockerignore of all but one",
      dockerfile: "FROM busybox\nCOPY . /x/\n",
      context: [...tree, "f 644 0:0 .dockerignore *\n!dir/sub\n"],
      unlike: {
        classic: "makes directories anew that are left out themselves",
        buildah: "makes directories anew that are left out themselves",
      },
    },
    {
      what: "--chmod in symbols",
      dockerfile: "FROM busybox\nCOPY --chmod=u+x,go-r a.txt /x\n",
      context: files,
      unlike: {
        ...needsBuildKit,
        buildkit: "knows octal digits alone",
        buildah: "knows octal digits alone",
      },
    },
    {
      what: "--chmod of a directory from a stage",
      dockerfile:
        "FROM busybox AS s\nRUN mkdir -m 700 /d && touch /d/f\nFROM busybox\nCOPY --from=s --chmod=755 /d /x\n",
      unlike: needsBuildKit,
    },
    {
      what: "--link through a symbolic link of the image",
      dockerfile: "FROM busybox\nRUN mkdir /real && ln -s /real /link\nCOPY --link a.txt /link/\n",
      context: files,
      unlike: laterFlag,
    },
    {
      what: "--link of a directory with --chown",
      dockerfile: "FROM busybox\nCOPY --link --chown=7:8 dir /x/\n",
      context: tree,
      unlike: laterFlag,
    },
    {
      what: "--parents with a pivot",
      dockerfile: "FROM busybox\nCOPY --parents dir/./sub/two /x/\n",
      context: tree,
      unlike: laterFlag,
    },
    {
      what: "--parents with a pattern",
      dockerfile: "FROM busybox\nCOPY --parents **/t* /x/\n",
      context: tree,
      unlike: laterFlag,
    },
    {
      what: "--exclude several",
      dockerfile: "FROM busybox\nCOPY --exclude=dir/sub --exclude=**/one . /x/\n",
      context: [...files, ...tree],
      unlike: laterFlag,
    },
    { what: "a file twice", dockerfile: "FROM busybox\nCOPY a.txt a.txt /x/\n", context: files },
    {
      what: "files of the same name: the later one",
      dockerfile: "FROM busybox\nCOPY a.txt e/a.txt /x/\n",
      context: [...files, "f 600 0:0 e/a.txt E"],
    },
    {
      what: "to the root directory itself",
      dockerfile: "FROM busybox\nCOPY dir /\n",
      context: tree,
    },
    {
      what: "upwards from the working directory",
      dockerfile: "FROM busybox\nWORKDIR /a/b\nCOPY a.txt ../../../x\n",
      context: files,
    },
    { what: "to a dot", dockerfile: "FROM busybox\nWORKDIR /w\nCOPY dir .\n", context: tree },
    {
      what: "to a directory of another owner",
      dockerfile:
        "FROM busybox\nRUN mkdir -m 2770 /d && chown 3:4 /d\nCOPY a.txt /d/\nCOPY dir /d/\n",
      context: [...files, ...tree],
    },
    {
      what: "a list of names with quotes and blanks",
      dockerfile: 'FROM busybox\nCOPY ["a\'s", "/x y/"]\n',
      context: ["f 644 0:0 a's A"],
    },
    {
      what: "names with backslashes and stars",
      dockerfile: 'FROM busybox\nCOPY ["a\\\\*b", "/x/"]\n',
      context: ["f 644 0:0 a*b 1", "f 644 0:0 axb 2"],
    },
    {
      what: "a name with a variable that is not there",
      dockerfile: "FROM busybox\nCOPY a.txt$NOSUCH /x\n",
      context: files,
    },
    { what: "a Dockerfile copies itself", dockerfile: "FROM busybox\nCOPY Dockerfile /x\n" },
    {
      what: "a heredoc with a name of its own",
      dockerfile: "FROM busybox\nCOPY <<a.conf /etc/app/\nx=1\na.conf\n",
      unlike: heredocs,
    },
    {
      what: "a heredoc",
      dockerfile: "FROM busybox\nENV A=1\nCOPY <<EOF <<'F' /x/\n$A\nEOF\n$A\nF\n",
      unlike: heredocs,
    },
    {
      what: "a heredoc with --chmod and --chown",
      dockerfile: "FROM busybox\nCOPY --chmod=755 --chown=1:2 <<EOF /x\n#!/bin/sh\nEOF\n",
      unlike: heredocs,
    },
  ],
};

const packed = ["d 750 5:6 p", "f 640 5:6 p/f F", "l p/l f", "f 4755 0:0 p/s S", "h p/h p/f"];

export const add: CaseGroup = {
  name: "add",
  cases: [
    { what: "a file", dockerfile: "FROM busybox\nADD a.txt b.txt /x/\n", context: files },
    { what: "a directory", dockerfile: "FROM busybox\nADD dir /x\n", context: tree },
    {
      what: "an archive",
      dockerfile: "FROM busybox\nADD p.tar /x\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive compressed with gzip",
      dockerfile: "FROM busybox\nADD p.tar.gz /x/\n",
      archives: { "p.tar.gz": packed },
    },
    {
      what: "an archive compressed with bzip2",
      dockerfile: "FROM busybox\nADD p.tar.bz2 /x/\n",
      archives: { "p.tar.bz2": packed },
    },
    {
      what: "an archive compressed with xz",
      dockerfile: "FROM busybox\nADD p.tar.xz /x/\n",
      archives: { "p.tar.xz": packed },
    },
    {
      what: "an archive compressed with zstd",
      dockerfile: "FROM busybox\nADD p.tar.zst /x/\n",
      archives: { "p.tar.zst": packed },
      unlike: { classic: "does not read zstd", buildkit: "does not read zstd" },
    },
    {
      what: "an archive to a name without a slash",
      dockerfile: "FROM busybox\nADD p.tar /p\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive over what is there",
      dockerfile: "FROM busybox\nRUN mkdir -p /x/p/f && touch /x/p/old\nADD p.tar /x\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive and a file",
      dockerfile: "FROM busybox\nADD p.tar a.txt /x/\n",
      archives: { "p.tar": packed },
      context: files,
    },
    {
      what: "an archive by another name",
      dockerfile: "FROM busybox\nADD p.txt /x/\n",
      archives: { "p.txt": packed },
    },
    {
      what: "an archive in a directory stays one",
      dockerfile: "FROM busybox\nADD d /x/\nRUN ls /x > /names && rm -r /x\n",
      context: ["d 755 0:0 d"],
      archives: { "d/p.tar": packed },
    },
    {
      what: "an archive with --chown",
      dockerfile: "FROM busybox\nADD --chown=7:8 p.tar /x\n",
      archives: { "p.tar": packed },
      unlike: archiveOwners,
    },
    {
      what: "an archive with directories of the base",
      dockerfile: "FROM busybox\nADD p.tar /\n",
      archives: { "p.tar": ["d 700 1:1 etc", "f 644 0:0 etc/new N", "d 755 0:0 home"] },
    },
    {
      what: "an archive through a symbolic link of the image",
      dockerfile: "FROM busybox\nRUN mkdir /real && ln -s /real /x\nADD p.tar /x\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive whose link leads out of it",
      dockerfile: "FROM busybox\nADD p.tar /x\nADD q.tar /x\n",
      archives: { "p.tar": ["l out /etc"], "q.tar": ["f 644 0:0 out/evil E"] },
    },
    {
      what: "what is no archive, whatever its name",
      dockerfile: "FROM busybox\nADD p.tar.gz /x/\n",
      context: ["f 644 0:0 p.tar.gz text"],
    },
    {
      what: "COPY leaves an archive as it is",
      dockerfile: "FROM busybox\nCOPY p.tar /x/\nRUN tar -tf /x/p.tar > /names && rm /x/p.tar\n",
      archives: { "p.tar": packed },
    },
    {
      what: "a source that is not there",
      dockerfile: "FROM busybox\nADD nosuch /x\n",
      context: files,
    },
    {
      what: "a directory with an archive's name",
      dockerfile: "FROM busybox\nADD d.tar /x/\n",
      context: ["f 644 0:0 d.tar/f F"],
    },
    {
      what: "an archive through a pattern",
      dockerfile: "FROM busybox\nADD *.tar /x/\n",
      archives: { "p.tar": packed, "q.tar": ["f 644 0:0 q Q"] },
    },
    {
      what: "an archive onto a file",
      dockerfile: "FROM busybox\nADD p.tar /etc/passwd\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive in the working directory",
      dockerfile: "FROM busybox\nWORKDIR /w\nADD p.tar .\n",
      archives: { "p.tar": packed },
    },
    {
      what: "an archive with --chmod",
      dockerfile: "FROM busybox\nADD --chmod=600 p.tar /x/\n",
      archives: { "p.tar": packed },
      unlike: needsBuildKit,
    },
    {
      what: "--unpack=false",
      dockerfile:
        "FROM busybox\nADD --unpack=false p.tar /x/\nRUN tar -tf /x/p.tar > /names && rm -r /x\n",
      archives: { "p.tar": packed },
      unlike: laterFlag,
    },
    {
      what: "--checksum of a local file",
      dockerfile:
        "FROM busybox\nADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 a.txt /x\n",
      context: files,
    },
    { what: "a URL to a name", dockerfile: "FROM busybox\nADD {server}/f /x\n" },
    { what: "a URL into a directory", dockerfile: "FROM busybox\nADD {server}/f?a=b /x/\n" },
    { what: "a URL in a variable", dockerfile: "FROM busybox\nARG U={server}\nADD $U/f /x/\n" },
    {
      what: "a URL that leads to another one",
      dockerfile: "FROM busybox\nADD {server}/moved /x/\n",
    },
    { what: "a URL that is not there", dockerfile: "FROM busybox\nADD {server}/nosuch /x/\n" },
    {
      what: "a URL and a file",
      dockerfile: "FROM busybox\nADD {server}/f a.txt /x/\n",
      context: files,
    },
    {
      what: "a URL and a file without a slash",
      dockerfile: "FROM busybox\nADD {server}/f a.txt /x\n",
      context: files,
      unlike: intoDirectory,
    },
    {
      what: "several files without a slash",
      dockerfile: "FROM busybox\nADD a.txt b.txt /x\n",
      context: files,
      unlike: intoDirectory,
    },
    {
      what: "a URL of an archive",
      dockerfile:
        "FROM busybox\nADD {server}/p.tar.gz /x/\nRUN tar -tzf /x/p.tar.gz > /names && rm -r /x\n",
    },
    {
      what: "a URL with --unpack",
      dockerfile: "FROM busybox\nADD --unpack {server}/p.tar.gz /x/\n",
      unlike: laterFlag,
    },
    { what: "a URL with --chown", dockerfile: "FROM busybox\nADD --chown=7:8 {server}/f /x\n" },
    {
      what: "a URL with --chmod",
      dockerfile: "FROM busybox\nADD --chmod=755 {server}/f /x\n",
      unlike: { ...needsBuildKit, buildkit: "leaves what it fetches as it is" },
    },
    {
      what: "a URL with its --checksum",
      dockerfile:
        "FROM busybox\nADD --checksum=sha256:e2ca2771fc7c542bcdeeb6065a6e872ff2f2d263a19005b55f63311c0a8f1fa9 {server}/f /x\n",
      unlike: laterFlag,
    },
    {
      what: "a URL with another --checksum",
      dockerfile:
        "FROM busybox\nADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 {server}/f /x\n",
    },
    { what: "COPY of a URL", dockerfile: "FROM busybox\nCOPY {server}/f /x\n" },
    { what: "a URL without a name", dockerfile: "FROM busybox\nADD http://127.0.0.1:2/ /x/\n" },
    {
      what: "a URL that does not answer",
      dockerfile: "FROM busybox\nADD http://127.0.0.1:2/f /x/\n",
    },
    {
      what: "--from is not ADD's",
      dockerfile: "FROM busybox\nADD --from=busybox /etc/passwd /x\n",
    },
    { what: "one argument", dockerfile: "FROM busybox\nADD a.txt\n", context: files },
    { what: "a heredoc", dockerfile: "FROM busybox\nADD <<EOF /x\ntext\nEOF\n", unlike: heredocs },
  ],
};
