/** The painted skin: colours, shine and known normals for the mesh of `skin-mesh.ts`. */
import type { Character } from '../character.js';
import { layerColours, linearFromHex } from '../colour.js';
import type { FacePoint } from '../face-point.js';
import { underHair } from '../hair/index.js';
import type { Part } from '../part.js';
import type { Sculpt } from '../sculpt.js';
import { folds } from '../sculpt.js';
import type { SkinMesh } from '../skin-mesh.js';
import type { Vec3 } from '../vector.js';
import { distance, gaussian, lerp, mix, scale, smoothstep, ZERO } from '../vector.js';
import { beardedness } from './beard.js';

export function skinPart(character: Character, sculpt: Sculpt, mesh: SkinMesh): Part {
  const paint = createPaint(character, sculpt);
  return {
    name: 'skin',
    shading: 'skin',
    binding: 'neck',
    points: mesh.points,
    triangles: mesh.triangles,
    colours: mesh.points.map(paint),
    isDeformable: true,
    knownNormals: mesh.points.map((point) => scale(sculptNormal(sculpt, point), sculptNormalWeight(point))),
    gloss: mesh.points.map(glossOf),
    translucency: mesh.points.map(({ position: [x, y, z] }) => 0.4 * gaussian(distance([Math.abs(x), y, z], [0.9, -3, 7.8]), 0.7)),
    isInsideMouth: mesh.points.map(({ kind, lip }) => kind === 'mouthLining' || (kind === 'lip' && lip!.across < 0.1)),
  };
}

/** Computed normals make the fill blotchy; on lips and lids the mesh is finer than the sculpt. */
function sculptNormalWeight({ kind, lip, lid }: FacePoint): number {
  if (kind === 'mouthLining') return 0;
  if (lid) return lid.isInner ? 0 : 0.98 * smoothstep(1.48, 1.85, lid.ring);
  return lip ? smoothstep(1.3, 1.9, lip.across) : 1;
}

const sculptNormal = (sculpt: Sculpt, point: FacePoint): Vec3 => (sculptNormalWeight(point) === 0 ? ZERO : sculpt.normalAt(point.position));

function glossOf({ kind, lip, lid, position: [x, y, z] }: FacePoint): number {
  if (kind === 'mouthLining') return 0.25 * smoothstep(0.2, 0.4, lip!.depth) * (1 - smoothstep(0.4, 0.9, lip!.depth));
  if (lip) return 0.75 * (1 - smoothstep(0.8, 1.1, lip.across));
  if (lid?.isInner && lid.radius > 0) return 0.9;
  return 0.35 * gaussian(distance([x, y, z], [0, -2.7, 8.8]), 0.9);
}

function createPaint(character: Character, sculpt: Sculpt): (point: FacePoint) => Vec3 {
  const { colours, eye, nose } = character;
  const [skin, blush, hollow, light, lip, innerLip, inside, hair, brow] = (
    ['skin', 'blush', 'hollow', 'light', 'lip', 'innerLip', 'mouthInside', 'hair', 'brow'] as const
  ).map((name) => linearFromHex(colours[name])) as [Vec3, Vec3, Vec3, Vec3, Vec3, Vec3, Vec3, Vec3, Vec3];

  return (point) => {
    const [x, y, z] = point.position;
    const ax = Math.abs(x);
    if (point.kind === 'mouthLining') return mix(innerLip, inside, smoothstep(0.1, 0.9, point.lip!.depth));
    const isEyeRing = point.lid !== undefined;
    const socket = gaussian(Math.hypot(ax - eye.centre[0], (y - 0.2) * 1.2) - 1.2, 1.1) * smoothstep(4, 6, z);
    const layers: [Vec3, number][] = [
      [light, 0.5 * gaussian(Math.hypot(x, (y - 5) * 0.8), 3.2) * smoothstep(4, 6, z) + 0.3 * gaussian(Math.hypot(x, y + 9), 1.6)],
      [blush, 0.5 * gaussian(Math.hypot(ax - 4.2, (y + 2.6) * 1.15), 2) * smoothstep(1, 5, z)],
      [blush, 0.42 * gaussian(distance(point.position, [0, -2.7, 8.9]), 1.05)],
      [blush, 0.16 * gaussian(Math.hypot(x, y + 8.9), 1.3) * smoothstep(3, 6, z)],
      // The side of the jaw is often between the lights: without a warmer colour it looks grey.
      [blush, 0.3 * gaussian(Math.hypot(ax - 4.6, (y + 6.2) * 0.8, (z - 2.8) * 0.7), 2.2)],
      [hollow, 0.35 * socket * (isEyeRing ? 1 : 0.7)],
    ];
    if (point.lid) {
      const { ring, angle, isInner } = point.lid;
      layers.push([hollow, 0.35 * gaussian(ring - 1.31, 0.06) * smoothstep(0, 0.5, Math.sin(angle))]);
      if (isInner || ring === 1) layers.push([blush, 0.5]);
      // The roots of the lashes and the shadow below them: a pale rim would separate the lashes from the eye.
      if (isInner || ring < 1.05) layers.push([brow, 0.75 * smoothstep(-0.05, 0.35, Math.sin(angle))]);
    }
    const nostril = Math.hypot((ax - 0.46 * nose.width) / 1.35, y + 3.38, (z - 8.35 - 0.2 * nose.length) * 0.5);
    layers.push([inside, 0.5 * gaussian(nostril, 0.19)]);
    layers.push([hollow, 0.25 * gaussian(Math.hypot(ax - 0.95 * nose.width, y + 3.2), 0.5) * smoothstep(7, 7.6, z)]);
    if (point.lip) {
      // The border is a soft change of colour, never an outline.
      const { across, along } = point.lip;
      const vermilion = 1 - smoothstep(0.86, 1.12, across);
      layers.push([lip, 0.85 * vermilion * lerp(0.12, 1, 1 - smoothstep(0.8, 1, Math.abs(along)))]);
      layers.push([innerLip, 0.75 * gaussian(across, 0.13)]);
    }
    layers.push([hollow, 0.3 * smoothstep(-8.5, -12, y)]);
    if (point.kind === 'fill') layers.push([scale(hollow, 0.62), formShade(sculpt, point.position)]);
    layers.push([hollow, 0.8 * folds(character, [ax, y, z])]);
    layers.push([brow, 0.8 * smoothstep(0, 0.8, beardedness(character, point))]);
    layers.push([hair, underHair(character, point.position)]);
    return layerColours(skin, layers);
  };
}

/**
 * Painted shading that frontal light would hide: the jaw casts a soft shadow on the neck, its underside faces away, and so do the
 * sides of the face. It is the widest right below the jaw, so that it stays where the chin goes when the mouth opens.
 */
function formShade(sculpt: Sculpt, position: Vec3): number {
  const [nx, ny] = sculpt.normalAt(position);
  const [, y, z] = position;
  const belowJaw = sculpt.headWithoutNeck(position);
  const onNeck = smoothstep(0, 0.5, belowJaw) * Math.exp(-belowJaw / 2.2);
  const underside = smoothstep(-0.2, -0.85, ny) * smoothstep(-6.5, -8.5, y);
  const side = smoothstep(0.6, 1, Math.abs(nx)) * smoothstep(3, -3, y) * smoothstep(-1, 2, z);
  return Math.max(0.7 * onNeck, 0.4 * underside, 0.24 * side);
}
