/** Saying for which platform a manifest of a list is. */

import type { Platform } from "../../../storage/archive/oci.ts";
import { InvalidError } from "../../../storage/errors.ts";
import type { Reference } from "../../../storage/image/reference.ts";
import {
  keepListedManifest,
  type ManifestDescription,
  readListedManifest,
} from "../../../storage/registry/manifest_list_store.ts";

/** What docker takes: architectures by operating system. */
const platforms: Readonly<Record<string, string>> = {
  darwin: "386 amd64 arm arm64",
  dragonfly: "amd64",
  freebsd: "386 amd64 arm",
  linux: "386 amd64 arm arm64 mips64 mips64le ppc64le riscv64 s390x",
  netbsd: "386 amd64 arm",
  openbsd: "386 amd64 arm",
  plan9: "386 amd64",
  solaris: "amd64",
  windows: "386 amd64",
};

/** The manifest's description with another platform; what is empty or missing stays as it was. Throws InvalidError. */
export function annotated(
  description: ManifestDescription,
  annotation: Partial<Platform>,
): ManifestDescription {
  const known = description.Descriptor.platform ?? { os: "", architecture: "" };
  const said = Object.fromEntries(Object.entries(annotation).filter(([, value]) => value));
  const features = new Set([
    ...known["os.features"] ?? [],
    ...annotation["os.features"] ?? [],
  ]);
  const platform: Platform = { ...known, ...said };
  if (features.size > 0) platform["os.features"] = [...features];
  const isKnown = Object.hasOwn(platforms, platform.os) &&
    platforms[platform.os].split(" ").includes(platform.architecture);
  if (isKnown) {
    return { ...description, Descriptor: { ...description.Descriptor, platform } };
  }
  throw new InvalidError(
    "manifest entry for image has unsupported os/arch combination: " +
      `${annotation.os ?? ""}/${annotation.architecture ?? ""}`,
  );
}

/** Changes what a list says of one of its manifests; whether the list has it. Throws InvalidError. */
export async function annotateManifest(
  list: Reference,
  name: Reference,
  annotation: Partial<Platform>,
): Promise<boolean> {
  const known = await readListedManifest(list, name);
  if (known === undefined) return false;
  await keepListedManifest(list, name, annotated(known, annotation));
  return true;
}
