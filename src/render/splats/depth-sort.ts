/** Keys of a 16-bit counting sort: two bytes of depth divide a head of 30 cm into layers of 5 µm. */
const KEY_COUNT = 0x10000;

/**
 * Orders splats from the farthest to the nearest by a counting sort: linear, and no WebAssembly. Owns its memory;
 * `sort()` allocates nothing.
 */
export class DepthSort {
  /** `[capacity]`; after `sort()` the first `count` entries hold the order. */
  readonly order: Uint32Array;
  private readonly keys: Uint16Array;
  private readonly starts = new Uint32Array(KEY_COUNT + 1);

  constructor(capacity: number) {
    this.order = new Uint32Array(capacity);
    this.keys = new Uint16Array(capacity);
  }

  /**
   * @param depths `[count]`, distances from the camera plane, any unit, finite.
   * @param count ≤ capacity.
   */
  sort(depths: Float32Array, count: number): Uint32Array {
    const { order, keys, starts } = this;
    let nearest = Infinity;
    let farthest = -Infinity;
    for (let index = 0; index < count; index++) {
      const depth = depths[index];
      if (depth < nearest) nearest = depth;
      if (depth > farthest) farthest = depth;
    }
    const scale = farthest > nearest ? (KEY_COUNT - 1) / (farthest - nearest) : 0;
    starts.fill(0);
    for (let index = 0; index < count; index++) {
      const key = ((farthest - depths[index]) * scale) | 0;
      keys[index] = key;
      starts[key + 1]++;
    }
    for (let key = 0; key < KEY_COUNT; key++) starts[key + 1] += starts[key];
    for (let index = 0; index < count; index++) order[starts[keys[index]]++] = index;
    return order;
  }
}
