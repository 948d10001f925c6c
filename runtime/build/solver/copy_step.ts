/** COPY and ADD: what is copied, and the layer that comes of it. */

import { EngineError, InvalidError } from "../../../storage/errors.ts";
import { checksumSources } from "../context/checksum.ts";
import { parseGitUrl } from "../context/git_url.ts";
import { parseModeChange } from "../context/mode_change.ts";
import { resolveOwner } from "../context/resolve_owner.ts";
import { selectSources } from "../context/select_sources.ts";
import type { CopyOptions, CopySource } from "../context/types.ts";
import { isUrl } from "../../image/url.ts";
import { ignoring } from "../frontend/ignore_file.ts";
import type { AddInstruction, CopyInstruction, Stage } from "../frontend/types.ts";
import { copyText } from "./history_text.ts";
import { resolveTree } from "./resolve_tree.ts";
import type { BuildSession } from "./session.ts";
import type { BuildTree } from "./sources.ts";
import type { LayerStep } from "./layer_step.ts";
import type { StageState } from "./state.ts";

/** Finds what is to be copied. Throws EngineError for what is not there or not allowed. */
export async function prepareCopy(
  session: BuildSession,
  stage: Stage,
  state: StageState,
  instruction: CopyInstruction | AddInstruction,
): Promise<LayerStep> {
  const { store, sources: trees } = session;
  const { destination, chown, chmod, exclude, isLink } = instruction;
  const view = () => state.layer && trees.viewOf(state.layer);
  const from = instruction.name === "copy" ? instruction.from : undefined;
  if (instruction.name === "copy" && instruction.sources.some(isUrl)) {
    throw new InvalidError("source can't be a URL for COPY");
  }
  const words = instruction.sources.filter((word) => !isRemote(instruction, word));
  const needsTree = words.length > 0;
  const tree = needsTree ? await resolveTree(session, stage, from) : undefined;
  const owner = chown === undefined ? undefined : resolveOwner(chown, view());
  const options: CopyOptions = {
    ...(owner !== undefined && { owner }),
    ...(chmod !== undefined && { mode: parseModeChange(chmod) }),
    ...(exclude.length > 0 && { exclude: ignoring(exclude) }),
    ...(tree?.table && { table: tree.table }),
    words: JSON.stringify({ owner, chmod, exclude }),
  };
  const workingDirectory = state.config.WorkingDir || "/";
  const unpack = instruction.name === "add" ? instruction.unpack : false;
  const inputs = {
    step: instruction.name,
    destination,
    workingDirectory,
    owner: options.owner ?? null,
    mode: chmod ?? null,
    exclude,
    isLink,
    unpack: unpack ?? "local",
    keepsParents: instruction.name === "copy" && instruction.keepsParents,
  };
  using resources = new DisposableStack();
  const local = selectAll(tree, words, inputs.keepsParents);
  const remote = await fetchAll(session, instruction, resources);
  const heredocs = instruction.heredocs.map(({ name, content }) => ({ name, content }));
  if (heredocs.length > 0) {
    const { InlineFiles } = await import("../context/inline_files.ts");
    remote.push(...resources.use(InlineFiles.write(store, heredocs)).sources);
  }
  const owned = resources.move();
  return {
    inputs: async () => ({
      ...inputs,
      content: await checksumSources([...local, ...remote], options),
    }),
    ...(tree?.identity !== undefined && heredocs.length === 0 && {
      shortcut: { ...inputs, tree: tree.identity, words },
    }),
    historyText: copyText(instruction),
    async perform() {
      const { performCopy } = await import("./perform_copy.ts");
      return await performCopy(session, state.layer, {
        ...options,
        instruction: instruction.name === "copy" ? "COPY" : "ADD",
        local,
        remote,
        unpack,
        destination,
        workingDirectory,
        // With --link the layer is made as if there were nothing below.
        lower: isLink ? undefined : view(),
      });
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function selectAll(
  tree: BuildTree | undefined,
  words: readonly string[],
  keepsParents: boolean,
): CopySource[] {
  return tree === undefined
    ? []
    : words.flatMap((word) => selectSources(tree.tree, word, { keepsParents }));
}

function isRemote({ name }: CopyInstruction | AddInstruction, word: string): boolean {
  return name === "add" && (isUrl(word) || parseGitUrl(word) !== undefined);
}

async function fetchAll(
  { store, signal }: BuildSession,
  instruction: CopyInstruction | AddInstruction,
  resources: DisposableStack,
): Promise<CopySource[]> {
  if (instruction.name === "copy") return [];
  const urls = instruction.sources.filter((word) => isRemote(instruction, word));
  const { checksum } = instruction;
  if (checksum !== undefined && urls.length !== 1) {
    throw new InvalidError("checksum can't be specified for local or multiple sources");
  }
  const found: CopySource[] = [];
  for (const url of urls) {
    const git = parseGitUrl(url);
    if (git !== undefined) {
      const { GitCheckout } = await import("../context/git_source.ts");
      const { keepsGitDirectory } = instruction;
      const checkout = resources.use(
        await GitCheckout.fetch(store, git, { keepsGitDirectory, signal }),
      );
      if (checksum !== undefined && !checkout.commit.startsWith(checksum)) {
        throw new EngineError(`expected checksum to match ${checksum}, got ${checkout.commit}`);
      }
      found.push(...checkout.sources);
      continue;
    }
    const { RemoteFile } = await import("../context/remote_file.ts");
    found.push(resources.use(await RemoteFile.fetch(store, url, checksum)).source);
  }
  return found;
}
