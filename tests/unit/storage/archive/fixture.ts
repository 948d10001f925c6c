/** Archives made entry by entry, and stores to load them into. */

import { AT, O } from "../../../../ffi/constants.ts";
import { listNames } from "../../../../ffi/directory.ts";
import { close, makePipe, openAt, seek, writeAll } from "../../../../ffi/file.ts";
import { type LoadedImage, loadImages } from "../../../../storage/archive/load.ts";
import { saveImages } from "../../../../storage/archive/save.ts";
import { sha256 } from "../../../../storage/digest.ts";
import type { ImageConfig } from "../../../../storage/image/config.ts";
import { concatenate } from "../../../../storage/layer/bytes.ts";
import type { ByteSource } from "../../../../storage/layer/source.ts";
import { paddingOf } from "../../../../storage/layer/tar/block.ts";
import type { TarHeader } from "../../../../storage/layer/tar/header.ts";
import { encodeHeader, END_OF_ARCHIVE_SIZE } from "../../../../storage/layer/tar/writer.ts";
import { Store } from "../../../../storage/store.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

export function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function decode(bytes: Bytes): string {
  return new TextDecoder().decode(bytes);
}

/** A file's content, or where a link leads. */
export type Member = Bytes | string | { readonly symlink: string } | { readonly link: string };

/** A tar archive, owned by whoever runs the test, so that anybody may unpack it. */
export function makeTar(members: readonly (readonly [name: string, member: Member])[]): Bytes {
  const parts = members.flatMap(([name, member]) => {
    if (typeof member === "string") member = encode(member);
    const content = member instanceof Uint8Array ? member : new Uint8Array(0);
    return [
      encodeHeader(headerOf(name, member)),
      content,
      new Uint8Array(paddingOf(content.length)),
    ];
  });
  return concatenate([...parts, new Uint8Array(END_OF_ARCHIVE_SIZE)]);
}

function headerOf(name: string, member: Exclude<Member, string>): TarHeader {
  const common = {
    name,
    linkName: "",
    mode: 0o644,
    uid: Deno.uid()!,
    gid: Deno.gid()!,
    size: 0,
    modified: { seconds: 1_600_000_000, nanoseconds: 0 },
    deviceMajor: 0,
    deviceMinor: 0,
  };
  if (member instanceof Uint8Array) return { ...common, type: "file", size: member.length };
  return "symlink" in member
    ? { ...common, type: "symlink", linkName: member.symlink }
    : { ...common, type: "link", linkName: member.link };
}

/** The entries of a tar archive by name, with their bytes, or `-> target`. */
export async function readTar(bytes: Bytes): Promise<Map<string, Bytes | string>> {
  const { readEntries } = await import("../../../../storage/archive/entries.ts");
  const entries = new Map<string, Bytes | string>();
  for await (const { header, content } of readEntries(inChunks(bytes, bytes.length))) {
    if (header.type === "symlink") entries.set(header.name, `-> ${header.linkName}`);
    else entries.set(header.name, await readAll(content));
  }
  return entries;
}

/** The bytes in chunks that share one buffer, as those of real sources do. */
export async function* inChunks(bytes: Bytes, size: number): ByteSource {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    buffer.fill(0xff);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
  }
}

export async function readAll(source: ByteSource): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const chunk of source) parts.push(chunk.slice());
  return concatenate(parts);
}

export async function compress(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A configuration with as many layers as these, and its bytes. */
export async function makeConfig(
  layers: readonly Bytes[],
  more: Partial<ImageConfig> = {},
): Promise<{ id: string; bytes: Bytes }> {
  const diffIds = await Promise.all(layers.map((layer) => sha256(layer)));
  const config: ImageConfig = {
    architecture: "amd64",
    os: "linux",
    created: "2026-01-02T03:04:05.678Z",
    rootfs: { type: "layers", diff_ids: diffIds },
    ...more,
  };
  const bytes = encode(JSON.stringify(config));
  return { id: await sha256(bytes), bytes };
}

/** A store in a directory of its own, removed with it. */
export class ScratchStore implements Disposable {
  readonly store: Store;
  private readonly directory = Deno.makeTempDirSync({ prefix: "box-archive-" });

  constructor() {
    this.store = new Store(`${this.directory}/store`);
  }

  /** Loads an archive from a file, or from a pipe, which can be read only once. */
  async load(archive: Bytes, from: "file" | "pipe" = "file"): Promise<LoadedImage[]> {
    const fd = from === "file" ? this.openFile(archive) : fillPipe(archive);
    try {
      return await loadImages(this.store, fd);
    } finally {
      close(fd);
    }
  }

  async save(...words: string[]): Promise<Bytes> {
    const parts: Bytes[] = [];
    await saveImages(this.store, words, (bytes) => {
      parts.push(bytes.slice());
    });
    return concatenate(parts);
  }

  /** What there is of images, layers and things in progress. */
  contents(): Record<string, string[]> {
    const { imageContents, imageMetadata, layers, layersInProgress, overlays } = this.store;
    return {
      images: listNames(imageContents),
      metadata: listNames(imageMetadata),
      layers: listNames(layers),
      inProgress: listNames(layersInProgress),
      overlays: listNames(overlays).filter((name) => name !== "l"),
      links: listNames(`${overlays}/l`),
    };
  }

  private openFile(bytes: Bytes): number {
    const fd = openAt(AT.FDCWD, `${this.directory}/archive`, O.RDWR | O.CREAT | O.TRUNC, 0o600);
    writeAll(fd, bytes);
    seek(fd, 0);
    return fd;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** What a pipe takes without a reader: pipe(7). */
const PIPE_CAPACITY = 65536;

function fillPipe(bytes: Bytes): number {
  if (bytes.length > PIPE_CAPACITY) throw new Error("too much for a pipe that nobody reads");
  const [reader, writer] = makePipe();
  writeAll(writer, bytes);
  close(writer);
  return reader;
}
