import assert from "node:assert/strict";
import {
  deviceProgram,
  encodeProgram,
  type Instruction,
} from "../../../../../runtime/sandbox/limits/device_program.ts";
import {
  defaultDeviceRules,
  type DeviceRule,
  formatDeviceRule,
  parseDeviceRule,
} from "../../../../../runtime/sandbox/limits/device_rules.ts";

/** What the program says of an access, by a machine that knows the few instructions it is made of. */
function run(program: readonly Instruction[], context: readonly number[]): number {
  const registers = new Uint32Array(11);
  for (let at = 0;; at++) {
    const { code, to = 0, from = 0, offset = 0, value = 0 } = program[at];
    if (code === 0x61) registers[to] = context[offset / 4];
    else if (code === 0xbc) registers[to] = registers[from];
    else if (code === 0xb4) registers[to] = value;
    else if (code === 0x54) registers[to] &= value;
    else if (code === 0x74) registers[to] >>>= value;
    else if (code === 0x56) at += registers[to] === value ? 0 : offset;
    else if (code === 0x95) return registers[0];
    else assert.fail(`instruction ${code}`);
  }
}

const bits = { m: 1, r: 2, w: 4 } as const;

/** `c 1:3 rw` as the kernel asks it: struct bpf_cgroup_dev_ctx. */
function isAllowed(rules: readonly DeviceRule[], text: string): boolean {
  const [, type, major, minor, access] = /^([bc]) (\d+):(\d+) ([rwm]+)$/.exec(text)!;
  const mask = [...access].reduce((sum, letter) => sum | bits[letter as "r"], 0);
  const context = [mask << 16 | (type === "b" ? 1 : 2), Number(major), Number(minor)];
  return run(deviceProgram(rules), context) === 1;
}

Deno.test("docker's devices can be used, all others only made", () => {
  const allowed = [
    ...["c 1:3 rw", "c 1:5 r", "c 1:7 w", "c 1:8 r", "c 1:9 rwm", "c 5:0 rw", "c 5:1 w"],
    ...["c 5:2 rw", "c 136:0 rw", "c 136:77 r", "b 8:0 m", "c 10:229 m", "c 4095:1048575 m"],
  ];
  const forbidden = [
    ...["b 8:0 r", "b 8:0 w", "b 8:0 rwm", "c 10:229 rw", "c 1:1 r", "c 1:4 r", "c 1:11 r"],
    ...["b 1:3 r", "c 4:0 r", "c 137:0 r", "c 5:3 r", "b 136:0 r"],
  ];
  for (const text of allowed) assert.equal(isAllowed(defaultDeviceRules, text), true, text);
  for (const text of forbidden) assert.equal(isAllowed(defaultDeviceRules, text), false, text);
});

Deno.test("rules add to each other", () => {
  const cases: [rules: string[], allowed: string[], forbidden: string[]][] = [
    [[], [], ["c 1:3 r", "b 8:0 m"]],
    [["c 1:3 r"], ["c 1:3 r"], ["c 1:3 w", "c 1:3 rw", "c 1:4 r", "b 1:3 r"]],
    [["c 1:3 r", "c 1:3 w"], ["c 1:3 rw"], ["c 1:3 m"]],
    [["b 8:* rw"], ["b 8:17 rw"], ["b 9:0 r", "c 8:0 r"]],
    [["b *:1 m"], ["b 200:1 m"], ["b 200:2 m"]],
    [["a *:* rwm"], ["b 8:0 rwm", "c 1:3 r"], []],
    [["a 8:0 r"], ["b 8:0 r", "c 8:0 r"], ["b 8:1 r"]],
    [["c 1:3 r", "b 8:0 rwm"], ["b 8:0 w"], ["c 1:3 w"]],
  ];
  for (const [texts, allowed, forbidden] of cases) {
    const rules = texts.map(parseDeviceRule);
    for (const text of allowed) assert.equal(isAllowed(rules, text), true, `${texts}: ${text}`);
    for (const text of forbidden) assert.equal(isAllowed(rules, text), false, `${texts}: ${text}`);
  }
});

Deno.test("rules are written as they are read", () => {
  for (const text of ["c 1:3 rwm", "a *:* m", "b 8:* rw"]) {
    assert.equal(formatDeviceRule(parseDeviceRule(text)), text);
  }
  for (const text of ["", "c 1:3", "d 1:3 r", "c 1:3 x", "c 1:3 rwmr", "c a:3 r", "c 1:3 r\n"]) {
    assert.throws(() => parseDeviceRule(text), { name: "InvalidError" }, text);
  }
});

Deno.test("a program is encoded as struct bpf_insn", () => {
  const bytes = encodeProgram([
    { code: 0x61, to: 2, from: 1, offset: 8 },
    { code: 0x56, to: 2, offset: 3, value: 0x1234 },
    { code: 0x95 },
  ]);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(hex, "6112080000000000" + "5602030034120000" + "9500000000000000");
});
