/** Builds the parts of an avatar from its parameters. Pure and deterministic. */
import { OcclusionScene, smoothOverEdges } from './ambient-occlusion.js';
import { createBlendshapes } from './blendshapes/index.js';
import type { Character } from './character.js';
import { hairdo } from './hair/index.js';
import { LidShape } from './lid-shape.js';
import { MouthShape } from './mouth-shape.js';
import type { Part } from './part.js';
import { mergeParts } from './part.js';
import { beard } from './parts/beard.js';
import { sweater } from './parts/body.js';
import { brow, lashes } from './parts/brows-and-lashes.js';
import { ear } from './parts/ear.js';
import { eyeball } from './parts/eyeball.js';
import { glasses } from './parts/glasses.js';
import { skinPart } from './parts/skin.js';
import { teethRow, tongue } from './parts/teeth.js';
import type { Fields } from './pose.js';
import { partDeltas, posedPositions, restPositions, vertexNormals } from './pose.js';
import { createSculpt } from './sculpt.js';
import type { SkinMesh } from './skin-mesh.js';
import { buildSkinMesh } from './skin-mesh.js';
import type { Vec3 } from './vector.js';
import { add, addScaled } from './vector.js';

/** A part with everything the file needs, cm; one entry per vertex. */
export interface FinishedPart {
  part: Part;
  positions: Vec3[];
  normals: Vec3[];
  /** 1 = open. */
  occlusion: Float64Array;
  /** Blendshape name → deltas. */
  deltas: Map<string, Vec3[]>;
}

export interface Avatar {
  character: Character;
  parts: FinishedPart[];
  /** For tests of seam and lids; indices into the first part, the skin. */
  skinMesh: SkinMesh;
  fields: Fields;
  lids: LidShape;
}

/** Pose in which the inside of the mouth is baked. */
const BAKING_MOUTH = {
  jawOpen: 0.5,
  mouthUpperUpLeft: 0.4,
  mouthUpperUpRight: 0.4,
  mouthLowerDownLeft: 0.4,
  mouthLowerDownRight: 0.4,
};
/** Range of occlusion, cm. */
const RANGE = { skin: 6.5, hair: 5, mouth: 8, contact: 1.1 };
/** Darkness of the line along which two parts touch. */
const CONTACT = 0.55;
/** Reduction of each colour in full shadow: light scatters into skin from the side, red furthest. */
const SHADOW: Vec3 = [0.44, 0.58, 0.62];

export interface BuildOptions {
  /** Baking occlusion takes most of the time; without it every vertex counts as open. */
  hasOcclusion?: boolean;
}

/** @throws {Error} if the parameters make the skin fold over itself. */
export function buildAvatar(character: Character, { hasOcclusion = true }: BuildOptions = {}): Avatar {
  const sculpt = createSculpt(character);
  const mouth = new MouthShape(character);
  const lids = new LidShape(character);
  const fields = createBlendshapes(character, mouth, lids);
  const skinMesh = buildSkinMesh(character, sculpt, mouth, lids);
  const skin = skinPart(character, sculpt, skinMesh);
  const parts = [
    skin,
    mergeParts([brow(character, sculpt, 1), brow(character, sculpt, -1)]),
    mergeParts([lashes(character, lids, 1), lashes(character, lids, -1)]),
    mergeParts([teethRow(character, true), teethRow(character, false)]),
    tongue(character),
    eyeball(character, 'eyeLeft'),
    eyeball(character, 'eyeRight'),
    earsPart(character),
    hairdo(character, sculpt),
    ...(character.beard > 0 ? [beard(character, sculpt, skinMesh, skin.colours)] : []),
    ...(character.glasses ? [glasses(character, character.glasses, sculpt)] : []),
    mergeParts(sweater(character)),
  ];
  const finished = hasOcclusion ? bakeParts(parts, character, fields, lids) : parts.map((part) => openPart(part, character, fields));
  return { character, parts: finished, skinMesh, fields, lids };
}

function earsPart(character: Character): Part {
  const [left, right] = [ear(character, 1), ear(character, -1)];
  return {
    ...mergeParts([left, right]),
    gloss: [...left.gloss!, ...right.gloss!],
    translucency: [...left.translucency!, ...right.translucency!],
  };
}

function openPart(part: Part, character: Character, fields: Fields): FinishedPart {
  const positions = restPositions(part, fields, character.restingExpression);
  const occlusion = new Float64Array(part.points.length).fill(1);
  return { part, positions, normals: vertexNormals(part, positions), occlusion, deltas: partDeltas(part, fields) };
}

function bakeParts(parts: readonly Part[], character: Character, fields: Fields, lids: LidShape): FinishedPart[] {
  const inScene = (part: Part, positions: Vec3[]): Vec3[] => {
    const eye = part.name === 'eyeLeft' ? lids.centre(1) : part.name === 'eyeRight' ? lids.centre(-1) : null;
    return eye ? positions.map((p) => add(p, eye)) : positions;
  };
  const rest = parts.map((part) => restPositions(part, fields, character.restingExpression));
  const open = parts.map((part) => posedPositions(part, fields, { ...character.restingExpression, ...BAKING_MOUTH }));
  const isBaked = (part: Part): boolean => part.shading !== 'lash' && part.shading !== 'brow';
  // Parts that lie close on the skin would darken it along their whole border.
  const castsShadow = (part: Part): boolean => isBaked(part) && part.name !== 'beard';
  const scene = (positions: Vec3[][]): OcclusionScene =>
    new OcclusionScene(
      parts.map((part, i) => ({ positions: inScene(part, positions[i]), triangles: castsShadow(part) ? part.triangles : [] })),
    );
  const restScene = scene(rest);
  const openScene = scene(open);

  return parts.map((part, i) => {
    const normals = vertexNormals(part, rest[i]);
    const occlusion = new Float64Array(part.points.length).fill(1);
    let colours = part.colours;
    if (isBaked(part)) {
      const isInside = (vertex: number): boolean => part.shading === 'teeth' || (part.isInsideMouth?.[vertex] ?? false);
      const range = part.shading === 'hair' ? RANGE.hair : RANGE.skin;
      // The border of a beard lies below the skin and would be baked black.
      const raised = part.name === 'beard' ? rest[i].map((p, vertex) => addScaled(p, normals[vertex], 0.25)) : rest[i];
      const atRest = { positions: inScene(part, raised), normals, triangles: part.triangles };
      const closed = restScene.bake(atRest, range, (vertex) => !isInside(vertex));
      const receivesShadow = part.shading === 'skin' || part.shading === 'cloth';
      const contact = receivesShadow ? restScene.bake(atRest, RANGE.contact, (vertex) => !isInside(vertex)) : null;
      if (receivesShadow)
        colours = shaded(
          part.colours,
          restScene.bakeShadow(atRest, (vertex) => !isInside(vertex)),
          part.triangles,
        );
      const opened = openScene.bake(
        { positions: open[i], normals: vertexNormals(part, open[i]), triangles: part.triangles },
        RANGE.mouth,
        isInside,
      );
      // Without a minimum, the depth of the mouth would make grey teeth and a black tongue.
      const floor = part.name === 'teeth' ? 0.5 : 0.12;
      for (let vertex = 0; vertex < occlusion.length; vertex++) {
        occlusion[vertex] = isInside(vertex)
          ? floor + (1 - floor) * opened[vertex]
          : closed[vertex] * (1 - CONTACT * (1 - (contact?.[vertex] ?? 1)));
      }
      smoothOverEdges(occlusion, part.triangles, 2);
      // Long triangles on the neck and the shoulders show every ray.
      smoothOverEdges(occlusion, part.triangles, 6, (vertex) => rest[i][vertex][1] < -8.5);
    }
    return { part: { ...part, colours }, positions: rest[i], normals, occlusion, deltas: partDeltas(part, fields) };
  });
}

/** Colours in the shadow of hair, chin and nose; baked into the colour, shadows cost nothing to draw. */
function shaded(colours: readonly Vec3[], shadow: Float64Array, triangles: readonly number[]): Vec3[] {
  smoothOverEdges(shadow, triangles, 4);
  return colours.map(
    (colour, vertex) => [0, 1, 2].map((channel) => colour[channel] * (1 - SHADOW[channel] * shadow[vertex])) as unknown as Vec3,
  );
}
