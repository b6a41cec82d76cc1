/** A Gaussian head as small as can be, in the format of LAM: a flat face of 24 × 24 splats, red above, blue below. */
import { type GlbDocument, writeGlb } from '../../src/motion/files/glb-container.js';

export const SIDE = 24;
export const COUNT = SIDE * SIDE;
/** Of the face, metres. */
export const FACE = { left: -0.08, right: 0.08, bottom: 1.55, top: 1.72, z: 0.08 } as const;
/** Where the lips meet, and red meets blue. */
export const SEAM_Y = 1.61;

type Move = (x: number, y: number) => number;

/** Upward movement of the vertices by each shape, metres. */
const SHAPES: Readonly<Record<string, Move>> = {
  jawOpen: (_x, y) => (y < SEAM_Y ? -0.03 : 0),
  mouthClose: (x, y) => (Math.abs(x) > 0.04 || Math.abs(y - SEAM_Y) > 0.02 ? 0 : y < SEAM_Y ? 0.02 : -0.005),
  eyeBlinkLeft: (x, y) => (x > 0.02 && Math.abs(y - 1.66) < 0.01 ? -0.01 : 0),
  eyeBlinkRight: (x, y) => (x < -0.02 && Math.abs(y - 1.66) < 0.01 ? -0.01 : 0),
};

/** `[576, 3]` */
export function vertices(): Float32Array {
  const out = new Float32Array(COUNT * 3);
  for (let vertex = 0; vertex < COUNT; vertex++) {
    const [column, row] = [vertex % SIDE, Math.floor(vertex / SIDE)];
    out[vertex * 3] = FACE.left + ((FACE.right - FACE.left) * column) / (SIDE - 1);
    out[vertex * 3 + 1] = FACE.bottom + ((FACE.top - FACE.bottom) * row) / (SIDE - 1);
    out[vertex * 3 + 2] = FACE.z;
  }
  return out;
}

/** Joints `neck` and `head`; the lowest rows follow the neck. */
export function skinGlb(): Uint8Array {
  const parts: Uint8Array[] = [];
  const bufferViews: object[] = [];
  const accessors: object[] = [];
  const add = (values: Float32Array | Uint16Array | Uint8Array, type: string, size: number): number => {
    const componentType = values instanceof Float32Array ? 5126 : values instanceof Uint16Array ? 5123 : 5121;
    const byteOffset = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(new Uint8Array(values.buffer.slice(0)));
    bufferViews.push({ buffer: 0, byteOffset, byteLength: values.byteLength });
    accessors.push({ bufferView: accessors.length, componentType, type, count: values.length / size, min: [0, 0, 0], max: [1, 1, 1] });
    return accessors.length - 1;
  };
  const places = vertices();
  const position = add(places, 'VEC3', 3);
  const joints = add(
    Uint8Array.from({ length: COUNT * 4 }, (_, slot) => (slot % 4 === 0 && places[(slot / 4) * 3 + 1] > 1.57 ? 1 : 0)),
    'VEC4',
    4,
  );
  const weights = add(
    Float32Array.from({ length: COUNT * 4 }, (_, slot) => (slot % 4 === 0 ? 1 : 0)),
    'VEC4',
    4,
  );
  const inverses = add(
    Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, -1.5, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, -1.6, 0, 1),
    'MAT4',
    16,
  );
  const targets = Object.values(SHAPES).map((move) => ({
    POSITION: add(
      Float32Array.from({ length: COUNT * 3 }, (_, at) => (at % 3 === 1 ? move(places[at - 1], places[at]) : 0)),
      'VEC3',
      3,
    ),
  }));
  const indices = new Uint16Array((SIDE - 1) ** 2 * 6);
  for (let quad = 0; quad < (SIDE - 1) ** 2; quad++) {
    const first = Math.floor(quad / (SIDE - 1)) * SIDE + (quad % (SIDE - 1));
    indices.set([first, first + 1, first + SIDE, first + SIDE, first + 1, first + SIDE + 1], quad * 6);
  }
  const index = add(indices, 'SCALAR', 1);
  const binary = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    binary.set(part, at);
    at += part.length;
  }
  const document = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0, 2] }],
    nodes: [
      { name: 'neck', translation: [0, 1.5, 0], children: [1] },
      { name: 'head', translation: [0, 0.1, 0] },
      { name: 'face', mesh: 0, skin: 0 },
    ],
    meshes: [
      {
        extras: { targetNames: Object.keys(SHAPES) },
        primitives: [{ attributes: { POSITION: position, JOINTS_0: joints, WEIGHTS_0: weights }, indices: index, targets }],
      },
    ],
    skins: [{ joints: [0, 1], inverseBindMatrices: inverses }],
    buffers: [{ byteLength: binary.length }],
    bufferViews,
    accessors,
  };
  return writeGlb({ document: document as unknown as GlbDocument, binary });
}

/** @param spread Standard deviation of each splat, metres. @param count Default one per vertex. */
export function splatPly(spread = 0.004, count = COUNT): Uint8Array {
  const fields = [
    'x',
    'y',
    'z',
    'nx',
    'ny',
    'nz',
    'f_dc_0',
    'f_dc_1',
    'f_dc_2',
    'opacity',
    'scale_0',
    'scale_1',
    'scale_2',
    'rot_0',
    'rot_1',
    'rot_2',
    'rot_3',
  ];
  const header = `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\n${fields.map((name) => `property float ${name}\n`).join('')}end_header\n`;
  const places = vertices();
  const rows = new Float32Array(count * fields.length);
  for (let splat = 0; splat < count; splat++) {
    const isRed = places[(splat % COUNT) * 3 + 1] > SEAM_Y;
    const scale = Math.log(spread);
    rows.set([0, 0, 0, 0, 0, 0, isRed ? 1 : 0, 0, isRed ? 0 : 1, 6, scale, scale, scale, 1, 0, 0, 0], splat * fields.length);
  }
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(text.length + rows.byteLength);
  bytes.set(text);
  bytes.set(new Uint8Array(rows.buffer), text.length);
  return bytes;
}

/** Stored, not packed. @param declare Length to be written for a file in the place of its own. */
export function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
  declare: Readonly<Record<string, number>> = {},
): Uint8Array<ArrayBuffer> {
  return zip(Object.entries(files).map(([name, bytes]) => ({ name, packed: bytes, method: 0, byteLength: declare[name] ?? bytes.length })));
}

/** The same, deflated. */
export async function deflatedZipOf(
  files: Readonly<Record<string, Uint8Array>>,
  declare: Readonly<Record<string, number>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(files).map(async ([name, bytes]) => {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    return { name, packed: new Uint8Array(await new Response(stream).arrayBuffer()), method: 8, byteLength: declare[name] ?? bytes.length };
  });
  return zip(await Promise.all(entries));
}

export const gaussianHead = (): Uint8Array<ArrayBuffer> => zipOf({ 'tiny/skin.glb': skinGlb(), 'tiny/offset.ply': splatPly() });

function zip(entries: readonly { name: string; packed: Uint8Array; method: number; byteLength: number }[]): Uint8Array<ArrayBuffer> {
  const words = (...fields: [bytes: 2 | 4, value: number][]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
    let at = 0;
    for (const [bytes, value] of fields) {
      if (bytes === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += bytes;
    }
    return new Uint8Array(view.buffer);
  };
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const lengthOf = (list: Uint8Array[]) => list.reduce((sum, part) => sum + part.length, 0);
  for (const { name, packed, method, byteLength } of entries) {
    const text = new TextEncoder().encode(name);
    const shared: [2 | 4, number][] = [
      [2, 20],
      [2, 0],
      [2, method],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, packed.length],
      [4, byteLength],
      [2, text.length],
      [2, 0],
    ];
    const at = lengthOf(parts);
    directory.push(words([4, 0x02014b50], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), text);
    parts.push(words([4, 0x04034b50], ...shared), text, packed);
  }
  const at = lengthOf(parts);
  parts.push(
    ...directory,
    words([4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, lengthOf(directory)], [4, at], [2, 0]),
  );
  const out = new Uint8Array(lengthOf(parts));
  let end = 0;
  for (const part of parts) {
    out.set(part, end);
    end += part.length;
  }
  return out;
}
