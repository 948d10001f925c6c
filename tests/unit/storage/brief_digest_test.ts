/** Digests that are had at once are those of WebCrypto. */
import { equal } from "node:assert/strict";
import { briefSha256 } from "../../../storage/brief_digest.ts";
import { sha256 } from "../../../storage/digest.ts";

Deno.test("the digest of texts of all lengths up to four blocks", async () => {
  for (let length = 0; length <= 256; length++) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(i * 7 % 128)).join("");
    equal(briefSha256(text), await sha256(text), `${length} bytes`);
  }
  equal(briefSha256("ä€😀".repeat(50)), await sha256("ä€😀".repeat(50)));
});
