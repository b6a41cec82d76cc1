/**
 * Applies blendshapes to splats: each splat follows one vertex of a mesh. Only shapes with a weight cost time, only for the
 * splats they move.
 *
 * Centres move, extents stay, as in the training of such heads. Stretching the splats with the mesh was tried and looks worse:
 * the lashes stretch over the closing lid.
 *
 * Joints come after this, in `SplatProjector`. `update()` allocates nothing.
 */
import type { MorphShape } from '../morph-shapes.js';

export class SplatDeformer {
  /** `[count, 3]`, in the axes of the mesh at rest; as shaped by the last `update()`. */
  readonly positions: Float32Array;

  private readonly restPositions: Float32Array;
  private readonly shapes: readonly MorphShape[];
  private readonly movedIn: Uint32Array;
  private readonly moved: Uint32Array;
  private movedCount = 0;
  private updateCount = 0;

  /**
   * @param offsets `[count, 3]`, of the splats from their vertices.
   * @param vertices `[count, 3]`, mesh at rest.
   */
  constructor(offsets: Float32Array, vertices: Float32Array, shapes: readonly MorphShape[]) {
    this.restPositions = offsets.map((offset, at) => offset + vertices[at]);
    this.positions = this.restPositions.slice();
    this.shapes = shapes;
    this.movedIn = new Uint32Array(vertices.length / 3);
    this.moved = new Uint32Array(vertices.length / 3);
  }

  /**
   * @param weights `[shape]`
   * @param active Shapes whose weight is not 0; the first `activeCount` entries are valid.
   */
  update(weights: Float32Array, active: Uint16Array, activeCount: number): void {
    this.restore();
    for (let index = 0; index < activeCount; index++) this.add(this.shapes[active[index]], weights[active[index]]);
  }

  /** Upward displacement of a splat, metres. */
  rise(splat: number): number {
    return this.positions[splat * 3 + 1] - this.restPositions[splat * 3 + 1];
  }

  /** Adds to a splat's upward displacement until the next `update()`. */
  move(splat: number, upwards: number): void {
    this.mark(splat);
    this.positions[splat * 3 + 1] += upwards;
  }

  private restore(): void {
    const { moved, positions, restPositions } = this;
    for (let index = 0; index < this.movedCount; index++) {
      const at = moved[index] * 3;
      positions[at] = restPositions[at];
      positions[at + 1] = restPositions[at + 1];
      positions[at + 2] = restPositions[at + 2];
    }
    this.movedCount = 0;
    this.updateCount++;
  }

  private add({ vertices, deltas }: MorphShape, weight: number): void {
    const { positions } = this;
    for (let index = 0, from = 0; index < vertices.length; index++, from += 3) {
      const splat = vertices[index];
      this.mark(splat);
      const at = splat * 3;
      positions[at] += weight * deltas[from];
      positions[at + 1] += weight * deltas[from + 1];
      positions[at + 2] += weight * deltas[from + 2];
    }
  }

  private mark(splat: number): void {
    if (this.movedIn[splat] === this.updateCount) return;
    this.movedIn[splat] = this.updateCount;
    this.moved[this.movedCount++] = splat;
  }
}
