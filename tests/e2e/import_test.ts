/** Images from archives, and from the host itself. */
import { deepEqual, equal, match } from "node:assert/strict";
import { boxTest, busyboxTar, needs } from "./harness.ts";

boxTest("import reads a file, standard input and a web server, compressed or not", async (box) => {
  const archive = await Deno.readFile(await busyboxTar());
  const gzip = await new Response(
    new Blob([archive]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(gzip),
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}/busybox.tar.gz`;
    const file = await box.ok(["import", await busyboxTar(), "from-file"]);
    const stdin = await box.ok(["import", "-", "from-stdin"], { stdin: gzip });
    const downloaded = await box.ok(["import", url, "from-url"]);
    for (const id of [file, stdin]) match(id, /^sha256:[a-f0-9]{64}$/);
    equal(downloaded.split("\n")[0], `Downloading from ${url}`);
    match(downloaded.split("\n")[1], /^sha256:[a-f0-9]{64}$/);

    const layer = "{{index .RootFS.Layers 0}} {{.Comment}}";
    const [fromFile, fromStdin, fromUrl] = await Promise.all(
      ["from-file", "from-stdin", "from-url"].map((name) => box.ok(["inspect", "-f", layer, name])),
    );
    equal(fromStdin, fromFile, "the same layer, and both were streams to the engine");
    equal(fromUrl, fromFile.replace("Imported from -", `Imported from ${url}`));
  } finally {
    await server.shutdown();
  }
});

boxTest("import applies changes and a message", async (box) => {
  const changes = ["-c", "ENV A=1 B=x", "-c", 'ENTRYPOINT ["echo"]', "-c", "CMD $A"];
  await box.ok(["import", ...changes, "-m", "why", await busyboxTar(), "changed"]);
  equal(
    await box.ok(["inspect", "-f", "{{.Comment}} {{.Config.Env}}", "changed"]),
    "why [A=1 B=x]",
  );
  equal(await box.ok("run --rm changed"), "/bin/sh -c $A");
});

boxTest("import refuses in docker's words", async (box) => {
  const archive = await busyboxTar();
  const table: [args: string[], message: string][] = [
    [["/nonexistent.tar"], "open /nonexistent.tar: no such file or directory"],
    [["/etc"], "read /etc: is a directory"],
    [["-", "bad:REF:x"], "invalid reference format"],
    [["-c", "FROM x", archive], "Error response from daemon: from is not a valid change command"],
    [
      ["--platform", "windows/amd64", archive],
      "Error response from daemon: operating system is not supported",
    ],
  ];
  for (const [args, message] of table) {
    const { code, stdout, stderr } = await box.run(["import", ...args]);
    deepEqual([code, stdout, stderr], [1, "", `${message}\n`]);
  }
  equal(await box.ok("images -q"), "");
});

for (const [kind, program] of [["busybox", "busybox"], ["coreutils", "sh"]]) {
  const options = { needs: [needs.program(program)] };
  boxTest(`an image of the host's own ${kind} runs`, options, async (box) => {
    match(await box.ok(["import", `--from-host=${kind}`]), /^sha256:[a-f0-9]{64}$/);
    const script = "set -e; cd /; ls -d proc tmp; echo b a | tr ' ' '\\n' | sort; id -un; " +
      "echo piped | gzip | gunzip; tar -cf - etc/passwd | tar -tf -";
    equal(
      await box.ok(["run", "--rm", "host", "sh", "-c", script]),
      "proc\ntmp\na\nb\nroot\npiped\netc/passwd",
    );
    equal(
      await box.ok(["run", "--rm", "host", "stat", "-c", "%a %U", "/tmp", "/root"]),
      [
        "1777 root",
        "700 root",
      ].join("\n"),
    );
    deepEqual(
      await box.ok(["inspect", "-f", "{{.Comment}}|{{.Config.Cmd}}", "host:latest"]),
      "Imported from the host|[sh]",
    );
  });
}

boxTest("two images of one host have the same layer", async (box) => {
  await box.ok("import --from-host one");
  await box.ok("import --from-host -m again two");
  const layers = await box.ok(["inspect", "-f", "{{.RootFS.Layers}}", "one", "two"]);
  const [one, two] = layers.split("\n");
  equal(one, two);
});
