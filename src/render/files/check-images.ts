/** Checks images by their headers: format, size, and the parts of KTX2 files. */
import { entryOf, type Gltf, require, wholeNumber } from './gltf-document.js';
import { imageSizeOf } from './image-size.js';

/** Longest side, pixels; larger ones take more memory than phones have. */
const MAX_SIDE = 8192;
/** The same for KTX2, which is transcoded in the thread that draws. */
const MAX_SIDE_KTX2 = 4096;
/** Pixels of all images together, and of those in KTX2. */
const MAX_PIXELS = 512e6;
const MAX_PIXELS_KTX2 = 128e6;
const KTX2_HEADER_BYTES = 80;
const KTX2_LEVEL_BYTES = 24;
const ZSTANDARD = 2;

/**
 * Checks the images that textures use, and counts their pixels.
 *
 * @param bytesOf Gives an image's bytes.
 * @throws {Error} with a message for the author of the file.
 */
export function checkImages(document: Gltf, bytesOf: (image: number) => Uint8Array): void {
  let pixels = 0;
  let pixelsKtx2 = 0;
  for (const index of usedImages(document)) {
    const { name = String(index) } = entryOf(document.images, index, 'image');
    const label = `its texture "${String(name).slice(0, 40)}"`;
    const bytes = bytesOf(index);
    const size = imageSizeOf(bytes);
    require(size !== null, `${label} cannot be decoded: it is not PNG, JPEG, WebP, AVIF or KTX2`);
    const isKtx2 = size.type === 'ktx2';
    const { width, height } = size;
    const most = isKtx2 ? MAX_SIDE_KTX2 : MAX_SIDE;
    require(Math.min(width, height) > 0 &&
      Math.max(width, height) <= most, `${label} has ${width} × ${height} pixels; at most ${most} × ${most} are supported`);
    pixels += width * height;
    if (isKtx2) {
      pixelsKtx2 += width * height;
      checkKtx2(bytes, label);
    }
    require(pixels <= MAX_PIXELS && pixelsKtx2 <= MAX_PIXELS_KTX2, 'its textures have too many pixels');
  }
}

function usedImages({ textures = [] }: Gltf): Set<number> {
  const used = new Set<number>();
  for (const { source, extensions } of textures) {
    for (const index of [source, ...Object.values(extensions ?? {}).map((extension) => extension?.source)])
      if (index !== undefined) used.add(index);
  }
  return used;
}

/** @see https://registry.khronos.org/KTX/specs/2.0/ktxspec.v2.html, 3.2 */
function checkKtx2(bytes: Uint8Array, label: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  require(bytes.length >= KTX2_HEADER_BYTES, `${label} is cut off`);
  const [width, height, depth, layers, faces, levels, supercompression] = [20, 24, 28, 32, 36, 40, 44].map((at) =>
    view.getUint32(at, true),
  );
  const name = (field: string): string => `${field} of ${label.slice(4)}`;
  wholeNumber(depth, 0, 1, name('depth'));
  wholeNumber(layers, 0, 8, name('layerCount'));
  wholeNumber(faces, 1, 6, name('faceCount'));
  wholeNumber(levels, 1, 32 - Math.clz32(Math.max(width, height)), name('levelCount'));
  require(bytes.length >= KTX2_HEADER_BYTES + levels * KTX2_LEVEL_BYTES, `${label} is cut off`);
  const within = (offset: number, length: number): void => require(offset + length <= bytes.length, `${label} is cut off`);
  within(view.getUint32(48, true), view.getUint32(52, true));
  within(view.getUint32(56, true), view.getUint32(60, true));
  const long = (at: number): number => Number(view.getBigUint64(at, true));
  within(long(64), long(72));
  for (let level = 0; level < levels; level++) {
    const at = KTX2_HEADER_BYTES + level * KTX2_LEVEL_BYTES;
    within(long(at), long(at + 8));
    const blocks = Math.ceil(Math.max(1, width >> level) / 4) * Math.ceil(Math.max(1, height >> level) / 4);
    if (supercompression === ZSTANDARD)
      wholeNumber(long(at + 16), 0, blocks * 16 * faces * Math.max(1, layers), name('uncompressedByteLength'));
  }
}
