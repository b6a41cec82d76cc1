/**
 * Releases the memory of buffers that are no longer read, at once. A thread that draws allocates nothing, so the browser has no reason
 * to collect garbage in it: what loading left behind would stay for minutes. Browsers without `ArrayBuffer.prototype.transfer`
 * (before 2024) collect it later.
 */
export function freeBuffers(buffers: Iterable<ArrayBufferLike>): void {
  for (const buffer of buffers) (buffer as { transfer?(byteLength: number): unknown }).transfer?.(0);
}
