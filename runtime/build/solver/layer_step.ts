/** An instruction that makes a layer, between being understood and being carried out. */

import type { Layer } from "../../../storage/layer/layer_store.ts";

export type StepInputs = Readonly<Record<string, unknown>>;

/** An instruction that may make a layer, ready to be looked up or carried out. */
export interface LayerStep extends Partial<Disposable> {
  /** What its outcome depends on besides the layers below. */
  inputs(): StepInputs | Promise<StepInputs>;
  /** Less than that, known without reading files, which can only be the same if the former is. */
  readonly shortcut?: StepInputs;
  readonly historyText: string;
  /** Whether that, after the same history on the same layers, says all that the outcome depends on. */
  readonly isToldByHistory?: boolean;
  /** Makes the layer on top of the state's, unsynced. */
  perform(output: (bytes: Uint8Array<ArrayBuffer>) => void): Promise<Layer | undefined>;
}
