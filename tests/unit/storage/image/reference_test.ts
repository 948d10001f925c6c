import assert from "node:assert/strict";
import {
  canonicalName,
  formatReference,
  parseNewReference,
  parseReference,
  withDefaultTag,
} from "../../../../storage/image/reference.ts";

const digest = "sha256:" + "a".repeat(64);

/** [text, familiar form with the default tag, canonical repository] */
const table: [string, string, string][] = [
  ["busybox", "busybox:latest", "docker.io/library/busybox"],
  ["busybox:1.36", "busybox:1.36", "docker.io/library/busybox"],
  ["library/busybox", "busybox:latest", "docker.io/library/busybox"],
  ["docker.io/busybox", "busybox:latest", "docker.io/library/busybox"],
  ["docker.io/library/busybox:x", "busybox:x", "docker.io/library/busybox"],
  ["index.docker.io/team/app", "team/app:latest", "docker.io/team/app"],
  ["team/app", "team/app:latest", "docker.io/team/app"],
  ["localhost/app", "localhost/app:latest", "localhost/app"],
  ["localhost:5000/team/app:1", "localhost:5000/team/app:1", "localhost:5000/team/app"],
  ["Registry.example/app", "Registry.example/app:latest", "Registry.example/app"],
  ["a__b-c.d", "a__b-c.d:latest", "docker.io/library/a__b-c.d"],
  [`busybox@${digest}`, `busybox@${digest}`, "docker.io/library/busybox"],
  [`busybox:1@${digest}`, `busybox:1@${digest}`, "docker.io/library/busybox"],
];

for (const [text, familiar, canonical] of table) {
  Deno.test(`parseReference reads ${text}`, () => {
    const reference = parseReference(text);
    assert.equal(formatReference(withDefaultTag(reference)), familiar);
    assert.equal(canonicalName(reference.repository), canonical);
  });
}

const refused: [string, RegExp][] = [
  ["", /^invalid reference format$/],
  ["BAD", /^invalid reference format: repository name must be lowercase$/],
  ["bad:REF:x", /^invalid reference format$/],
  ["-a", /^invalid reference format$/],
  ["a//b", /^invalid reference format$/],
  ["a/", /^invalid reference format$/],
  ["a:", /^invalid reference format$/],
  [`a:${"t".repeat(129)}`, /^invalid reference format$/],
  ["a@sha256:abc", /^invalid reference format$/],
  ["../../etc/passwd", /^invalid reference format$/],
  ["a b", /^invalid reference format$/],
  ["__proto__", /^invalid reference format/],
  ["f".repeat(64), /cannot specify 64-byte hexadecimal strings/],
  ["n".repeat(260), /must not be more than 255 characters/],
];

for (const [text, message] of refused) {
  Deno.test(`parseReference refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(() => parseReference(text), { message });
  });
}

Deno.test("a new name cannot have a digest", () => {
  assert.throws(() => parseNewReference(`a@${digest}`), { message: /digest reference/ });
});
