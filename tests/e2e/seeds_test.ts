/**
 * Walks through what articles about docker have their readers type, with box in docker's place: in a shell, with pipes,
 * substitutions and the programs that they look at the results with.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Box, boxTest, busyboxTar, eventually, needs } from "./harness.ts";
import { hostTest } from "./networks/on_host.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Runs a script and returns the lines that it prints. */
async function lines(box: Box, script: string): Promise<string[]> {
  return (await box.shell(`set -e\n${script}`)).split("\n");
}

/** The columns of a table: docker's are at least three blanks apart. */
function columns(line: string): string[] {
  return line.split(/ {3,}/);
}

/** An image of three layers that is called nginx:latest. */
async function nginx(box: Box): Promise<void> {
  await box.shell(`
    set -e
    box import -c 'CMD ["sh"]' ${await busyboxTar()} base
    box run --name n1 base sh -c 'mkdir -p /etc/nginx; echo "daemon off;" > /etc/nginx/nginx.conf'
    box commit n1 base:2
    box run --name n2 base:2 sh -c 'mkdir -p /var/log/nginx; ln -sf /dev/stdout /var/log/nginx/access.log'
    box commit -c 'EXPOSE 80' -c 'CMD ["cat", "/etc/nginx/nginx.conf"]' n2 nginx
    box rm n1 n2`);
  // What other images are made from only loses its name.
  equal(await box.ok("rmi base:2 base"), "Untagged: base:2\nUntagged: base:latest");
}

boxTest("a base image is made of a root directory, and changed by hand", async (box) => {
  const [id, header, row, ...rest] = await lines(
    box,
    `
    mkdir system; tar -xf ${await busyboxTar()} -C system
    mkdir -p system/proc/1 system/sys/x; touch system/proc/version; chown 1000:1000 system/home
    cd system
    tar --numeric-owner --exclude=./proc --exclude=./sys -cvf ../centos7u6.tar . > /dev/null
    cd ..
    box import centos7u6.tar centos7u6:latest
    box image ls`,
  );
  match(id, DIGEST);
  deepEqual(columns(header), ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"]);
  const [repository, tag, short, created, size] = columns(row);
  deepEqual([repository, tag, short, size], ["centos7u6", "latest", id.slice(7, 19), "1.98MB"]);
  match(created, /^(Less than a second|1 second|\d+ seconds) ago$/);
  deepEqual(rest, []);

  const inside = box.spawn("run -i --name c1000 centos7u6:latest /bin/sh");
  await inside.write("ls -d /proc/1 /proc/cpuinfo /sys/class/net; stat -c %u:%g /home\n");
  await inside.write(
    "ip a s | head -1; mkdir -p /var/www; echo ttt >> /var/www/index.html; exit\n",
  );
  const { stdout, stderr } = await inside.wait();
  equal(stderr, "");
  equal(
    stdout.replace(/ mtu .*/, ""),
    "/proc/1\n/proc/cpuinfo\n/sys/class/net\n1000:1000\n1: lo: <LOOPBACK,UP,LOWER_UP>\n",
  );

  const [committed, , ...table] = await lines(
    box,
    `
    box commit c1000 centos7u6-httpd:v1
    box images
    box run --rm centos7u6-httpd:v1 cat /var/www/index.html`,
  );
  match(committed, DIGEST);
  deepEqual(table.map((line) => columns(line).slice(0, 3)), [
    ["centos7u6-httpd", "v1", committed.slice(7, 19)],
    ["centos7u6", "latest", id.slice(7, 19)],
    ["ttt"],
  ]);
});

boxTest("a saved image is unpacked, and its documents are read with python's json.tool", {
  needs: [needs.program("python3")],
}, async (box) => {
  await nginx(box);
  const [row, archive, ...listing] = await lines(
    box,
    `
    box images|grep nginx
    box save nginx:latest -o nginx.tar
    ls
    mkdir nginx
    tar -xf nginx.tar -C nginx
    ls -l nginx | grep -v -e blobs -e index.json -e oci-layout | awk 'NR > 1 { print $1, $NF }'`,
  );
  deepEqual([columns(row)[0], archive], ["nginx", "nginx.tar"]);
  const id = (await box.ok("inspect -f {{.Id}} nginx:latest")).slice("sha256:".length);
  const config = JSON.parse(await box.shell(`cat nginx/${id}.json | python3 -m json.tool`));
  const [{ Layers }] = JSON.parse(
    await box.shell("cat nginx/manifest.json | python3 -m json.tool"),
  );
  const directories: string[] = Layers.map((path: string) => path.replace("/layer.tar", ""));
  equal(
    await box.shell("cat nginx/repositories | python3 -m json.tool"),
    `{\n    "nginx": {\n        "latest": "${directories[2]}"\n    }\n}`,
  );
  deepEqual(
    listing.toSorted(),
    [
      `-rw-r--r-- ${id}.json`,
      "-rw-r--r-- manifest.json",
      "-rw-r--r-- repositories",
      ...directories.map((name) => `drwxr-xr-x ${name}`),
    ].toSorted(),
  );

  deepEqual(config.config.ExposedPorts, { "80/tcp": {} });
  equal(config.history.length, 3);
  deepEqual(
    JSON.parse(await box.ok(["inspect", "-f", "{{json .RootFS}}", "nginx:latest"])),
    { Type: "layers", Layers: config.rootfs.diff_ids },
  );
  for (const [index, directory] of directories.entries()) {
    const layer = `nginx/${directory}`;
    deepEqual(await lines(box, `ls ${layer}; sha256sum ${layer}/layer.tar | cut -d ' ' -f 1`), [
      "VERSION",
      "json",
      "layer.tar",
      config.rootfs.diff_ids[index].slice("sha256:".length),
    ]);
  }
  deepEqual(
    await lines(
      box,
      `cd nginx/${directories[2]}; mkdir layer; tar -xf layer.tar -C layer; find layer | sort`,
    ),
    [
      "layer",
      "layer/var",
      "layer/var/log",
      "layer/var/log/nginx",
      "layer/var/log/nginx/access.log",
    ],
  );
});

boxTest("an image's layers are followed from its name to their directories", {
  needs: [needs.program("jq")],
}, async (box) => {
  await nginx(box);
  // As an image that was downloaded: without those that it was made from.
  await box.shell("set -e; box save nginx > saved.tar; box rmi nginx; box load < saved.tar");
  const root = { env: { ROOT: box.root } };
  const sh = (script: string) => box.shell(script, root);
  match(await sh("box info | grep 'Storage Driver'"), /^ ?Storage Driver: overlay2$/);
  equal(columns((await sh("box image ls nginx:latest")).split("\n")[1])[1], "latest");
  const id = await sh("box image inspect -f {{.ID}} nginx:latest");
  match(id, DIGEST);
  equal(await sh("box image inspect -f {{.Id}} nginx"), id);
  const layers = await sh("box image inspect -f {{.RootFS.Layers}} nginx:latest");
  match(layers, /^\[sha256:[0-9a-f]{64}( sha256:[0-9a-f]{64}){2}\]$/);
  const [first, second, third] = layers.slice(1, -1).split(" ");

  const content = "$ROOT/image/overlay2/imagedb/content/sha256/";
  equal(await sh(`ls ${content}`), id.slice("sha256:".length));
  deepEqual(JSON.parse(await sh(`cat ${content}${id.slice("sha256:".length)} | jq .rootfs`)), {
    type: "layers",
    diff_ids: [first, second, third],
  });
  const chain = async (parent: string, layer: string) =>
    "sha256:" + (await sh(`echo -n "${parent} ${layer}" | sha256sum -`)).replace("  -", "");
  const chainIds = [first, await chain(first, second)];
  chainIds.push(await chain(chainIds[1], third));
  const names = chainIds.map((each) => each.slice("sha256:".length));
  equal(await sh("ls $ROOT/image/overlay2/layerdb/sha256/"), names.toSorted().join("\n"));

  const directoryOf = (name: string) =>
    `$ROOT/overlay2/$(cat $ROOT/image/overlay2/layerdb/sha256/${name}/cache-id)`;
  equal(await sh(`ls ${directoryOf(names[0])}`), "committed\ndiff\nlink");
  equal(await sh(`ls ${directoryOf(names[2])}`), "committed\ndiff\nlink\nlower\nwork");
  equal(await sh(`ls ${directoryOf(names[1])}/diff/etc/nginx`), "nginx.conf");
  match(await sh("ls $ROOT/overlay2/l | head -1"), /^[A-Z2-7]{26}$/);
});

boxTest(
  "a file that a container wrote is found on the host, also when it no longer runs",
  async (box) => {
    await nginx(box);
    await box.ok("run --name happy nginx touch happiness.txt");
    const found = await box.shell(`find ${box.root} -name happiness.txt`);
    match(found.slice(box.root.length), /^\/overlay2\/[0-9a-f]{64}\/diff\/happiness\.txt$/);
  },
);

boxTest("containers are listed and removed by name, short id and substitution", async (box) => {
  await nginx(box);
  await box.ok("run nginx");
  const [header, row] = await lines(box, "box ps -a");
  deepEqual(
    columns(header),
    ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"],
  );
  const short = row.slice(0, 12);
  match(
    row,
    /^[0-9a-f]{12} {3}nginx +"cat \/etc\/nginx\/ngin…" .* Exited \(0\) .* ago .* [a-z]+_[a-z]+\d*$/,
  );
  match(
    await box.shell("box ps -a --no-trunc | tail -1"),
    new RegExp(`^${short}[0-9a-f]{52} .*"cat /etc/nginx/nginx.conf"`),
  );
  equal(await box.ok("ps -q"), "");

  await box.ok("run --name b1 nginx sh");
  match(await box.shell("box ps -a | grep b1"), /"sh" .* Exited \(0\) .* b1$/m);
  equal(await box.ok("rm b1"), "b1");
  equal(await box.ok("ps -aq"), short);
  equal(await box.shell("box rm $(box ps -aq)"), short);
  equal(await box.shell("box ps -a | wc -l"), "1");
});

boxTest("an image in use is not removed; then it goes with its layers", async (box) => {
  await nginx(box);
  const id = await box.ok("inspect -f {{.Id}} nginx");
  await box.ok("tag nginx web:1.31.1");
  equal(await box.ok("rmi web:1.31.1"), "Untagged: web:1.31.1");
  const container = (await box.ok("create --name b1 nginx")).slice(0, 12);
  equal(
    await box.fail("rmi nginx", 1, /^Error/),
    'Error response from daemon: conflict: unable to remove repository reference "nginx" ' +
      `(must force) - container ${container} is using its referenced image ${id.slice(7, 19)}\n`,
  );
  await box.ok("rm b1");
  const removed = await lines(box, "box image rm $(box image ls -q nginx)");
  deepEqual(removed.slice(0, 2), ["Untagged: nginx:latest", `Deleted: ${id}`]);
  equal(removed.length, 2 + 2 + 3, "the two images that it was made from, and three layers");
  for (const line of removed.slice(2)) match(line, /^Deleted: sha256:[0-9a-f]{64}$/);
  equal(await box.ok("images -aq"), "");
});

boxTest("save keeps an image's history, export and import forget it", async (box) => {
  await nginx(box);
  const history = ["history", "--format", "{{.ID}} {{.CreatedBy}}"];
  const [top, middle, base] = (await box.ok([...history, "nginx"])).split("\n");
  match(top, /^[0-9a-f]{12} sh -c mkdir -p \/var\/log\/nginx; ln -sf \/dev/);
  match(middle, /^[0-9a-f]{12} sh -c mkdir -p \/etc\/nginx; echo "daemo/);
  match(base, /^[0-9a-f]{12} $/);
  await box.shell(`
    set -e
    box create --name one nginx
    box export one > exported.tar
    box import exported.tar flat
    box save nginx flat > saved.tar
    box rm one
    box rmi nginx flat
    box load < saved.tar`);
  deepEqual(
    (await box.ok([...history, "nginx"])).split("\n").map((line) => line.replace(/^\S+/, "")),
    [top, middle, base].map((line) => line.replace(/^\S+/, "")),
  );
  equal((await box.ok("history -q flat")).split("\n").length, 1);
  equal(await box.ok("run --rm flat cat /etc/nginx/nginx.conf"), "daemon off;");
  ok(await box.ok("inspect -f {{.Config.Cmd}} flat") === "[]");
});

hostTest("a web server is built, and asked at the address that inspect shows", async (
  own,
  { box, network },
) => {
  const context = `${own.temp}/test`, pages = `${own.temp}/wwwroot`;
  const files = {
    [`${context}/run-httpd.sh`]: "#!/bin/sh\nrm -rf /run/httpd/*\nexec httpd -f -h /var/www/html\n",
    [`${context}/index.html`]: "It's work!!!\n",
    [`${context}/Dockerfile`]: `FROM busybox:latest
MAINTAINER "smartdocker@smartdocker@126.com"
ADD run-httpd.sh /run-httpd.sh
RUN chmod -v +x /run-httpd.sh
ADD index.html /var/www/html/
EXPOSE 80
WORKDIR /
CMD ["/bin/sh","/run-httpd.sh"]
`,
    [`${pages}/index.html`]: "wwwroot\n",
  };
  for (const directory of [context, pages]) await Deno.mkdir(directory);
  for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(path, text);
  await box.ok(["build", "-t", "centos7u6-base-httpd:v1", context]);
  const runs: [options: string[], address: string, page: string][] = [
    [[], "172.17.0.2", "It's work!!!"],
    [["-v", `${pages}:/var/www/html`], "172.17.0.3", "wwwroot"],
  ];
  for (const [options, address, page] of runs) {
    const id = await box.ok(["run", "-d", ...options, "centos7u6-base-httpd:v1"]);
    match(await box.ok(["inspect", id.slice(0, 5)]), new RegExp(`"IPAddress": "${address}"`));
    const get = ["curl", "-sS", "--max-time", "5", `http://${address}`];
    await eventually("it answers", () => network.host$(...get).then(() => true, () => false));
    equal(await network.host$(...get), page);
  }
});
