/** Real input: a Debian root file system, and files of every kind, lose nothing on their way through box. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  assertSameTree,
  type Box,
  boxTest,
  debianTar,
  layerDirectories,
  makeOddFiles,
  mergedDirectory,
  needs,
  readTree,
  storeLeftovers,
} from "./harness.ts";

const attributes = ["getfattr", "setfattr", "setcap"].map(needs.program);

boxTest("Debian with odd files is imported, saved and loaded as tar knows it", {
  needs: attributes,
}, async (box) => {
  const archive = await debianWithOddFiles(box), extracted = `${box.temp}/extracted`;
  await Deno.mkdir(extracted);
  await box.shell(`tar -xp --xattrs --xattrs-include='*' -C ${extracted} -f ${archive}`);
  await box.ok(["import", "-c", 'CMD ["bash"]', archive, "debian:12"]);
  match(await box.ok("run --rm debian:12 dpkg -l"), /^ii {2}dpkg +1\.21\./m);
  const [layer] = await layerDirectories(box, "debian:12");
  assertSameTree(await readTree(layer), await readTree(extracted));
  ok((await Deno.stat(`${layer}/odd/sparse`)).blocks! < 100, "a sparse file takes no room");

  const saved = `${box.temp}/saved.tar`, other = box.otherStore("other");
  await box.ok(["save", "-o", saved, "debian:12"]);
  await other.ok(["load", "-i", saved]);
  equal(await other.ok("images -q --no-trunc"), await box.ok("images -q --no-trunc"));
  const [loaded] = await layerDirectories(other, "debian:12");
  assertSameTree(await readTree(loaded), await readTree(layer));
  equal(await other.shell(`box save debian:12 | cmp - ${saved} && echo the same`), "the same");
});

/** Debian's archive with odd files added to it, in each of tar's formats that can hold them. */
async function debianWithOddFiles(box: Box): Promise<string> {
  await Deno.mkdir(`${box.temp}/odd`);
  await makeOddFiles(`${box.temp}/odd`);
  await box.shell(`
    tar -cf gnu.tar --format=gnu --sparse --transform='flags=rh;s,^odd,odd-gnu,' odd
    tar -cf pax.tar --format=pax --sparse --xattrs --xattrs-include='*' odd
    cp ${await debianTar()} debian.tar
    tar -Af debian.tar gnu.tar
    tar -Af debian.tar pax.tar`);
  return `${box.temp}/debian.tar`;
}

/** Installs a package, and makes every kind of change that a layer has to record. */
const changes = `
  set -e
  dpkg --force-unsafe-io -i /input/box-test.deb > /dev/null
  box-test
  cp -a /input/odd /
  rm /etc/debian_version
  mv /etc/skel /etc/skeleton
  rm -r /usr/share/info
  rm -r /usr/share/doc; mkdir /usr/share/doc; echo new > /usr/share/doc/only
  rm /usr/bin/tac; mkdir /usr/bin/tac; echo in > /usr/bin/tac/in
  rm -r /srv; echo file > /srv
  ln /usr/bin/perl /usr/bin/perl-too
  chmod 750 /opt; chown 5:6 /mnt; chmod u-s /usr/bin/passwd; touch -d 1999-12-31 /usr/bin/tar
  rm /odd/setuid
  mkfifo /root/fifo; ln /root/fifo /root/fifo-too
`;

/** What is gone after these changes, and is neither replaced nor was new, in a layer's archive. */
const whiteouts = [
  "etc/.wh.debian_version",
  "etc/.wh.skel",
  "usr/bin/tac/.wh..wh..opq",
  "usr/share/.wh.info",
  "usr/share/doc/.wh..wh..opq",
];

/** Made anew for each container: the init layer, and the times of the directories that it is in. */
const madeForContainers =
  /^(\.dockerenv|dev|dev\/(console|pts|shm)|etc|etc\/(hosts|hostname|resolv\.conf|mtab))$/;

boxTest("Debian with a package installed is committed, saved, loaded and run", {
  needs: [...attributes, needs.program("dpkg-deb")],
}, async (box) => {
  await box.debian();
  const input = `${box.temp}/input`;
  await Deno.mkdir(`${input}/odd`, { recursive: true });
  await makeOddFiles(`${input}/odd`);
  await buildPackage(box, `${input}/box-test.deb`);
  const script = `${changes} echo ready; exec sleep 1000`;
  const work = box.spawn(
    ["run", "--name", "work", "-v", `${input}:/input:ro`, "debian", "sh", "-c", script],
  );
  await work.waitFor("box-test works\nready\n");
  const changed = await readTree(await mergedDirectory(box, "work"));
  await box.ok("commit -m changed work debian:changed");
  await box.ok("rm -f work");
  await work.wait();

  const saved = `${box.temp}/saved.tar`, other = box.otherStore("other");
  await box.ok(["save", "-o", saved, "debian:changed"]);
  deepEqual(await whiteoutsInTopLayer(box, saved), whiteouts);
  await other.ok(["load", "-i", saved]);
  const id = "images -q --no-trunc debian:changed";
  equal(await other.ok(id), await box.ok(id));
  const [ours, theirs] = await Promise.all(
    [box, other].map((each) => layerDirectories(each, "debian:changed")),
  );
  equal(theirs.length, 2);
  for (const index of theirs.keys()) {
    assertSameTree(await readTree(theirs[index]), await readTree(ours[index]));
  }
  const copy = other.spawn(
    ["run", "--name", "copy", "debian:changed", "sh", "-c", "box-test; sleep 1000"],
  );
  await copy.waitFor("box-test works\n");
  const root = await readTree(await mergedDirectory(other, "copy"));
  await other.ok("rm -f copy");
  await copy.wait();
  assertSameTree(root, changed, madeForContainers);
  deepEqual(storeLeftovers(`${box.temp}/other`), []);
});

/** A package of one program, as small as dpkg allows. */
async function buildPackage(box: Box, file: string): Promise<void> {
  await box.shell(`
    mkdir -p package/DEBIAN package/usr/bin
    printf '#!/bin/sh\\necho box-test works\\n' > package/usr/bin/box-test
    chmod 755 package/usr/bin/box-test
    printf '%s\\n' 'Package: box-test' 'Version: 1' 'Architecture: all' \\
      'Maintainer: nobody <nobody@example.com>' 'Description: test of box' > package/DEBIAN/control
    dpkg-deb --build --root-owner-group package ${file} > package.log`);
}

async function whiteoutsInTopLayer(box: Box, saved: string): Promise<string[]> {
  const names = await box.shell(`
    layer=$(tar -xOf ${saved} manifest.json | grep -o '[0-9a-f]*/layer.tar' | tail -1)
    tar -xOf ${saved} $layer | tar -t | grep '\\.wh\\.'`);
  return names.split("\n").sort();
}
