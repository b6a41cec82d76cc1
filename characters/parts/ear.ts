/** An outer ear as a relief over a disc: helix, scapha, antihelix, concha, tragus and lobe; and a stud in it. */
import type { Character } from '../character.js';
import { layerColours, linearFromHex } from '../colour.js';
import type { Part } from '../part.js';
import { gridTriangles, rigidPoint } from '../part.js';
import type { Vec3 } from '../vector.js';
import { gaussian, smoothstep } from '../vector.js';

const CENTRE: Vec3 = [6.35, -0.9, -1.3];
const SPOKES = 34;
const RINGS = 13;
const STUD_RINGS = 7;
const STUD_SPOKES = 10;
const STUD_RADIUS = 0.3;

/** Bump of a relief at (u, v), both in ear half-lengths: u forward, v up. */
const spot = (u: number, v: number, atU: number, atV: number, size: number): number => gaussian(Math.hypot(u - atU, v - atV), size);

export function ear(character: Character, side: 1 | -1): Part {
  const skin = linearFromHex(character.colours.skin);
  const blush = linearFromHex(character.colours.blush);
  const hollow = linearFromHex(character.colours.hollow);
  const positions: Vec3[] = [];
  const colours: Vec3[] = [];
  for (let ring = 0; ring < RINGS; ring++) {
    const r = Math.max(0.02, ring / (RINGS - 1));
    for (let spoke = 0; spoke < SPOKES; spoke++) {
      const angle = (spoke / SPOKES) * 2 * Math.PI;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const u = r * c;
      const v = r * s;
      // Broad above, narrow at the lobe, flat where it meets the cheek.
      const forward = 1.25 * u * (c > 0 ? 0.72 : 1.12) * (1 - 0.3 * smoothstep(0.1, -1, v)) - 0.28 * v;
      const up = 2.15 * v * (s < 0 ? 0.94 : 1);
      const onHelix = smoothstep(-0.95, -0.45, 0.35 + 0.3 * s - 0.9 * c);
      const helix = 0.34 * gaussian(r - 0.9, 0.11) * onHelix;
      const scapha = -0.13 * gaussian(r - 0.7, 0.1) * onHelix * smoothstep(-0.7, -0.2, s);
      const antihelix = 0.2 * gaussian(r - 0.5, 0.13) * smoothstep(0.25, -0.4, c) * smoothstep(-0.95, -0.5, s);
      const concha = -0.42 * spot(u, v, 0.14, -0.08, 0.4);
      const tragus = 0.26 * spot(u, v, 0.62, -0.12, 0.2) + 0.14 * spot(u, v, 0.1, -0.52, 0.18);
      const outer = ring === RINGS - 1 ? -0.16 : 0.5 - 0.05 * r + helix + scapha + antihelix + concha + tragus;
      const flare = smoothstep(0.4, -1, c) * 0.65 * r + 0.12 * Math.max(0, v) - 0.22 * Math.max(0, -v);
      positions.push([side * (CENTRE[0] + outer + flare), CENTRE[1] + up, CENTRE[2] + forward]);
      colours.push(
        layerColours(skin, [
          [blush, 0.24 + 0.2 * gaussian(r - 0.9, 0.25)],
          [hollow, 0.12 + 0.5 * spot(u, v, 0.14, -0.08, 0.38)],
        ]),
      );
    }
  }
  const triangles = gridTriangles(RINGS, SPOKES, { isClosed: true, isFlipped: side < 0 });
  const skinCount = positions.length;
  if (character.earrings) {
    const metal = linearFromHex(character.earrings);
    const centre: Vec3 = [side * (CENTRE[0] + 0.62), CENTRE[1] - 1.62, CENTRE[2] + 0.42];
    triangles.push(...gridTriangles(STUD_RINGS, STUD_SPOKES, { isClosed: true, isFlipped: side < 0, offset: skinCount }));
    for (let ring = 0; ring < STUD_RINGS; ring++) {
      const polar = (ring / (STUD_RINGS - 1)) * Math.PI;
      for (let spoke = 0; spoke < STUD_SPOKES; spoke++) {
        const turn = (spoke / STUD_SPOKES) * 2 * Math.PI;
        const reach = STUD_RADIUS * Math.sin(polar);
        positions.push([
          centre[0] + side * STUD_RADIUS * Math.cos(polar),
          centre[1] + reach * Math.sin(turn),
          centre[2] + reach * Math.cos(turn),
        ]);
        colours.push(metal);
      }
    }
  }
  return {
    name: 'ears',
    shading: 'skin',
    binding: 'Head',
    points: positions.map((position) => rigidPoint(position)),
    triangles,
    colours,
    isDeformable: false,
    gloss: positions.map((_, index) => (index < skinCount ? 0 : 1)),
    translucency: positions.map((_, index) => (index < skinCount ? 0.25 : 0)),
  };
}
