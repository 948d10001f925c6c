/** Attaching to a container that runs already: `attach`, and `start -a`. */

import { assertAttachable, AttachedContainer, AttachError } from "../runtime/container/attach.ts";
import { signalContainer } from "../runtime/container/signal_container.ts";
import { waitUntilConcluded } from "../runtime/container/wait.ts";
import type { ContainerFile } from "../storage/container/config.ts";
import type { Store } from "../storage/store.ts";
import { type AttachOptions, openKeyboard, SignalProxy, writer } from "./attached.ts";
import { CliError } from "./cli/errors.ts";

/** Docker's client looks itself whether a container can be attached to. */
export function assertCanAttach(store: Store, container: ContainerFile): void {
  try {
    assertAttachable(store, container);
  } catch (error) {
    throw error instanceof AttachError ? new CliError(error.message) : error;
  }
}

/** Attaches to a container that runs; returns as runAttached does, but for the keys that detach: docker calls them an error. */
export async function attachToRunning(
  store: Store,
  id: string,
  options: AttachOptions,
): Promise<number> {
  using proxy = new SignalProxy(options.signalProxy);
  using keyboard = openKeyboard(store, id, options);
  const container = await AttachedContainer.to(store, id);
  proxy.connect((signal) => signalContainer(store, id, signal));
  keyboard.followSize((size) => container.resize(size));
  if (keyboard.input) feed(container, keyboard.input);
  const detached = async () => {
    await keyboard.detached;
    container.close();
    keyboard[Symbol.dispose]();
    throw new CliError("read escape sequence");
  };
  const ended = async () =>
    await container.receive(writer(options)) ?? (await waitUntilConcluded(store, id)).ExitCode;
  return await Promise.race([ended(), detached()]);
}

async function feed(
  container: AttachedContainer,
  input: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of input) await container.write(chunk);
  await container.endInput();
}
