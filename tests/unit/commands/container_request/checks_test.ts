import assert from "node:assert/strict";
import { checkSignal } from "../../../../commands/container_request/checks.ts";

Deno.test("signals have names and numbers", () => {
  const signals = [
    ...["HUP", "SIGHUP", "sigusr1", "Kill", "9", "1", "64"],
    ...["RTMIN", "RTMIN+3", "SIGRTMIN+15", "RTMAX", "SIGRTMAX-14"],
  ];
  for (const signal of signals) assert.equal(checkSignal(signal), signal);

  const bogus = [
    "bogus",
    "0",
    "-9",
    "65",
    "9.5",
    "SIGSIGHUP",
    "RTMIN+16",
    "RTMAX-15",
    "RTMIN+0",
    " 9",
  ];
  for (const signal of bogus) {
    assert.throws(() => checkSignal(signal), {
      name: "InvalidError",
      message: `Invalid signal: ${signal}`,
    });
  }
});
