/** Instructions that change nothing but the image's configuration (Dockerfile reference). */

import type { Healthcheck } from "../../storage/image/config.ts";
import type { ArgumentWords } from "./line_arguments.ts";

/** Names and their values. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** As it is written: variables are not replaced yet. */
export type ConfigInstruction =
  | { readonly name: "cmd" | "entrypoint"; readonly command: ArgumentWords }
  | { readonly name: "env" | "label"; readonly pairs: Pairs }
  | { readonly name: "expose"; readonly ports: readonly string[] }
  | { readonly name: "healthcheck"; readonly healthcheck: Healthcheck }
  | { readonly name: "onbuild"; readonly trigger: string }
  | { readonly name: "stopsignal"; readonly signal: string }
  | { readonly name: "user"; readonly user: string }
  | { readonly name: "volume"; readonly paths: readonly string[] }
  | { readonly name: "workdir"; readonly path: string };
