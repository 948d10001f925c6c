/** The user namespace that a container starts in. */

import { close } from "../../../ffi/file.ts";
import type { IdMappings } from "../../../ffi/idmap.ts";
import { createUserNamespace } from "../../../ffi/idmap_namespace.ts";
import { SystemError } from "../../../ffi/errno.ts";
import type { HostConfig } from "../../../storage/container/config.ts";
import type { Store } from "../../../storage/store.ts";
import { explainClone } from "../../sandbox/start.ts";
import { donorsOf, openDonorsUserNamespace } from "../shared_namespaces.ts";

/** Open until the container's process is in it. */
export class UserNamespace implements Disposable {
  private constructor(readonly ids: IdMappings, readonly fd: number) {}

  /** Throws StartError if there can be none. */
  static open(store: Store, ids: IdMappings, hostConfig: HostConfig): UserNamespace {
    const [donor] = donorsOf(hostConfig);
    if (donor !== undefined) return new UserNamespace(ids, openDonorsUserNamespace(store, donor));
    try {
      return new UserNamespace(ids, createUserNamespace(ids));
    } catch (error) {
      throw error instanceof SystemError ? explainClone(error) : error;
    }
  }

  get spec(): IdMappings & { readonly fd: number } {
    return { ...this.ids, fd: this.fd };
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }
}
