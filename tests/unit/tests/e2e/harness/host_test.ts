import { deepEqual, equal } from "node:assert/strict";
import { hostLeftoversOf, removeLeftovers } from "../../../../e2e/harness/host.ts";
import { eventually } from "../../../../e2e/harness/process.ts";

const traces: Record<string, (mark: string) => Deno.CommandOptions> = {
  "its arguments": (mark) => ({ args: ["-c", "sleep 60; true", mark] }),
  "its environment": (mark) => ({ args: ["-c", "sleep 60"], env: { BOX_ROOT: mark } }),
  "where it is": (mark) => ({ args: ["-c", "sleep 60"], cwd: mark }),
};

for (const [name, options] of Object.entries(traces)) {
  Deno.test(`hostLeftoversOf() knows a process by ${name}, and it can be removed`, async () => {
    const mark = await Deno.makeTempDir();
    const child = new Deno.Command("sh", options(mark)).spawn();
    await eventually("it runs", () => hostLeftoversOf([mark]).length > 0);
    const leftovers = hostLeftoversOf([mark]);
    equal(leftovers.some(({ kind, name }) => kind === "process" && name === `${child.pid}`), true);
    await removeLeftovers(leftovers);
    equal((await child.status).signal, "SIGKILL");
    await eventually("it is gone", () => hostLeftoversOf([mark]).length === 0);
    await Deno.remove(mark);
  });
}

Deno.test("hostLeftoversOf() finds nothing of what never was", () => {
  deepEqual(hostLeftoversOf([`/never/${crypto.randomUUID()}/`]), []);
});
