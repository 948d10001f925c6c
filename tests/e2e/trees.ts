/** Trees of files as lines that can be compared. */
import { fail } from "node:assert/strict";

/** Everything below a directory, sorted: `directory/`, `file`, `link -> target`, and for a second name `hard = first`. */
export async function treeOf(directory: string): Promise<string[]> {
  const lines: string[] = [], firstNames = new Map<number, string>();
  const walk = async (prefix: string) => {
    const entries = await Array.fromAsync(Deno.readDir(`${directory}/${prefix}`));
    for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = prefix + name, stat = await Deno.lstat(`${directory}/${path}`);
      if (stat.isDirectory) {
        lines.push(`${path}/`);
        await walk(`${path}/`);
      } else if (stat.isSymlink) {
        lines.push(`${path} -> ${await Deno.readLink(`${directory}/${path}`)}`);
      } else if (stat.nlink! > 1 && firstNames.has(stat.ino!)) {
        lines.push(`${path} = ${firstNames.get(stat.ino!)}`);
      } else {
        firstNames.set(stat.ino!, path);
        lines.push(path);
      }
    }
  };
  await walk("");
  return lines.sort();
}

/** The entries of a tar archive, as tar(1) reads it: sorted, and written as by treeOf(), or one detailed line each. */
export async function entriesOf(
  archive: Uint8Array,
  form: "names" | "details" = "names",
): Promise<string[]> {
  const tar = new Deno.Command("tar", {
    args: ["tvPf", "-", "--numeric-owner", "--full-time", "--quoting-style=escape"],
    env: { LC_ALL: "C", TZ: "UTC" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = tar.stdin.getWriter();
  void writer.write(archive).then(() => writer.close()).catch(() => {});
  const { code, stdout } = await tar.output();
  if (code !== 0) fail("tar cannot read the archive");
  const lines = new TextDecoder().decode(stdout).split("\n").filter(Boolean);
  if (form === "details") return lines;
  return lines.map((line) => line.replace(/^\S+ +\S+ +\S+ \S+ \S+ /, ""))
    .map((line) => line.replace(" link to ", " = ")).sort();
}

/**
 * A script for busybox that makes and changes files of every kind, in /made and in what the image brings. Times are set, but not
 * those of every directory.
 */
export const manyKindsOfFiles = `
  set -e
  mkdir /made; cd /made
  echo content > file; ln file second; ln -s file link; ln -s nowhere dangling
  mkfifo fifo; mknod character c 5 6; mknod block b 7 300
  cp file setuid; chown 100000:3000000 setuid; chmod 6755 setuid
  mkdir -p sticky/empty; chmod 1777 sticky; chmod 0 sticky/empty
  long=$(printf 'n%.0s' $(seq 1 200)); mkdir $long; echo deep > $long/$long; ln -s $long/$long long
  printf x > "$(printf 'not\\377utf8')"; echo > 'ünïcode'; echo > "$(printf 'new\\nline')"; echo > ' '
  echo > .wh-not; echo > -dash
  dd if=/dev/zero of=sparse bs=1 count=1 seek=1000000 2>/dev/null
  touch -d '1999-12-31 23:59:59' file; touch -h -d '2001-02-03 04:05:06' link
  rm /bin/yes; chmod 700 /tmp; echo changed >> /etc/passwd; rm -r /home; mkdir /home; echo new > /home/new
`;
