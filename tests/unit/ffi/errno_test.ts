import { equal, ok } from "node:assert/strict";
import { SystemError } from "../../../ffi/errno.ts";

Deno.test("a SystemError says what was called, on what, and why", () => {
  const error = new SystemError("open", "/etc/nowhere", 2);
  equal(error.message, "open /etc/nowhere: no such file or directory (ENOENT)");
  equal(error.plainMessage, "open /etc/nowhere: no such file or directory");
  equal(error.code, "ENOENT");
  equal(new SystemError("setsid", "", 1).message, "setsid: operation not permitted (EPERM)");
});

Deno.test("a SystemError fits on one line, and sends nothing to the terminal", () => {
  const error = new SystemError("open", "/a\n\x1b[31m\x9bm", 2);
  equal(error.plainMessage, "open /a\\x0a\\x1b[31m\\x9bm: no such file or directory");
  equal(error.subject, "/a\n\x1b[31m\x9bm");
});

Deno.test("a SystemError cuts a long name in the middle", () => {
  const name = `/first/${"x".repeat(100_000)}/last`;
  const { message } = new SystemError("open", name, 36);
  ok(message.length < 400, `${message.length}`);
  ok(message.startsWith("open /first/xx"));
  ok(message.endsWith("xx/last: file name too long (ENAMETOOLONG)"));
});
