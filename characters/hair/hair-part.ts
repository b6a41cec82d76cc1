import { type Part, rigidPoint, type Strand } from '../part.js';
import type { Vec3 } from '../vector.js';

/** Hair that moves rigidly with the head: one colour and one strand for each point, in cm. */
export function hairPart(points: readonly Vec3[], triangles: Part['triangles'], colours: Part['colours'], strands: Strand[]): Part {
  return {
    name: 'hair',
    shading: 'hair',
    binding: 'Head',
    points: points.map((position) => rigidPoint(position)),
    triangles,
    colours,
    strands,
    isDeformable: false,
  };
}
