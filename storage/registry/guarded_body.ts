/** Bodies of requests and responses that a watchdog looks after. */

import { connectionError } from "./error.ts";
import type { Watchdog } from "./watchdog.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A request's body, whose progress is a sign of life. */
export function streamOf(body: AsyncIterable<Bytes>, watchdog: Watchdog): ReadableStream<Bytes> {
  const watched = async function* () {
    for await (const chunk of body) {
      watchdog.touch();
      yield chunk;
    }
  };
  return ReadableStream.from(watched());
}

/** The same response, of which a body that falls silent or breaks is a ConnectionError. */
export function guarded(
  response: Response,
  watchdog: Watchdog,
  method: string,
  url: URL,
): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) {
    watchdog[Symbol.dispose]();
    return response;
  }
  const reader = body.getReader();
  const stream = new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await watchdog.wait(reader.read());
        if (!done) return controller.enqueue(value);
        watchdog[Symbol.dispose]();
        controller.close();
      } catch (error) {
        watchdog[Symbol.dispose]();
        reader.cancel().catch(() => {}); // of what has only fallen silent
        controller.error(connectionError(method, url, error));
      }
    },
    async cancel(reason) {
      watchdog[Symbol.dispose]();
      await reader.cancel(reason).catch(() => {});
    },
  }, { highWaterMark: 0 });
  return new Response(stream, { status, statusText, headers });
}
