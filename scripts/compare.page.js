/** Part of the page of `drawing-page.js`: how far two pictures differ to the eye, tile by tile. */

/** A tile's pixels further apart than this differ visibly, ΔE (CIE 1976). */
const VISIBLE = 6;

const linear = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
const cube = (t) => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);

/** sRGB bytes → L*a*b*, white of D65. */
function labOf(data, at, out) {
  const [r, g, b] = [linear[data[at]], linear[data[at + 1]], linear[data[at + 2]]];
  const x = cube((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = cube(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = cube((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  out[0] = 116 * y - 16;
  out[1] = 500 * (x - y);
  out[2] = 200 * (y - z);
}

async function pixelsOf(url) {
  const bitmap = await createImageBitmap(await (await fetch(url)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/**
 * @param a, b Data URLs of pictures of one size, in square tiles of `size` pixels.
 * @returns For each tile, row by row: mean ΔE and the share of pixels that differ visibly. Null for different sizes.
 */
globalThis.compareTiles = async (a, b, size) => {
  const [first, second] = await Promise.all([pixelsOf(a), pixelsOf(b)]);
  const { width, height } = first;
  if (width !== second.width || height !== second.height) return null;
  const [one, other] = [new Float64Array(3), new Float64Array(3)];
  const columns = Math.floor(width / size);
  const tiles = Array.from({ length: columns * Math.floor(height / size) }, () => ({ meanDeltaE: 0, differingShare: 0 }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      labOf(first.data, (y * width + x) * 4, one);
      labOf(second.data, (y * width + x) * 4, other);
      const deltaE = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
      const tile = tiles[Math.floor(y / size) * columns + Math.floor(x / size)];
      tile.meanDeltaE += deltaE / (size * size);
      if (deltaE > VISIBLE) tile.differingShare += 1 / (size * size);
    }
  }
  return tiles;
};

/** One tile of both pictures side by side, and where they differ in white, as a PNG's data URL. */
globalThis.showDifference = async (a, b, size, tile) => {
  const [first, second] = await Promise.all([pixelsOf(a), pixelsOf(b)]);
  const columns = Math.floor(first.width / size);
  const [left, top] = [(tile % columns) * size, Math.floor(tile / columns) * size];
  const canvas = document.createElement('canvas');
  canvas.width = size * 3;
  canvas.height = size;
  const context = canvas.getContext('2d');
  context.putImageData(first, -left, -top, left, top, size, size);
  context.putImageData(second, size - left, -top, left, top, size, size);
  const difference = context.createImageData(size, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = ((top + y) * first.width + left + x) * 4;
      const at = (y * size + x) * 4;
      for (let channel = 0; channel < 3; channel++)
        difference.data[at + channel] = 8 * Math.abs(first.data[from + channel] - second.data[from + channel]);
      difference.data[at + 3] = 255;
    }
  }
  context.putImageData(difference, size * 2, 0);
  return canvas.toDataURL();
};
