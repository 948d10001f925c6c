import assert from "node:assert/strict";
import { parseCacheFrom, parseCacheTo } from "../../../commands/build_request/cache.ts";
import { parseRepository } from "../../../commands/build_request/inputs.ts";
import { parseNamedContext } from "../../../commands/build_request/named_context.ts";
import { parseOutput } from "../../../commands/build_request/output.ts";

/** Text and what becomes of it, or the message that refuses it. */
type Cases = [text: string, expected: unknown][];

function check(name: string, parse: (text: string) => unknown, cases: Cases): void {
  for (const [text, expected] of cases) {
    Deno.test(`${name} of ${JSON.stringify(text)}`, () => {
      if (expected instanceof RegExp) assert.throws(() => parse(text), expected);
      else assert.deepEqual(parse(text), expected);
    });
  }
}

const archive = { kind: "archive", format: "oci", isDirectory: false, path: "-", names: [] };

check("--output", parseOutput, [
  ["out", { kind: "directory", path: "out" }],
  ["-", { kind: "tar", path: "-" }],
  ["type=local,dest=out", { kind: "directory", path: "out" }],
  ["type=tar,dest=a,b", /invalid value b/],
  ["type=docker", { kind: "image" }],
  ["type=image", { kind: "image" }],
  ["type=oci", archive],
  ["type=docker,dest=a.tar", { ...archive, format: "docker", path: "a.tar" }],
  ["type=docker,dest=-", { ...archive, format: "docker" }],
  ["TYPE=oci, dest=d ,tar=false", { ...archive, path: "d", isDirectory: true }],
  ['type=oci,"name=a:1,b"', { ...archive, names: ["a:1", "b"] }],
  ["type=oci,compression=uncompressed", archive],
  ["type=oci,compression=gzip", /compression=\.\.\. is not supported yet/],
  ["type=oci,tar=maybe", /invalid value "maybe" for tar/],
  ["type=oci,name=A", /repository name must be lowercase/],
  ["type=image,push=true", /push=\.\.\. is not supported yet/],
  ["type=image,dest=x", /not supported yet/],
  ["dest=x", /type is required/],
  ["type=local", /dest is required/],
]);

check("--cache-from", parseCacheFrom, [
  ["a:1,b", [{ kind: "image", reference: "a:1" }, { kind: "image", reference: "b" }]],
  ["type=local,src=dir", [{ kind: "local", path: "dir" }]],
  ["type=local", /src is required/],
  ["type=registry,ref=a", [{ kind: "registry", reference: "a" }]],
  ["type=registry", /ref required for registry cache/],
  ["type=registry,src=a", /--cache-from src=\.\.\. is not supported yet/],
  ["type=gha", /type=gha is not supported yet/],
]);

check("--cache-to", parseCacheTo, [
  ["type=inline", { kind: "inline" }],
  ["type=inline,mode=max", /inline cache has no mode max/],
  ["type=local,dest=d", { kind: "local", path: "d", isAll: false }],
  ["type=local,dest=d,mode=max", { kind: "local", path: "d", isAll: true }],
  ["type=local,dest=d,mode=all", /invalid cache mode all/],
  ["type=local", /dest is required/],
  ["user/app:cache", { kind: "registry", reference: "user/app:cache", isAll: false }],
  ["type=registry,ref=a:1,mode=max", { kind: "registry", reference: "a:1", isAll: true }],
  ["type=registry,dest=d", /--cache-to dest=\.\.\. is not supported yet/],
]);

const digest = `sha256:${"a".repeat(64)}`;

check("--build-context", parseNamedContext, [
  ["name=dir", ["name", { kind: "directory", path: "dir" }]],
  ["docker.io/library/Base:latest=d=x", ["base", { kind: "directory", path: "d=x" }]],
  ["base:1=docker-image://app:2", ["base:1", { kind: "image", reference: "app:2" }]],
  ["b=oci-layout:///a/b", ["b", { kind: "layout", path: "/a/b", choice: {} }]],
  ["b=oci-layout://d:1", ["b", { kind: "layout", path: "d", choice: { tag: "1" } }]],
  [
    `b=oci-layout://d:1@${digest}`,
    ["b", { kind: "layout", path: "d", choice: { tag: "1", digest } }],
  ],
  ["b=oci-layout://d@sha256:1", /invalid digest sha256:1/],
  ["b=git@host:r.git", ["b", { kind: "git", reference: { remote: "git@host:r.git" } }]],
  ["b=target:other", ["b", { kind: "directory", path: "target:other" }]],
  ["b=ftp://host", /not supported yet/],
  ["b=", /expected key=value/],
  ["=b", /expected key=value/],
]);

check("parseRepository()", parseRepository, [
  ["github.com/user/app", { remote: "https://github.com/user/app.git" }],
  ["github.com/u/a.git#v1:d", {
    remote: "https://github.com/u/a.git",
    reference: "v1",
    subdirectory: "d",
  }],
  ["https://github.com/u/a", undefined],
  ["dir/github.com/u/a", undefined],
]);
