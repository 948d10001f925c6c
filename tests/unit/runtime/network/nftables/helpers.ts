/** A network namespace for experiments with its packet filter. */

import { close } from "../../../../../ffi/file.ts";
import {
  createNetworkNamespace,
  inNetworkNamespace,
} from "../../../../../ffi/network_namespace.ts";

export class TestNetwork implements Disposable {
  readonly fd: number = createNetworkNamespace(() => {}).fd;

  inside<T>(action: () => T): T {
    return inNetworkNamespace(this.fd, action);
  }

  /** What a program there writes. Throws if it fails. */
  run(...command: readonly string[]): string {
    const args = [`--net=/proc/${Deno.pid}/fd/${this.fd}`, ...command];
    const { success, stdout, stderr } = new Deno.Command("nsenter", { args }).outputSync();
    if (!success) throw new Error(`${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }
}
