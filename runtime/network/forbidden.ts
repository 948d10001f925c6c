import { EngineError } from "../../storage/errors.ts";

/** Box may not make networks here, or none that lead to the outside. */
export class NetworkForbidden extends EngineError {
  override readonly name = "NetworkForbidden";
}
