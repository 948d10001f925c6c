/** How an outcome of a peer is not that of box. */

import type { BuiltImage, Outcome, Peer } from "../../tests/build_table/types.ts";

export interface Difference {
  /** A field of the configuration, a path, or what else. */
  readonly of: string;
  readonly box: string;
  readonly peer: string;
}

/** What messages say is not compared: box has the words of another version of BuildKit than docker 20.10. */
export function compare(box: Outcome, peer: Outcome, name: Peer): Difference[] {
  if ("error" in box || "error" in peer) {
    if ("error" in box && "error" in peer) return [];
    return [{ of: "build", box: summarize(box), peer: summarize(peer) }];
  }
  return [
    ...compareConfigs(box, peer, name),
    ...compareTrees(box.tree, peer.tree.filter((line) => !isLeftBy(name, line))),
    ...name === "buildkit" ? compareHistories(box.history, peer.history) : [],
  ];
}

function summarize(outcome: Outcome): string {
  return "error" in outcome ? outcome.error : "succeeds";
}

function compareConfigs({ config: box }: BuiltImage, peer: BuiltImage, name: Peer): Difference[] {
  const fields = [...new Set([...Object.keys(box), ...Object.keys(peer.config)])];
  return fields.map((field) => ({
    of: field,
    box: show(valueOf(box[field], field, name)),
    peer: show(valueOf(peer.config[field], field, name)),
  })).filter(isDifferent);
}

/** BuildKit alone says of images on scratch where they begin, which is where the others do, too. */
function valueOf(value: unknown, field: string, name: Peer): unknown {
  return field === "WorkingDir" && value === "/" && name !== "buildkit" ? undefined : value;
}

/** Files that buildah's RUN mounts something upon, and leaves in the layer. */
const mountPoints =
  /^(?:etc\/(?:hostname|hosts|resolv\.conf)|run|run\/\.containerenv|run\/secrets): /;

function isLeftBy(name: Peer, line: string): boolean {
  return name === "buildah" && mountPoints.test(line);
}

function compareTrees(box: readonly string[], peer: readonly string[]): Difference[] {
  const [ofBox, ofPeer] = [box, peer].map((lines) => new Map(lines.map(splitLine)));
  return [...new Set([...ofBox.keys(), ...ofPeer.keys()])].sort().map((path) => ({
    of: `/${path}`,
    box: ofBox.get(path) ?? "as before",
    peer: ofPeer.get(path) ?? "as before",
  })).filter(isDifferent);
}

function splitLine(line: string): [path: string, description: string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}

/**
 * Where a step changed nothing, BuildKit has a layer with nothing in it, and box has none. It tells nothing of ONBUILD, which
 * docker's own builder does.
 */
function compareHistories(box: readonly string[], peer: readonly string[]): Difference[] {
  const told = box.filter((text) => !text.startsWith("(ONBUILD "));
  const length = Math.max(told.length, peer.length);
  return Array.from({ length }, (_, index) => ({
    of: `history ${index + 1}`,
    box: told[index] ?? "nothing",
    peer: peer[index] ?? "nothing",
  })).filter(({ box, peer }) => inOldWords(box) !== inOldWords(peer) && box !== `(${peer})`);
}

/** The BuildKit of docker 20.10 does not say yet what ARG is given, nor the flags of COPY and ADD. */
function inOldWords(text: string): string {
  return text.replace(/^(\(ARG \w+).*/s, "$1").replace(/^(COPY|ADD)(?: --\S+)+/, "$1");
}

function isDifferent({ box, peer }: Difference): boolean {
  return box !== peer;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
