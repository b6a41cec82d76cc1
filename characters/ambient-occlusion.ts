/**
 * Baked light per vertex. Ambient occlusion: cosine-distributed rays against the whole character, near hits darken more.
 * Shadow: rays towards an area light above the viewer. The inside of the mouth, teeth and tongue are baked with the mouth open,
 * otherwise they would be black when it opens.
 */

import type { RayCaster } from './ray-caster.js';
import { createRayCaster } from './ray-caster.js';
import type { Vec3 } from './vector.js';
import { addScaled, cross, dot, normalize } from './vector.js';

const RAY_COUNT = 72;
/** Offset of the rays' origin from the surface, cm. */
const START = 0.04;
const GOLDEN_ANGLE = 2.399963;

/** Around +z, cosine-weighted (Vogel spiral on the disc, lifted to the hemisphere). */
const DIRECTIONS: readonly Vec3[] = Array.from({ length: RAY_COUNT }, (_, i) => {
  const u = (i + 0.5) / RAY_COUNT;
  const angle = i * GOLDEN_ANGLE;
  return [Math.sqrt(u) * Math.cos(angle), Math.sqrt(u) * Math.sin(angle), Math.sqrt(1 - u)];
});

/**
 * Direction to the centre of the shadow-casting light: nearer to the viewer than the key light, so that the shadows also suit a
 * turned head.
 */
const LAMP = normalize([-0.24, 0.76, 0.6]);
/** Tangent of half the light's angular size: the shadows are as soft as the mesh is coarse. */
const LAMP_SIZE = 0.55;
const LAMP_DISTANCE = 40;

export interface OcclusionMesh {
  positions: readonly Vec3[];
  normals: readonly Vec3[];
  triangles: readonly number[];
}

/** The scene a mesh is baked in; build once per pose. */
export class OcclusionScene {
  private readonly caster: RayCaster;

  constructor(meshes: readonly Pick<OcclusionMesh, 'positions' | 'triangles'>[]) {
    this.caster = createRayCaster(meshes);
  }

  /**
   * @param range Hits further than this, cm, do not count.
   * @returns One value per vertex, 1 = open.
   */
  bake({ positions, normals }: OcclusionMesh, range: number, isIncluded: (vertex: number) => boolean = () => true): Float64Array {
    const result = new Float64Array(positions.length).fill(1);
    positions.forEach((position, vertex) => {
      if (isIncluded(vertex)) result[vertex] = this.openness(position, normals[vertex], range);
    });
    return result;
  }

  /**
   * Share of the light that other surfaces occlude. A surface that faces away from it counts as lit, since shading darkens it.
   *
   * @returns One value per vertex, 0 = lit, 1 = in full shadow.
   */
  bakeShadow({ positions, normals }: OcclusionMesh, isIncluded: (vertex: number) => boolean): Float64Array {
    const rays = aroundAxis(
      LAMP,
      DIRECTIONS.map(([x, y]) => [LAMP_SIZE * x, LAMP_SIZE * y, 1]),
    );
    return Float64Array.from(positions, (position, vertex) => {
      if (!isIncluded(vertex)) return 0;
      const normal = normals[vertex];
      const origin = addScaled(position, normal, START);
      let hidden = 0;
      let total = 0;
      for (const ray of rays) {
        const facing = dot(normal, ray);
        if (facing <= 0.02) continue;
        const weight = Math.min(1, facing * 4);
        total += weight;
        if (this.caster.distanceTo(origin, ray, LAMP_DISTANCE) < LAMP_DISTANCE) hidden += weight;
      }
      // A few grazing rays are not representative.
      return hidden / Math.max(total, 0.2 * rays.length);
    });
  }

  private openness(position: Vec3, normal: Vec3, range: number): number {
    const origin = addScaled(position, normal, START);
    let blocked = 0;
    for (const direction of aroundAxis(normal, DIRECTIONS)) {
      const hit = this.caster.distanceTo(origin, direction, range);
      if (hit < range) blocked += (1 - hit / range) ** 0.7;
    }
    return 1 - blocked / RAY_COUNT;
  }
}

/** Directions around +z, rotated to an axis; unit vectors. */
function aroundAxis(axis: Vec3, directions: readonly Vec3[]): Vec3[] {
  const helper: Vec3 = Math.abs(axis[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const tangent = normalize(cross(helper, axis));
  const bitangent = cross(axis, tangent);
  return directions.map(([x, y, z]) =>
    normalize([
      tangent[0] * x + bitangent[0] * y + axis[0] * z,
      tangent[1] * x + bitangent[1] * y + axis[1] * z,
      tangent[2] * x + bitangent[2] * y + axis[2] * z,
    ]),
  );
}

/** Averages along edges, `passes` times by half. */
export function smoothOverEdges(
  values: Float64Array,
  triangles: readonly number[],
  passes: number,
  isIncluded: (vertex: number) => boolean = () => true,
): void {
  const sums = new Float64Array(values.length);
  const counts = new Float64Array(values.length);
  for (let pass = 0; pass < passes; pass++) {
    sums.fill(0);
    counts.fill(0);
    triangles.forEach((from, i) => {
      sums[from] += values[triangles[i % 3 === 2 ? i - 2 : i + 1]];
      counts[from] += 1;
    });
    for (let i = 0; i < values.length; i++) if (counts[i] > 0 && isIncluded(i)) values[i] = 0.5 * values[i] + (0.5 * sums[i]) / counts[i];
  }
}
