/** Opens any source of bytes: a URL, a file, a response, a stream, a buffer. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';

/** A stream of bytes with its metadata. */
export interface ByteSource {
  /** Empty if unknown. */
  readonly contentType: string;
  /** File name or path, for its extension; or ''. */
  readonly name: string;
  /** Pieces of any size, once. Leaving the loop early cancels the source. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * @returns Null for other values.
 * @throws {AvatarError} `invalidAudioInput` if it cannot be opened, `aborted`.
 */
export async function openByteSource(source: unknown, signal: AbortSignal): Promise<ByteSource | null> {
  if (typeof source === 'string' || source instanceof URL) return fetchSource(source, signal);
  if (source instanceof Response) return responseSource(source, signal);
  if (source instanceof Blob) {
    const name = source instanceof File ? source.name : '';
    return { contentType: source.type, name, bytes: streamBytes(source.stream(), signal) };
  }
  if (source instanceof ReadableStream) return { contentType: '', name: '', bytes: streamBytes(source, signal) };
  const bytes = bytesOf(source);
  return bytes && { contentType: '', name: '', bytes: onePiece(bytes) };
}

/** The bytes of a buffer, unshared views included; null for anything else. */
export function bytesOf(source: unknown): Uint8Array | null {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Uint8Array || source instanceof DataView || source instanceof Uint8ClampedArray) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  return null;
}

async function fetchSource(url: string | URL, signal: AbortSignal): Promise<ByteSource> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (reason) {
    if (signal.aborted) throw abortedError(signal);
    const message = `The audio at ${shownUrl(url)} cannot be fetched; check the address and that its server allows this page (CORS)`;
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, message);
  }
  return responseSource(response, signal, String(url));
}

function responseSource(response: Response, signal: AbortSignal, url: string = response.url): ByteSource {
  if (!response.ok) {
    // The response is not needed any more.
    void response.body?.cancel().catch(() => undefined);
    const status = `${response.status} ${response.statusText}`.trim();
    throw invalid(`The server answered ${status} instead of audio${url ? ` for ${shownUrl(url)}` : ''}`);
  }
  if (response.bodyUsed) throw invalid('The body of this Response was already read');
  const contentType = response.headers.get('content-type') ?? '';
  const name = url.startsWith('data:') || url.startsWith('blob:') ? '' : url.replace(/[?#].*$/s, '');
  return { contentType, name, bytes: response.body ? streamBytes(response.body, signal) : onePiece(new Uint8Array(0)) };
}

async function* streamBytes(stream: ReadableStream<unknown>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (stream.locked) throw invalid('This stream is locked: it is already being read');
  const reader = stream.getReader();
  // A stream that cannot be cancelled has already ended.
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      if (signal.aborted) throw abortedError(signal);
      const { done, value } = await reader.read();
      if (signal.aborted) throw abortedError(signal);
      if (done) return;
      const bytes = bytesOf(value);
      if (!bytes) throw invalid('The stream brings something else than bytes (Uint8Array)');
      yield bytes;
    }
  } catch (reason) {
    if (signal.aborted) throw abortedError(signal);
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The audio broke off');
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function* onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** A URL for messages: without its query, which may contain a key; data URLs are shortened. */
function shownUrl(url: string | URL): string {
  return String(url)
    .replace(/[?#].*$/s, '')
    .slice(0, 120);
}

export function abortedError(signal: AbortSignal): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'The speech was aborted', { cause: signal.reason as unknown });
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
