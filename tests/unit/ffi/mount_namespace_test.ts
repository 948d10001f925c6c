import { deepEqual, equal, throws } from "node:assert/strict";
import { AT, O } from "../../../ffi/constants.ts";
import { openDirectory, readEntries } from "../../../ffi/directory.ts";
import { close, openAt, withFd } from "../../../ffi/file.ts";
import { cloneTree, mount } from "../../../ffi/mount.ts";
import { cloneTreeInNamespace, inPrivateMountNamespace } from "../../../ffi/mount_namespace.ts";
import { isReadonlyMount, mountIdOf } from "../../../ffi/stat.ts";
import { program, root as asRoot } from "../../e2e/harness/needs.ts";
import { RunningProcess } from "../../e2e/harness/process.ts";
import { testWith } from "../../e2e/harness/skip.ts";

const namespace = () => Deno.readLinkSync("/proc/thread-self/ns/mnt");
const mountTable = () => Deno.readTextFileSync("/proc/thread-self/mountinfo");

testWith(
  [asRoot],
  "inPrivateMountNamespace() leaves of its mounts only what was cloned",
  () => {
    const path = Deno.makeTempDirSync(), before = [namespace(), Deno.cwd(), mountTable()];
    try {
      const tree = inPrivateMountNamespace(() => {
        const tmpfs = { source: "tmpfs", type: "tmpfs" };
        mount({ ...tmpfs, target: path, flags: 0 });
        Deno.mkdirSync(`${path}/inner`);
        mount({ ...tmpfs, target: `${path}/inner`, flags: 1 });
        return cloneTree(path, true);
      });
      try {
        deepEqual([namespace(), Deno.cwd(), mountTable()], before);
        deepEqual([...Deno.readDirSync(path)], []);
        const names = withFd(openDirectory(tree, "."), readEntries).map(({ name }) => name);
        deepEqual(names, ["inner"]);
        withFd(openDirectory(tree, "inner"), (inner) => {
          deepEqual([isReadonlyMount(tree), isReadonlyMount(inner)], [false, true]);
          equal(mountIdOf(tree) === mountIdOf(inner), false);
        });
      } finally {
        close(tree);
      }
    } finally {
      Deno.removeSync(path);
    }
  },
);

testWith([asRoot], "inPrivateMountNamespace() comes back from an error, too", () => {
  const before = [namespace(), Deno.cwd()];
  throws(
    () =>
      inPrivateMountNamespace(() => {
        equal(namespace() === before[0], false);
        throw new Error("of the action");
      }),
    /of the action/,
  );
  deepEqual([namespace(), Deno.cwd()], before);
});

testWith(
  [asRoot, program("unshare")],
  "cloneTreeInNamespace() fetches what is mounted in another process's namespace",
  async () => {
    const path = Deno.makeTempDirSync(), before = [namespace(), Deno.cwd(), mountTable()];
    const script = `mount -t tmpfs tmpfs ${path} && mkdir ${path}/inner && ln -s inner ${path}/link
      echo mounted; read line`;
    const process = new RunningProcess(["unshare", "--mount", "sh", "-c", script]);
    try {
      await process.waitFor("mounted\n");
      withFd(openAt(AT.FDCWD, `/proc/${process.pid}/ns/mnt`, O.RDONLY), (other) => {
        withFd(cloneTreeInNamespace(other, path), (tree) => {
          const names = withFd(openDirectory(tree, "."), readEntries).map(({ name }) => name);
          deepEqual(names.sort(), ["inner", "link"]);
        });
        throws(() => cloneTreeInNamespace(other, `${path}/link`), { code: "ELOOP" });
        throws(() => cloneTreeInNamespace(other, `${path}/none`), { code: "ENOENT" });
      });
      deepEqual([namespace(), Deno.cwd(), mountTable()], before);
      deepEqual([...Deno.readDirSync(path)], []);
    } finally {
      await process.closeStdin();
      await process.wait();
      Deno.removeSync(path);
    }
  },
);
