/** Trying again what failed for now. */

import { ConnectionError, RegistryError } from "./error.ts";

/** Milliseconds before the second attempt; it doubles with each one more. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** 429 and whatever a server says of its own trouble, save that it cannot do what it was asked for. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

export function mayRetry(error: unknown): boolean {
  return error instanceof ConnectionError ||
    (error instanceof RegistryError && isTransient(error.status));
}

/** How long to wait before attempt number `attempt`, the first being 0. What the server asks for counts, within reason. */
export function delayBefore(attempt: number, retryAfter?: string | null): number {
  const backOff = FIRST_DELAY * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
  return Math.min(Math.max(backOff, secondsOf(retryAfter) * 1000), LONGEST_DELAY);
}

/** Retry-After is a number of seconds or a date. */
function secondsOf(retryAfter: string | null | undefined): number {
  if (!retryAfter) return 0;
  if (/^[0-9]+$/.test(retryAfter)) return Number(retryAfter);
  const time = Date.parse(retryAfter);
  return Number.isNaN(time) ? 0 : (time - Date.now()) / 1000;
}

/** Sleeps; rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    clearTimeout(timer);
    reject(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener("abort", stop);
    resolve();
  }, milliseconds);
  if (signal?.aborted) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  return promise;
}
