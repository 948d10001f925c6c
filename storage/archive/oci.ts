/** The OCI image layout and the documents in it: OCI image spec, image-layout.md, manifest.md, image-index.md. */

export const MEDIA_TYPE = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** What docker called them before there was an OCI; the documents are the same. */
export const DOCKER_MEDIA_TYPE = {
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
} as const;

/** Names of images as annotations of their manifests in index.json. */
export const NAME_ANNOTATION = {
  /** A whole reference, such as `docker.io/library/busybox:latest`: containerd's, docker 25 writes it, too. */
  full: "io.containerd.image.name",
  /** The spec's own: docker writes a tag, podman and skopeo whole references. */
  reference: "org.opencontainers.image.ref.name",
} as const;

/** Marks the directory as a layout. */
export const LAYOUT_FILE = "oci-layout";
export const LAYOUT_VERSION = "1.0.0";
export const INDEX_FILE = "index.json";

export interface Platform {
  architecture: string;
  os: string;
  "os.version"?: string;
  "os.features"?: string[];
  variant?: string;
}

/** Points to a blob. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  annotations?: Record<string, string>;
  platform?: Platform;
}

export interface ImageManifest {
  schemaVersion: 2;
  mediaType?: string;
  config: Descriptor;
  layers: Descriptor[];
}

export interface ImageIndex {
  schemaVersion: 2;
  mediaType?: string;
  manifests: Descriptor[];
}

/** Where a layout keeps the blob of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
