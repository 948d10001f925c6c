import { deepEqual, equal } from "node:assert/strict";
import { algorithmOf, digestLike, isContentDigest, isDigest } from "../../../storage/digest.ts";

// FIPS 180-4's example of one block: "abc".
const abc = new TextEncoder().encode("abc");
const sha256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const sha512 =
  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

Deno.test("content is hashed as the digest that it is to have was made", async () => {
  for (const digest of [sha256, sha512]) {
    equal(await digestLike(digest, abc), digest);
    equal(isContentDigest(digest), true);
  }
  deepEqual([sha256, sha512].map(algorithmOf), ["sha256", "sha512"]);
  deepEqual([sha256, sha512].map(isDigest), [true, false]);
});

Deno.test("what is no digest that is registered is none", () => {
  const wrong = [
    "sha512:" + "a".repeat(64),
    "sha256:" + "a".repeat(128),
    "sha384:" + "a".repeat(96),
    sha512.toUpperCase(),
    sha512 + "\n",
    "sha512:../" + "a".repeat(125),
    7,
  ];
  for (const text of wrong) equal(isContentDigest(text), false, String(text));
});
