import assert from "node:assert/strict";
import { mountSpecOf, parseMount } from "../../commands/container_request/mount.ts";
import { defaultHostConfig } from "../../runtime/container/host_config.ts";
import { mountPointsOf } from "../../runtime/container/mount_points.ts";
import { parseUsernsMode } from "../../runtime/container/user_namespace/mode.ts";
import { remappedIds } from "../../runtime/container/user_namespace/subordinate_ids.ts";
import { checkProfile } from "../../runtime/sandbox/seccomp/check.ts";
import { resolveUser } from "../../runtime/sandbox/user.ts";
import { fuzz, isTold, type Random } from "./fuzz.ts";

const ROUNDS = 10_000;

/** What is refused is told. */
function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    isTold(error);
  }
}

const fields = [
  ...[
    "type=bind",
    "type=volume",
    "type=tmpfs",
    "type=",
    "type=npipe",
    "source=/",
    "src=/tmp",
    "source=v",
  ],
  ...[
    "source=../v",
    "target=/t",
    "dst=/a/../../b",
    "destination=",
    "target=/",
    "target=t",
    "readonly",
    "ro=1",
  ],
  ...[
    "ro=maybe",
    "bind-propagation=rshared",
    "bind-propagation=x",
    "bind-nonrecursive",
    "volume-nocopy=0",
  ],
  ...[
    "volume-label=a=b",
    "volume-driver=local",
    "volume-opt=o=bind",
    "volume-subpath=../x",
    "volume-subpath=a",
  ],
  ...[
    "tmpfs-size=1g",
    "tmpfs-size=-1",
    "tmpfs-mode=1777",
    "tmpfs-mode=9",
    "x=y",
    '"a',
    '"a""b"',
    "=",
    "__proto__=1",
  ],
];

function randomMount(random: Random): string {
  const text = random.list(6, () => random.pick(fields)).join(",");
  return random.chance(0.5) ? random.spoil(text) : text;
}

Deno.test("ten thousand --mount say where they lead, or why they are refused", async () => {
  await fuzz(ROUNDS, (random) => {
    const spec = unlessRefused(() => mountSpecOf(parseMount(randomMount(random))));
    if (spec === undefined) return;
    const points = unlessRefused(() => mountPointsOf({ ...defaultHostConfig(), Mounts: [spec] }));
    for (const { Destination, Type, Source } of Object.values(points ?? {})) {
      assert.match(Destination, /^\/[^]/);
      assert.ok(!Destination.split("/").some((name) => name === ".." || name === "."), Destination);
      if (Type === "bind") assert.match(Source, /^\//);
    }
  });
});

const lines = [
  ...[
    "root:x:0:0:root:/root:/bin/sh",
    "ann:x:1000:1000::/home/ann:/bin/sh",
    "ann:x:2000:2000:::",
    "x",
    "",
  ],
  ...[
    "bad:x:-1:0::/:",
    "huge:x:4294967295:1::/:",
    "big:x:99999999999999999999:1::/:",
    "0:x:7:7::/seven:",
    ":x:0:0::/:",
  ],
  ...[
    "staff:x:50:ann,root",
    "none:x::",
    "+::::::",
    "a:b:c:d:e:f:g:h",
    "nul\0:x:5:5::/:",
    "ann:x:1000:50",
  ],
];
const users = [
  "",
  "root",
  "ann",
  "0",
  "1000",
  "00",
  "-1",
  "+5",
  "4294967295",
  "2147483648",
  ":",
  "ann:staff",
];
const specs = [
  ...users,
  ":staff",
  "nobody",
  "0:0",
  "ann:1000:5",
  "x\0",
  "1e3",
  "0x10",
  " 5",
  "__proto__",
  "constructor",
];

Deno.test("ten thousand passwd files name a user with ids of this world, or none", async () => {
  await fuzz(ROUNDS, (random) => {
    const text = () => {
      const whole = random.list(6, () => random.pick(lines)).join("\n");
      return random.chance(0.3) ? random.spoil(whole) : whole;
    };
    const spec = random.chance(0.3) ? random.spoil(random.pick(specs)) : random.pick(specs);
    const groups = random.list(
      2,
      () => random.pick(["staff", "5", "-3", "nope", "", "99999999999"]),
    );
    const user = unlessRefused(() => resolveUser(spec, text(), text(), groups));
    if (user === undefined) return;
    for (const id of [user.uid, user.gid, ...user.groups]) {
      assert.ok(Number.isInteger(id) && id >= 0 && id < 2 ** 31, `${spec}: ${id}`);
    }
    assert.ok(user.groups.includes(user.gid));
    assert.notEqual(user.home, "");
    // A user who is not there is never taken for root.
    const [word] = spec.split(":");
    if (/^[1-9][0-9]{0,8}$/.test(word)) assert.equal(user.uid, Number(word));
  });
});

const modes = [
  "",
  "host",
  "private",
  "auto",
  "auto:size=5",
  "auto:size=99999999999",
  "auto:",
  "auto:size=1,size=2",
];

Deno.test("ten thousand user namespaces have ids of this world, or none", async () => {
  await fuzz(ROUNDS, (random) => {
    const mode = unlessRefused(() => parseUsernsMode(random.spoil(random.pick(modes))));
    if (mode?.kind === "auto") assert.ok(mode.size >= 1 && mode.size <= 2 ** 31);
    const ranges = [
      "a:1000:10",
      "a:-5:10",
      "0:7:7",
      "a:4294967290:10",
      "a:1:0",
      "b:1:2:3",
      "a::",
      ":1:1",
      "a:1e3:4",
    ];
    const file = random.spoil(random.list(5, () => random.pick(ranges)).join("\n"));
    const files = { read: () => file },
      setting = random.pick(["a", "a:a", "0", "a:0", ":", "default"]);
    const ids = unlessRefused(() => remappedIds(setting, files));
    let next = 0;
    for (const { containerID, hostID, size } of ids?.uidMappings ?? []) {
      assert.equal(containerID, next);
      assert.ok(size > 0 && hostID >= 0 && hostID + size < 2 ** 32, JSON.stringify(ids));
      next += size;
    }
  });
});

/** JSON that looks like a profile, in which anything may be anything. */
function randomProfile(random: Random): string {
  const odd = () =>
    random.pick<unknown>([null, 0, -1, 1.5, "", "x", [], {}, true, 2 ** 53, "SCMP_ACT_ALLOW", [
      null,
    ]]);
  const maybe = <T>(value: T): T | unknown => random.chance(0.05) ? odd() : value;
  const action = () =>
    random.pick([
      "SCMP_ACT_ALLOW",
      "SCMP_ACT_ERRNO",
      "SCMP_ACT_KILL",
      "SCMP_ACT_TRACE",
      "SCMP_ACT_LOG",
      "X",
    ]);
  const name = () =>
    random.pick([
      "read",
      "write",
      "clone",
      "personality",
      "nosuch",
      "",
      "__proto__",
      "socket",
      "_llseek",
    ]);
  const argument = () =>
    maybe({
      index: maybe(random.below(8)),
      value: maybe(random.pick([0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER])),
      valueTwo: maybe(random.below(3)),
      op: maybe(
        random.pick([
          "SCMP_CMP_EQ",
          "SCMP_CMP_MASKED_EQ",
          "SCMP_CMP_LT",
          "SCMP_CMP_GE",
          "SCMP_CMP_NE",
          "x",
        ]),
      ),
    });
  const filter = () =>
    maybe({
      caps: maybe(random.list(2, () => random.pick(["CAP_SYS_ADMIN", "CAP_X"]))),
      arches: maybe(random.list(2, () => random.pick(["amd64", "arm64", "x"]))),
      ...random.chance(0.3) && { minKernel: random.pick(["4.8", "99.0", "x", "4", ""]) },
    });
  const profile = maybe({
    defaultAction: maybe(action()),
    ...random.chance(0.3) && { defaultErrnoRet: maybe(random.pick([0, 1, 38, 4095, 5000])) },
    ...random.chance(0.5) &&
      {
        architectures: maybe(
          random.list(3, () => random.pick(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "x"])),
        ),
      },
    ...random.chance(0.2) &&
      {
        archMap: maybe(
          random.list(
            2,
            () => maybe({ architecture: "SCMP_ARCH_X86_64", subArchitectures: maybe([]) }),
          ),
        ),
      },
    syscalls: maybe(random.list(5, () =>
      maybe({
        names: maybe(random.list(4, name)),
        ...random.chance(0.05) && { name: name() },
        action: maybe(action()),
        ...random.chance(0.3) && { errnoRet: maybe(random.below(5000)) },
        args: maybe(random.list(3, argument)),
        includes: filter(),
        excludes: filter(),
      }))),
  });
  const text = JSON.stringify(profile);
  return random.chance(0.1) ? random.spoil(text) : text;
}

Deno.test("ten thousand seccomp profiles are compiled, or refused in one line", async () => {
  let compiled = 0;
  await fuzz(ROUNDS, (random) => {
    const warnings = unlessRefused(() => checkProfile(randomProfile(random)));
    if (warnings !== undefined) compiled++;
  });
  assert.ok(Deno.env.has("BOX_FUZZ_ROUNDS") || compiled > 100, `only ${compiled} were compiled`);
});
