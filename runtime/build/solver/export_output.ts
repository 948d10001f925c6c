/** --output: what was built leaves the store. */

import { saveImage } from "../../../storage/archive/save.ts";
import { encodeImageConfig } from "../../../storage/image/config.ts";
import { parseNewReference, type Reference } from "../../../storage/image/reference.ts";
import { exportToDirectory, exportToTar } from "./export_files.ts";
import type { BuildOutput } from "./request.ts";
import type { BuildSession } from "./session.ts";
import type { StageState } from "./state.ts";
import { imageConfigOf, type ImageOptions } from "./write_image.ts";

type Surroundings = Pick<BuildSession, "store" | "lease" | "reporter" | "sources" | "request">;

/** Returns the id of the image, if it is one that was written. */
export async function exportOutput(
  surroundings: Surroundings,
  state: StageState,
  output: BuildOutput,
  references: readonly Reference[],
  inlineCache: ImageOptions["inlineCache"],
): Promise<string | undefined> {
  if (output.kind === "archive") {
    const names = [...references, ...output.names.map(parseNewReference)];
    const { labels, sourceDateEpoch } = surroundings.request;
    const options = { references: names, labels, sourceDateEpoch, inlineCache };
    return await writeArchive(surroundings, state, output, options);
  }
  const { reporter, sources } = surroundings, isTar = output.kind === "tar";
  const vertex = reporter.begin(`exporting to client ${isTar ? "tarball" : "directory"}`);
  const { tree } = sources.layer(state.layer, "the result");
  if (isTar) exportToTar(tree.root, output.write);
  else await exportToDirectory(tree.root, output.path);
  vertex.done();
}

async function writeArchive(
  { store, lease, reporter }: Surroundings,
  state: StageState,
  { format, target }: BuildOutput & { kind: "archive" },
  options: ImageOptions,
): Promise<string> {
  const vertex = reporter.begin(`exporting to ${format} image format`);
  const image = {
    bytes: encodeImageConfig(imageConfigOf(state, options)),
    references: options.references,
  };
  const id = await saveImage(store, lease, image, target, format);
  vertex.note(`exporting config ${id} done`);
  vertex.note(typeof target === "function" ? "sending tarball done" : "copying files done");
  vertex.done();
  return id;
}
