/** Reads text of unknown length up to a limit, so that no answer can fill the memory. */

/** A web stream, as far as it is used here: this file is compiled without the types of a platform. */
interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(): Promise<unknown>;
  };
}

declare class TextDecoder {
  decode(bytes?: Uint8Array, options?: { stream: boolean }): string;
}

/** The body as text, or null when it is longer than `maxBytes`, or was aborted; the rest is then not read. */
export async function readText(body: ByteStream | null, maxBytes: number, signal?: { readonly aborted: boolean }): Promise<string | null> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let byteCount = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || !value) return text + decoder.decode();
    byteCount += value.byteLength;
    if (byteCount > maxBytes || signal?.aborted) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
