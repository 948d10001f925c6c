import assert from "node:assert/strict";
import { parseByteSize } from "../../../../../runtime/build/frontend/byte_size.ts";
import { parseMount } from "../../../../../runtime/build/frontend/mount.ts";
import type { RunMount } from "../../../../../runtime/build/frontend/types.ts";

const asItIs = (value: string) => value;

const accepted: [text: string, mount: RunMount][] = [
  ["target=/a", { type: "bind", target: "/a", isReadOnly: true }],
  ["type=bind,from=b,src=/s,dst=/a,rw", {
    ...{ type: "bind", from: "b", source: "/s", target: "/a", isReadOnly: false },
  }],
  ["Type=BIND,destination=/a,readwrite=false", {
    ...{ type: "bind", target: "/a", isReadOnly: true },
  }],
  ["type=cache,target=/a", { type: "cache", target: "/a", isReadOnly: false, sharing: "shared" }],
  ["type=cache,target=/a,id=x,sharing=locked,mode=0755,uid=1,gid=2,from=b,source=/s,ro", {
    ...{ type: "cache", target: "/a", id: "x", sharing: "locked", mode: 0o755, uid: 1, gid: 2 },
    ...{ from: "b", source: "/s", isReadOnly: true },
  }],
  ["type=tmpfs,target=/a", { type: "tmpfs", target: "/a" }],
  ["type=tmpfs,target=/a,size=64m", { type: "tmpfs", target: "/a", sizeInBytes: 2 ** 26 }],
  ["type=secret,id=x", { type: "secret", id: "x", isRequired: false }],
  ["type=secret,src=x,env=Y,required", { type: "secret", id: "x", env: "Y", isRequired: true }],
  ["type=secret,target=/a,mode=400,required=true", {
    ...{ type: "secret", target: "/a", mode: 0o400, isRequired: true },
  }],
  ["type=ssh", { type: "ssh", isRequired: false }],
  ["type=ssh,id=k,target=/s,required=1,uid=5", {
    ...{ type: "ssh", id: "k", target: "/s", isRequired: true, uid: 5 },
  }],
  ['type=bind,"target=/a,b"', { type: "bind", target: "/a,b", isReadOnly: true }],
];

for (const [text, mount] of accepted) {
  Deno.test(`parseMount() reads ${text}`, () => {
    assert.deepEqual(parseMount(text, asItIs), mount);
  });
}

const refused: [text: string, message: string][] = [
  ["type=volume", 'unsupported mount type "volume"'],
  ["type=cach", 'unsupported mount type "cach" (did you mean cache?)'],
  ["target", "invalid field 'target' must be a key=value pair"],
  ["taget=/a", "unexpected key 'taget' in 'taget=/a' (did you mean target?)"],
  ["required", "unexpected key 'required' for mount type 'bind'"],
  ["type=cache,required=true", "unexpected key 'required' for mount type 'cache'"],
  ["type=ssh,required=x", "invalid value for required: x"],
  ["ro=maybe", "invalid value for ro: maybe"],
  ["size=1m", "unexpected key 'size' for mount type 'bind'"],
  ["type=tmpfs,size=x", "invalid value for size: x"],
  ["type=cache,sharing=x", 'unsupported sharing value "x"'],
  ["sharing=locked", "invalid cache sharing set for bind mount"],
  ["mode=0755", 'mode not allowed for "bind" type mounts'],
  ["type=tmpfs,uid=1", 'uid not allowed for "tmpfs" type mounts'],
  ["type=cache,mode=9", "invalid value 9 for mode"],
  ["type=cache,uid=-1", "invalid value -1 for uid"],
  ["type=cache,gid=4294967296", "invalid value 4294967296 for gid"],
  ["type=secret,id=a,from=b", "secret mount should not have a from"],
  ["type=secret", "invalid secret mount. one of source, target required"],
  ["type=secret,id=a,src=b", "both source and id can't be set"],
  ["type=secret,id=a,sharing=shared", "secret mount should not define sharing"],
  ['target="/a', 'failed to parse csv mounts: bare or unclosed quote in target="/a'],
];

for (const [text, message] of refused) {
  Deno.test(`parseMount() refuses ${text}`, () => {
    assert.throws(() => parseMount(text, asItIs), { name: "InvalidError", message });
  });
}

const sizes: [text: string, bytes: number | undefined][] = [
  ["0", 0],
  ["512", 512],
  ["1b", 1],
  ["2k", 2048],
  ["1.5KB", 1536],
  ["1 GiB", 2 ** 30],
  ["1x", undefined],
  ["-1", undefined],
  ["", undefined],
];

for (const [text, bytes] of sizes) {
  Deno.test(`parseByteSize() of ${JSON.stringify(text)}`, () => {
    assert.equal(parseByteSize(text), bytes);
  });
}
