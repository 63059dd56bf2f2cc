/**
 * Bodies with an end: no more bytes and no more time than the route allows.
 * @module
 */
import { HttpError } from "@/server/http/responses.ts";

/** What a route accepts. */
export interface BodyLimits {
  /** Most bytes. */
  readonly maxBytes: number;
  /** Most milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The request's whole body.
 * @throws HttpError 413 if it is larger than allowed, 408 if it takes too long, 400 if it breaks off.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new HttpError(413, "too-large", `The body may have at most ${limits.maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > limits.maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array(0);
  const reader = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new HttpError(408, "too-slow", "The body did not arrive in time; send it again.")),
      limits.timeoutMs,
    );
  });
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let size = 0;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return chunks.length === 1 ? chunks[0]! : new Uint8Array(Buffer.concat(chunks));
      if ((size += value.length) > limits.maxBytes) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {}); // the connection may be gone already
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, "broken-body", "The body broke off before its end.");
  } finally {
    clearTimeout(timer);
  }
}
