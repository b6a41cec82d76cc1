/**
 * Real VRM files, made from a built-in avatar: a whole humanoid, expressions that move its morphs, a look by bones or by
 * expressions, cel-shaded materials and a plait of spring bones. Morph names are taken away, so that only what the format
 * says can move the face. As VRM 0 demands, its characters face −z.
 */
import { type GlbDocument, type GlbNode, readGlb, writeGlb } from '../../src/motion/files/glb-container.js';

interface Document extends GlbDocument {
  nodes: GlbNode[];
  meshes: NonNullable<GlbDocument['meshes']>;
  images?: { uri: string }[];
  textures?: { source: number }[];
  materials: { name: string; extras?: object; extensions?: object; pbrMetallicRoughness?: object }[];
  scenes: { nodes: number[]; extras?: object }[];
  extensionsUsed: string[];
  extensions?: object;
}

/** Expressions by their names in VRM 1, as sums of the avatar's own shapes. */
const EXPRESSIONS: Record<string, Record<string, number>> = {
  aa: { jawOpen: 0.8 },
  ih: { jawOpen: 0.2, mouthStretchLeft: 0.6, mouthStretchRight: 0.6 },
  ou: { mouthPucker: 1 },
  ee: { jawOpen: 0.35, mouthStretchLeft: 0.7, mouthStretchRight: 0.7 },
  oh: { jawOpen: 0.45, mouthFunnel: 0.9 },
  blink: { eyeBlinkLeft: 1, eyeBlinkRight: 1 },
  blinkLeft: { eyeBlinkLeft: 1 },
  blinkRight: { eyeBlinkRight: 1 },
  happy: { mouthSmileLeft: 1, mouthSmileRight: 1, eyeBlinkLeft: 0.6, eyeBlinkRight: 0.6 },
  angry: { browDownLeft: 1, browDownRight: 1 },
  sad: { mouthFrownLeft: 1, mouthFrownRight: 1, browInnerUp: 0.6 },
  surprised: { eyeWideLeft: 1, eyeWideRight: 1, browInnerUp: 1 },
  lookUp: { eyeLookUpLeft: 1, eyeLookUpRight: 1 },
  lookDown: { eyeLookDownLeft: 1, eyeLookDownRight: 1 },
  lookLeft: { eyeLookOutLeft: 1, eyeLookInRight: 1 },
  lookRight: { eyeLookInLeft: 1, eyeLookOutRight: 1 },
};
/** Called otherwise in VRM 0; `surprised` was no preset there. */
const NAMES_OF_0: Record<string, string> = {
  aa: 'a',
  ih: 'i',
  ou: 'u',
  ee: 'e',
  oh: 'o',
  blinkLeft: 'blink_l',
  blinkRight: 'blink_r',
  happy: 'joy',
  sad: 'sorrow',
  surprised: 'unknown',
};

/** By name of the material, linear. */
const COLORS: Record<string, number[]> = {
  skin: [0.82, 0.5, 0.38],
  hair: [0.12, 0.06, 0.04],
  brow: [0.08, 0.04, 0.03],
  lash: [0.03, 0.02, 0.02],
  eye: [0.1, 0.2, 0.3],
  cloth: [0.1, 0.18, 0.3],
  teeth: [0.8, 0.78, 0.75],
  tongue: [0.6, 0.2, 0.2],
};

export interface VrmOptions {
  version: 0 | 1;
  /** Default `bone`, whose eyes turn by a third of what they are asked for. */
  lookBy?: 'bone' | 'expression';
  /** Expressions to leave out. */
  without?: string[];
  /** `happy` colours the skin and fades the cloth, `aa` shifts the texture that the skin gets. */
  hasTints?: boolean;
  /** The texture that shades the skin is the one that colours it, in VRM 1 with a transform of its own. */
  isShadedByBase?: boolean;
}

/** What `hasTints` leads to: linear colour of the skin, opacity of the cloth, offset of the texture. */
export const TINTS = { skin: [1, 0.2, 0.1], clothOpacity: 0.25, offset: [0.25, 0.5] } as const;
/** One red pixel. */
const TEXTURE_URI =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';

/** @param avatar Bytes of a built-in avatar. */
export function vrmFrom(avatar: Uint8Array, options: VrmOptions): Uint8Array<ArrayBuffer> {
  const file = readGlb(avatar);
  const document = file.document as Document;
  const bones = addBones(document);
  const targets = takeNames(document);
  for (const material of document.materials) {
    delete material.extras;
    // Cel shading knows no colours per vertex.
    material.pbrMetallicRoughness = { baseColorFactor: [...(COLORS[material.name] ?? [0.7, 0.7, 0.72]), 1], metallicFactor: 0 };
  }
  delete document.scenes[0].extras;
  if (options.hasTints || options.isShadedByBase) addTexture(document);
  const expressions = Object.entries(EXPRESSIONS).filter(([name]) => !options.without?.includes(name));
  if (options.version === 1) describe1(document, bones, targets, expressions, options);
  else describe0(document, bones, targets, expressions, options);
  return writeGlb(file) as Uint8Array<ArrayBuffer>;
}

function addTexture(document: Document): void {
  document.images = [{ uri: TEXTURE_URI }];
  document.textures = [{ source: 0 }];
  const skin = document.materials.find(({ name }) => name === 'skin')!;
  skin.pbrMetallicRoughness = { ...skin.pbrMetallicRoughness, baseColorTexture: { index: 0 } };
}

/** The bones that a humanoid must have, around those that the avatar has. */
function addBones(document: Document): Record<string, number> {
  const { nodes } = document;
  const named = (name: string): number => nodes.findIndex((node) => node.name === name);
  const add = (name: string, parent: number, translation: [number, number, number]): number => {
    const index = nodes.push({ name, translation }) - 1;
    (nodes[parent].children ??= []).push(index);
    return index;
  };
  const bones: Record<string, number> = {
    head: named('Head'),
    neck: named('Neck'),
    chest: named('Spine2'),
    leftEye: named('LeftEye'),
    rightEye: named('RightEye'),
  };
  const root = 0;
  bones.hips = add('J_Hips', root, [0, -0.7, -0.035]);
  bones.spine = add('J_Spine', bones.hips, [0, 0.15, 0]);
  // The chest hangs on the spine, where it was.
  nodes[root].children = nodes[root].children!.filter((child) => child !== bones.chest);
  (nodes[bones.spine].children ??= []).push(bones.chest!);
  nodes[bones.chest!].translation = [0, 0.29, 0];
  for (const [side, sign] of [
    ['left', 1],
    ['right', -1],
  ] as const) {
    const upperArm = add(`${side}_a1`, bones.chest!, [0.16 * sign, 0.03, 0]);
    const lowerArm = add(`${side}_a2`, upperArm, [0.26 * sign, 0, 0]);
    const upperLeg = add(`${side}_l1`, bones.hips, [0.09 * sign, -0.05, 0]);
    const lowerLeg = add(`${side}_l2`, upperLeg, [0, -0.4, 0]);
    Object.assign(bones, {
      [`${side}UpperArm`]: upperArm,
      [`${side}LowerArm`]: lowerArm,
      [`${side}Hand`]: add(`${side}_a3`, lowerArm, [0.24 * sign, 0, 0]),
      [`${side}UpperLeg`]: upperLeg,
      [`${side}LowerLeg`]: lowerLeg,
      [`${side}Foot`]: add(`${side}_l3`, lowerLeg, [0, -0.4, 0]),
    });
  }
  bones.plait1 = add('plait1', bones.head!, [0, 0.1, -0.1]);
  bones.plait2 = add('plait2', bones.plait1, [0, -0.1, 0]);
  bones.plait3 = add('plait3', bones.plait2, [0, -0.1, 0]);
  return bones;
}

/** Takes the names of morphs away. @returns Where each was: name → mesh and index. */
function takeNames(document: Document): Map<string, { mesh: number; index: number }[]> {
  const targets = new Map<string, { mesh: number; index: number }[]>();
  document.meshes.forEach((content, mesh) => {
    (content.extras?.targetNames ?? []).forEach((name, index) => targets.set(name, [...(targets.get(name) ?? []), { mesh, index }]));
    delete content.extras;
    for (const primitive of content.primitives) delete primitive.extras;
  });
  return targets;
}

type Expressions = [string, Record<string, number>][];
type Targets = ReturnType<typeof takeNames>;

function describe1(
  document: Document,
  bones: Record<string, number>,
  targets: Targets,
  expressions: Expressions,
  { lookBy = 'bone', hasTints, isShadedByBase }: VrmOptions,
): void {
  const { plait1, plait2, plait3, ...human } = bones;
  const materialOf = (name: string): number => document.materials.findIndex((material) => material.name === name);
  const tints: Record<string, object> = {
    happy: {
      materialColorBinds: [
        { material: materialOf('skin'), type: 'color', targetValue: [...TINTS.skin, 1] },
        { material: materialOf('cloth'), type: 'color', targetValue: [...COLORS.cloth!, TINTS.clothOpacity] },
      ],
    },
    aa: { isBinary: true, textureTransformBinds: [{ material: materialOf('skin'), scale: [1, 1], offset: TINTS.offset }] },
  };
  const nodeOf = (mesh: number): number => document.nodes.findIndex((node) => node.mesh === mesh);
  const range = lookBy === 'bone' ? { inputMaxValue: 30, outputScale: 10 } : { inputMaxValue: 30, outputScale: 1 };
  const rangeMaps = Object.fromEntries(
    ['HorizontalInner', 'HorizontalOuter', 'VerticalDown', 'VerticalUp'].map((name) => [`rangeMap${name}`, range]),
  );
  const preset = Object.fromEntries(
    expressions.map(([name, shapes]) => [
      name,
      {
        morphTargetBinds: Object.entries(shapes).flatMap(([shape, weight]) =>
          targets.get(shape)!.map(({ mesh, index }) => ({ node: nodeOf(mesh), index, weight })),
        ),
        overrideBlink: name === 'happy' ? 'blend' : 'none',
        ...(hasTints ? tints[name] : {}),
      },
    ]),
  );
  document.extensions = {
    VRMC_vrm: {
      specVersion: '1.0',
      meta: { name: 'made for a test', version: '1', authors: ['test'], licenseUrl: 'https://vrm.dev/licenses/1.0/' },
      humanoid: { humanBones: Object.fromEntries(Object.entries(human).map(([bone, node]) => [bone, { node }])) },
      expressions: { preset },
      lookAt: { offsetFromHeadBone: [0, 0.07, 0.07], type: lookBy, ...rangeMaps },
    },
    VRMC_springBone: {
      specVersion: '1.0',
      springs: [
        {
          name: 'plait',
          joints: [plait1, plait2, plait3].map((node) => ({
            node,
            hitRadius: 0.01,
            stiffness: 0.4,
            gravityPower: 0.2,
            gravityDir: [0, -1, 0],
            dragForce: 0.3,
          })),
        },
      ],
    },
  };
  document.extensionsUsed.push('VRMC_vrm', 'VRMC_springBone', 'VRMC_materials_mtoon');
  const transformed = { index: 0, extensions: { KHR_texture_transform: { offset: [0.5, 0], scale: [0.5, 1] } } };
  for (const material of document.materials) {
    material.extensions = {
      VRMC_materials_mtoon: {
        specVersion: '1.0',
        shadeColorFactor: (COLORS[material.name] ?? [0.7, 0.7, 0.72]).map((part) => part * 0.6),
        shadingToonyFactor: 0.9,
        shadingShiftFactor: -0.1,
        outlineWidthMode: 'worldCoordinates',
        outlineWidthFactor: 0.0015,
        outlineColorFactor: [0.1, 0.05, 0.05],
        ...(isShadedByBase && material.name === 'skin' ? { shadeMultiplyTexture: transformed } : {}),
      },
    };
  }
}

function describe0(
  document: Document,
  bones: Record<string, number>,
  targets: Targets,
  expressions: Expressions,
  { lookBy = 'bone', hasTints, isShadedByBase }: VrmOptions,
): void {
  const tints: Record<string, object[]> = {
    happy: [
      // three-vrm takes these as they are.
      { materialName: 'skin', propertyName: '_Color', targetValue: [...TINTS.skin, 1] },
      { materialName: 'cloth', propertyName: '_Color', targetValue: [...COLORS.cloth!, TINTS.clothOpacity] },
    ],
    // Of the picture's upper edge, where glTF counts from as well.
    aa: [{ materialName: 'skin', propertyName: '_MainTex_ST', targetValue: [1, 1, TINTS.offset[0], -TINTS.offset[1]] }],
  };
  const { plait1, plait2: _, plait3: __, ...human } = bones;
  // Everything below a root that looks the other way.
  const turned = document.nodes.push({ name: 'facing back', rotation: [0, 1, 0, 0], children: document.scenes[0].nodes }) - 1;
  document.scenes[0].nodes = [turned];
  const range = { curve: [0, 0, 0, 1, 1, 1, 1, 0], xRange: 30, yRange: lookBy === 'bone' ? 10 : 1 };
  document.extensions = {
    VRM: {
      exporterVersion: 'test',
      specVersion: '0.0',
      meta: { title: 'made for a test', version: '1', author: 'test', allowedUserName: 'Everyone', licenseName: 'CC0' },
      humanoid: { humanBones: Object.entries(human).map(([bone, node]) => ({ bone, node, useDefaultValues: true })) },
      firstPerson: {
        firstPersonBone: bones.head,
        lookAtTypeName: lookBy === 'bone' ? 'Bone' : 'BlendShape',
        lookAtHorizontalInner: range,
        lookAtHorizontalOuter: range,
        lookAtVerticalDown: range,
        lookAtVerticalUp: range,
      },
      blendShapeMaster: {
        blendShapeGroups: expressions.map(([name, shapes]) => ({
          name,
          presetName: (NAMES_OF_0[name] ?? name).toLowerCase(),
          binds: Object.entries(shapes).flatMap(([shape, weight]) =>
            targets.get(shape)!.map(({ mesh, index }) => ({ mesh, index, weight: weight * 100 })),
          ),
          materialValues: (hasTints && tints[name]) || [],
          isBinary: name === 'aa',
        })),
      },
      secondaryAnimation: {
        boneGroups: [
          {
            comment: 'plait',
            stiffiness: 0.4,
            gravityPower: 0.2,
            gravityDir: { x: 0, y: -1, z: 0 },
            dragForce: 0.3,
            center: -1,
            hitRadius: 0.01,
            bones: [plait1],
            colliderGroups: [],
          },
        ],
        colliderGroups: [],
      },
      materialProperties: document.materials.map(({ name }) => ({
        name,
        shader: 'VRM/MToon',
        renderQueue: 2000,
        keywordMap: {},
        tagMap: { RenderType: 'Opaque' },
        textureProperties:
          name === 'skin'
            ? { ...(hasTints || isShadedByBase ? { _MainTex: 0 } : {}), ...(isShadedByBase ? { _ShadeTexture: 0 } : {}) }
            : {},
        floatProperties: {
          _Cutoff: 0.5,
          _ShadeShift: 0,
          _ShadeToony: 0.9,
          _OutlineWidthMode: 1,
          _OutlineWidth: 0.1,
          _CullMode: 2,
          _BlendMode: 0,
          _SrcBlend: 1,
          _DstBlend: 0,
          _ZWrite: 1,
        },
        vectorProperties: {
          _Color: gamma(COLORS[name] ?? [0.7, 0.7, 0.72]),
          _ShadeColor: gamma((COLORS[name] ?? [0.7, 0.7, 0.72]).map((part) => part * 0.6)),
          _OutlineColor: [0.1, 0.05, 0.05, 1],
        },
      })),
    },
  };
  document.extensionsUsed.push('VRM');
}

/** VRM 0 writes colours as they are displayed. */
function gamma(linear: number[]): number[] {
  return [...linear.map((part) => part ** (1 / 2.2)), 1];
}
