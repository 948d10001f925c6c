import assert from "node:assert/strict";
import { parseSecurityOptions } from "../../../../runtime/container/security_options.ts";

const none = { noNewPrivileges: false, seccompProfile: "", appArmorProfile: "" };

Deno.test("security options mean what they mean to docker", () => {
  const cases: [options: string[] | null, parsed: Partial<typeof none>][] = [
    [null, {}],
    [["no-new-privileges"], { noNewPrivileges: true }],
    [["no-new-privileges:true"], { noNewPrivileges: true }],
    [["no-new-privileges=1"], { noNewPrivileges: true }],
    [["no-new-privileges", "no-new-privileges=F"], {}],
    [["seccomp=unconfined"], { seccompProfile: "unconfined" }],
    [["seccomp:unconfined"], { seccompProfile: "unconfined" }],
    [['seccomp={"a":"b=c"}'], { seccompProfile: '{"a":"b=c"}' }],
    [["apparmor=docker-default", "apparmor:other"], { appArmorProfile: "other" }],
    [["label=disable", "label:type:x_t", "disable"], {}],
  ];
  for (const [options, parsed] of cases) {
    assert.deepEqual(parseSecurityOptions(options), { ...none, ...parsed }, String(options));
  }
});

Deno.test("other security options are refused in docker's words", () => {
  const refuse = (option: string, kind: 1 | 2) =>
    assert.throws(() => parseSecurityOptions([option]), {
      message: `invalid --security-opt ${kind}: ${JSON.stringify(option)}`,
    });
  refuse("nonsense", 1);
  for (const option of ["foo=bar", "foo:bar", "=x", "no-new-privileges=maybe", "systempaths=x"]) {
    refuse(option, 2);
  }
});
