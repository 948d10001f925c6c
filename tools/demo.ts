/**
 * A guided tour of the main job: a base image out of this very host, a container, a commit, an archive, and back. Every command
 * is printed before it runs. The store is one of its own and is removed at the end.
 *
 *   deno task demo                        box from source
 *   BOX_BINARY=dist/box deno task demo    the compiled one
 */

const temporary = Deno.makeTempDirSync({ prefix: "box-demo-" });
const root = `${temporary}/store`, archive = `${temporary}/hello.tar`;
const binary = Deno.env.get("BOX_BINARY");
const [program, ...prefix] = binary ? [Deno.realPathSync(binary)] : [
  Deno.execPath(),
  "run",
  "--allow-all",
  "--quiet",
  new URL("../main.ts", import.meta.url).pathname,
];

interface Stop {
  readonly title: string;
  readonly commands: readonly (readonly string[])[];
}

const tour: readonly Stop[] = [
  {
    title: "A base image without a registry: made from what this host has",
    commands: [["import", "--from-host", "base"], ["images"]],
  },
  {
    title: "A container: its own root, processes, host name and network",
    commands: [
      [
        "run",
        "--rm",
        "base",
        "sh",
        "-c",
        "echo hello from $(hostname), process $$ of its own world",
      ],
      [
        "run",
        "--name",
        "work",
        "base",
        "sh",
        "-c",
        "echo 'made in a container' > /hello; rm -r /home",
      ],
      ["ps", "-a"],
    ],
  },
  {
    title: "What it changed becomes an image",
    commands: [
      ["diff", "work"],
      ["commit", "-m", "say hello", "-c", 'CMD ["cat", "/hello"]', "work", "hello:1"],
      ["history", "hello:1"],
      ["inspect", "-f", "{{.Config.Cmd}} {{len .RootFS.Layers}} layers", "hello:1"],
    ],
  },
  {
    title: "The image goes into an archive that docker and podman read, too",
    commands: [
      ["save", "-o", archive, "hello:1"],
      ["rm", "work"],
      ["rmi", "hello:1", "base"],
      ["images"],
    ],
  },
  {
    title: "And comes back out of it",
    commands: [["load", "-i", archive], ["images"], ["run", "--rm", "hello:1"]],
  },
];

function runBox(args: readonly string[]): void {
  console.log(`\n$ box ${args.map(quote).join(" ")}`);
  const { success, code } = new Deno.Command(program, {
    args: [...prefix, ...args],
    env: { BOX_ROOT: root },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  if (!success) throw new Error(`box ${args[0]} ended with exit code ${code}`);
}

/** As one would type it in a shell. */
function quote(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

try {
  for (const [number, { title, commands }] of tour.entries()) {
    console.log(`\n== ${number + 1}. ${title}`);
    for (const args of commands) runBox(args);
  }
  console.log("\nThat was the tour. Its store is removed again.");
} finally {
  Deno.removeSync(temporary, { recursive: true });
}
