/** Joint weights of each splat. */
export interface SplatSkin {
  /** `[count, 4]`, indices in `used`, and weights, the heaviest first; weights add up to 1. */
  readonly joints: Uint16Array;
  readonly weights: Float32Array;
  /** Indices of the joints that move any splat. */
  readonly used: readonly number[];
}

/** Splats within about this distance move together, metres: more than the usual distance between a splat and its vertex. */
const CELL = 0.014;
const MAX_CELLS_PER_AXIS = 64;
/** Above this weight a single joint moves a splat. */
const ALONE = 0.995;

/**
 * Joint weights of the splats, from those of their vertices. A splat may lie centimetres from its vertex, so that neighbours in
 * the picture would follow different joints and separate; each uses the mean of its surroundings. The mean is computed on a grid:
 * weights are distributed to the eight corners around a splat, and interpolated from there.
 *
 * @param positions `[count, 3]`, splats at rest.
 * @param joints `[count, 4]`, of the vertices.
 * @param weights `[count, 4]`
 */
export function skinSplats(positions: Float32Array, joints: ArrayLike<number>, weights: ArrayLike<number>): SplatSkin {
  const count = positions.length / 3;
  const used = usedJoints(joints, weights, count);
  const indexOf = new Map(used.map((joint, index) => [joint, index]));
  const grid = new Grid(positions, used.length);
  for (let splat = 0; splat < count; splat++) {
    grid.moveTo(splat);
    for (let slot = splat * 4; slot < splat * 4 + 4; slot++) if (weights[slot] > 0) grid.lay(indexOf.get(joints[slot])!, weights[slot]);
  }
  const skin = { joints: new Uint16Array(count * 4), weights: new Float32Array(count * 4), used };
  const mean = new Float64Array(used.length);
  for (let splat = 0; splat < count; splat++) {
    grid.moveTo(splat);
    grid.read(mean);
    writeHeaviest(mean, skin.joints, skin.weights, splat * 4);
  }
  return skin;
}

function usedJoints(joints: ArrayLike<number>, weights: ArrayLike<number>, count: number): number[] {
  const used = new Set<number>();
  for (let slot = 0; slot < count * 4; slot++) if (weights[slot] > 0) used.add(joints[slot]);
  return used.size > 0 ? [...used] : [0];
}

/** Removes them from `mean`. */
function writeHeaviest(mean: Float64Array, joints: Uint16Array, weights: Float32Array, at: number): void {
  const total = mean.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let slot = at; slot < at + 4; slot++) {
    let best = 0;
    for (let joint = 1; joint < mean.length; joint++) if (mean[joint] > mean[best]) best = joint;
    if (!(mean[best] > 0) && slot > at) break;
    joints[slot] = best;
    weights[slot] = mean[best];
    sum += mean[best];
    mean[best] = 0;
    if (!(sum < ALONE * total)) break;
  }
  if (weights[at + 1] === 0) weights[at] = 1;
  else for (let slot = at; slot < at + 4; slot++) weights[slot] /= sum;
}

class Grid {
  private readonly positions: Float32Array;
  private readonly depth: number;
  private readonly values: Float32Array;
  private readonly origin = [Infinity, Infinity, Infinity];
  private readonly cell: number;
  private readonly strides: readonly [number, number, number];
  private readonly corners = new Uint32Array(8);
  private readonly shares = new Float64Array(8);

  /** @param depth Values per corner. */
  constructor(positions: Float32Array, depth: number) {
    this.positions = positions;
    this.depth = depth;
    const end = [-Infinity, -Infinity, -Infinity];
    for (let at = 0; at < positions.length; at++) {
      this.origin[at % 3] = Math.min(this.origin[at % 3], positions[at]);
      end[at % 3] = Math.max(end[at % 3], positions[at]);
    }
    const size = end.map((value, axis) => value - this.origin[axis]);
    this.cell = Math.max(CELL, Math.max(...size) / (MAX_CELLS_PER_AXIS - 2));
    const [x, y, z] = size.map((length) => Math.floor(length / this.cell) + 2);
    this.strides = [depth, x * depth, x * y * depth];
    this.values = new Float32Array(x * y * z * depth);
  }

  moveTo(splat: number): void {
    let base = 0;
    const parts = [0, 0, 0];
    for (let axis = 0; axis < 3; axis++) {
      const place = (this.positions[splat * 3 + axis] - this.origin[axis]) / this.cell;
      base += Math.floor(place) * this.strides[axis];
      parts[axis] = place - Math.floor(place);
    }
    for (let corner = 0; corner < 8; corner++) {
      this.corners[corner] = base;
      this.shares[corner] = 1;
      for (let axis = 0; axis < 3; axis++) {
        const isFar = (corner >> axis) & 1;
        this.corners[corner] += isFar * this.strides[axis];
        this.shares[corner] *= isFar ? parts[axis] : 1 - parts[axis];
      }
    }
  }

  lay(index: number, weight: number): void {
    for (let corner = 0; corner < 8; corner++) this.values[this.corners[corner] + index] += weight * this.shares[corner];
  }

  read(out: Float64Array): void {
    out.fill(0);
    for (let corner = 0; corner < 8; corner++) {
      for (let index = 0; index < this.depth; index++) out[index] += this.values[this.corners[corner] + index] * this.shares[corner];
    }
  }
}
