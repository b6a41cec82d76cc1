/** Size of an image by its header, before anything is decoded. */
export interface ImageSize {
  readonly type: 'png' | 'jpeg' | 'webp' | 'avif' | 'ktx2';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** @returns Null for any other format, SVG among them, and where the header is cut off. */
export function imageSizeOf(bytes: Uint8Array): ImageSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (startsWith(bytes, 0, '\x89PNG\r\n\x1a\n') && startsWith(bytes, 12, 'IHDR'))
      return { type: 'png', width: view.getUint32(16), height: view.getUint32(20) };
    if (startsWith(bytes, 0, '\xff\xd8\xff')) return jpegSize(view);
    if (startsWith(bytes, 0, 'RIFF') && startsWith(bytes, 8, 'WEBP')) return webpSize(bytes, view);
    if (startsWith(bytes, 4, 'ftypavi')) return avifSize(bytes, view);
    if (startsWith(bytes, 0, '\xabKTX 20\xbb')) return { type: 'ktx2', width: view.getUint32(20, true), height: view.getUint32(24, true) };
    return null;
  } catch {
    // A RangeError: the header is cut off.
    return null;
  }
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** The frame header (SOF) after the other segments. */
function jpegSize(view: DataView): ImageSize | null {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // Padding.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { type: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
}

function webpSize(bytes: Uint8Array, view: DataView): ImageSize | null {
  const type = 'webp';
  if (startsWith(bytes, 12, 'VP8X')) {
    const at = (offset: number): number => 1 + (view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16));
    return { type, width: at(24), height: at(27) };
  }
  if (startsWith(bytes, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (startsWith(bytes, 12, 'VP8 ')) return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return null;
}

/** The largest `ispe` property: a file may hold several images. */
function avifSize(bytes: Uint8Array, view: DataView): ImageSize | null {
  let [width, height] = [0, 0];
  for (let at = 12; at + 16 < Math.min(bytes.length, 4096); at++) {
    if (!startsWith(bytes, at, 'ispe')) continue;
    width = Math.max(width, view.getUint32(at + 8));
    height = Math.max(height, view.getUint32(at + 12));
  }
  return width > 0 ? { type: 'avif', width, height } : null;
}
