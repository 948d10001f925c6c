/** What the options of a volume have mounted on its directory. */

import { MS } from "../../ffi/constants.ts";
import { SystemError } from "../../ffi/errno.ts";
import { mount } from "../../ffi/mount.ts";
import type { Store } from "../../storage/store.ts";
import { countMounts } from "../../storage/volume/mounted.ts";
import type { Device } from "../../storage/volume/options.ts";
import { dataPath } from "../../storage/volume/volume_store.ts";
import { StartError } from "../sandbox/start.ts";
import { parseMountOptions } from "./mount_options.ts";

/** The kernel knows addresses only: of a network's file system the name of its server is looked up. */
export async function resolveDevice(device: Device, target: string): Promise<Device> {
  if (!["nfs", "nfs4", "cifs"].includes(device.type)) return device;
  const server = /(?:^|,)addr=([^,]*)/.exec(device.options)?.[1];
  if (!server || /^[\d.]+$|:/.test(server)) return device;
  try {
    const address = await addressOf(server);
    return { ...device, options: device.options.replace(`addr=${server}`, `addr=${address}`) };
  } catch (error) {
    const reason = (error as Error).message;
    throw failure(
      target,
      `error resolving passed in network volume address: lookup ${server}: ${reason}`,
    );
  }
}

async function addressOf(server: string): Promise<string> {
  const { lookup } = await import("node:dns/promises"); // which also reads /etc/hosts
  return (await lookup(server)).address;
}

/** Mounts a volume's device in this thread's mount namespace, unless that was done before. Throws in docker's words. */
export function mountDevice(store: Store, name: string, { type, device, options }: Device): void {
  if (countMounts(store, name) > 0) return;
  const target = dataPath(store, name);
  if (device === "") throw failure(target, "missing device in volume options");
  const { flags, data, propagation } = parseMountOptions(options);
  const attempt = (source: string, type: string, flags: number, data?: string) => {
    try {
      mount({ source, target, type, flags, data });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const details = (flags ? `, flags: 0x${flags.toString(16)}` : "") +
        (data ? `, data: ${data}` : "");
      const words = `mount ${source}:${target}${details}: ${error.reason}`;
      throw failure(target, `failed to mount local volume: ${words}`);
    }
  };
  attempt(device, type, flags, data);
  const readonlyBind = MS.BIND | MS.RDONLY;
  // The kernel heeds the flags of a bind mount only when it is mounted again.
  if ((flags & readonlyBind) === readonlyBind) attempt("", "", flags | MS.REMOUNT);
  if (propagation) attempt("", "", propagation);
}

function failure(target: string, reason: string): StartError {
  return new StartError(`error while mounting volume '${target}': ${reason}`, 125);
}
