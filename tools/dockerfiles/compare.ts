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
 * Where a step changed nothing, BuildKit has a layer with nothing in it, and box has none. Of an ARG that is given, 20.10's
 * BuildKit does not say the value, and later versions do.
 */
function compareHistories(box: readonly string[], peer: readonly string[]): Difference[] {
  const length = Math.max(box.length, peer.length);
  return Array.from({ length }, (_, index) => ({
    of: `history ${index + 1}`,
    box: box[index] ?? "nothing",
    peer: peer[index] ?? "nothing",
  })).filter(({ box, peer }) =>
    box !== peer && box !== `(${peer})` && !box.startsWith(peer.replace(/^(\(ARG .*)\)$/, "$1="))
  );
}

function isDifferent({ box, peer }: Difference): boolean {
  return box !== peer;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
