/** Mutates small real files of all kinds, reads them as the product does, and collects whatever is neither read nor refused in order. */
import { readFile } from 'node:fs/promises';
import { MeshoptEncoder } from 'meshoptimizer';
import { createRandom, type Random } from '../../../src/motion/life/random.js';
import { readGlbChunks } from '../../../src/render/files/glb-chunks.js';
import { packGlb } from '../../../src/render/files/pack-glb.js';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { decodeMeshopt } from '../../../src/render/loaders/meshopt.js';
import { readPlySplats } from '../../../src/render/splats/ply-splats.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { deflatedZipOf, gaussianHead, skinGlb, splatPly } from '../gaussian-head.js';
import { texturedSquare } from '../glb-files.js';
import { type AnyDocument, FILE_ADD_ONS, glbOf, noDraco, triangleDocument } from '../hostile-glb.js';
import { vrmFrom } from '../vrm-files.js';
import { smallAvatar } from './small-avatar.js';

/** A file may take so much time of the processor, ms; most take one. */
const LIMIT_MS = 2000;
/** A file that is read may be so much larger than it was, bytes: what `pack-glb.ts` allows for small ones, and its JSON. */
const LIMIT_BYTES = 20e6;
/** Files of which one is also parsed. */
const PARSED = 8;

type Bytes = Uint8Array<ArrayBuffer>;

export interface FuzzResult {
  readonly count: number;
  readonly readCount: number;
  /** What went wrong, with the seed's name and the round. */
  readonly faults: string[];
  readonly slowestMs: number;
}

/** @param count Files to mutate. */
export async function fuzzFiles(count: number, seed: number): Promise<FuzzResult> {
  const random = createRandom(seed);
  const seeds = await seedFiles();
  const faults: string[] = [];
  let [readCount, slowestMs] = [0, 0];
  for (let round = 0; round < count; round++) {
    const [name, { bytes, read }] = seeds[round % seeds.length];
    const mutated = mutate(bytes, random);
    const before = process.cpuUsage();
    try {
      await read(mutated, round % (PARSED * seeds.length) < seeds.length);
      readCount++;
    } catch (reason) {
      const isOrderly = reason instanceof AvatarError && reason.code === ErrorCode.unsupportedAvatarAsset;
      if (!isOrderly) faults.push(`${name}, round ${round}: ${reason}`);
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > LIMIT_MS) faults.push(`${name}, round ${round}: ${Math.round(tookMs)} ms`);
  }
  return { count, readCount, faults, slowestMs };
}

interface Seed {
  bytes: Bytes;
  /** @throws {AvatarError} `unsupportedAvatarAsset` when the file is refused. */
  read(bytes: Bytes, isParsed: boolean): Promise<void>;
}

async function seedFiles(): Promise<[string, Seed][]> {
  await MeshoptEncoder.ready;
  const { document, binary } = triangleDocument();
  const ktx2 = await readFile('test/fixtures/red-green.uastc.ktx2');
  const files: Record<string, Bytes> = {
    GLB: glbOf([
      { type: 'JSON', content: JSON.stringify(document) },
      { type: 'BIN', content: binary },
    ]),
    'skinned GLB': skinGlb() as Bytes,
    'GLB with meshopt': compressedGlb(),
    'GLB with KTX2': texturedSquare({ bytes: ktx2, mimeType: 'image/ktx2' }),
    'VRM 0': vrmFrom(await smallAvatar(), { version: 0, hasTints: true }),
    'VRM 1': vrmFrom(await smallAvatar(), { version: 1, hasTints: true }),
    'stored zip': gaussianHead(),
    'deflated zip': await deflatedZipOf({ 'a/skin.glb': skinGlb(), 'a/offset.ply': splatPly() }),
  };
  const seeds = Object.entries(files).map(([name, bytes]): [string, Seed] => [name, { bytes, read: readAvatar }]);
  seeds.push(['PLY', { bytes: splatPly() as Bytes, read: async (bytes) => void readPlySplats(bytes) }]);
  seeds.push(['meshopt stream', { bytes: attributeStream(), read: readStream }]);
  return seeds;
}

async function readAvatar(bytes: Bytes, isParsed: boolean): Promise<void> {
  const packed = await checkedFile(bytes.slice().buffer, FILE_ADD_ONS);
  if (packed.byteLength > bytes.length + LIMIT_BYTES) throw new Error(`${packed.byteLength} bytes`);
  if (!isParsed || new DataView(packed).getUint32(0, true) !== 0x46546c67) return;
  const { document } = readGlbChunks(new Uint8Array(packed));
  if (/"uri":/.test(JSON.stringify([document.buffers, document.images ?? []]))) throw new Error('it has a URI');
  // Node decodes no images.
  const plain = await packGlb(bytes, { loadDraco: noDraco, hasTextures: false });
  // What the renderer refuses itself it refuses with an error, too.
  await readGlb(plain.buffer).catch((reason: unknown) => {
    if (!(reason instanceof Error)) throw reason;
  });
}

async function readStream(bytes: Bytes): Promise<void> {
  try {
    decodeMeshopt(bytes, { count: 300, byteStride: 12, mode: 'ATTRIBUTES' });
  } catch (reason) {
    if (/compressed/.test((reason as Error).message)) throw new AvatarError(ErrorCode.unsupportedAvatarAsset, (reason as Error).message);
    throw reason;
  }
}

function attributeStream(): Bytes {
  const values = Float32Array.from({ length: 900 }, (_, index) => Math.sin(index / 9));
  return MeshoptEncoder.encodeVertexBufferLevel(new Uint8Array(values.buffer), 300, 12, 2, 1).slice();
}

function compressedGlb(): Bytes {
  const stream = attributeStream();
  const compression = { buffer: 0, byteLength: stream.length, byteStride: 12, count: 300, mode: 'ATTRIBUTES' };
  const document: AnyDocument = {
    asset: { version: '2.0' },
    extensionsUsed: ['KHR_meshopt_compression'],
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    accessors: [{ bufferView: 0, componentType: 5126, count: 300, type: 'VEC3' }],
    bufferViews: [{ buffer: 1, byteLength: 3600, byteStride: 12, extensions: { KHR_meshopt_compression: compression } }],
    buffers: [{ byteLength: stream.length }, { byteLength: 3600, extensions: { KHR_meshopt_compression: { fallback: true } } }],
  };
  return glbOf([
    { type: 'JSON', content: JSON.stringify(document) },
    { type: 'BIN', content: stream },
  ]);
}

const HOSTILE_VALUES: readonly unknown[] = [
  0,
  -1,
  1,
  2.5,
  255,
  65_536,
  3e8,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  '',
  '__proto__',
  'https://attacker.invalid/',
  null,
  true,
  [],
  {},
  [0, 0, 0],
];

function mutate(bytes: Bytes, random: Random): Bytes {
  const isGlb = new DataView(bytes.buffer).getUint32(0, true) === 0x46546c67;
  if (isGlb && random() < 0.7) return mutateDocument(bytes, random);
  const cut = random() < 0.1 ? Math.floor(random() * bytes.length) : bytes.length;
  const mutated = bytes.slice(0, Math.max(4, cut));
  // Headers and directories are at the beginning or the end.
  const places = [mutated.length, Math.min(400, mutated.length)];
  for (let count = 1 + Math.floor(random() * 8); count > 0; count--) {
    const at = Math.floor(random() * places[count % 2]);
    mutated[random() < 0.3 ? mutated.length - 1 - Math.min(at, mutated.length - 1) : at] =
      random() < 0.3 ? [0, 0xff, 0x7f, 0x80][Math.floor(random() * 4)] : random() * 256;
  }
  return mutated;
}

/** Changes values, removes members, and repeats entries anywhere in the JSON. */
function mutateDocument(bytes: Bytes, random: Random): Bytes {
  const { document, binary } = readGlbChunks(bytes);
  const pick = <Value>(list: readonly Value[]): Value => list[Math.floor(random() * list.length)];
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    let at: AnyDocument = document;
    for (;;) {
      const keys = Object.keys(at);
      if (keys.length === 0) break;
      const key = pick(keys);
      const value = at[key];
      if (typeof value === 'object' && value !== null && random() < 0.9) {
        at = value;
        continue;
      }
      const kind = random();
      if (kind < 0.1) delete at[key];
      else if (kind < 0.2 && Array.isArray(at)) for (let times = Math.floor(random() * 3000); times > 0; times--) at.push(at[0]);
      else at[key] = typeof value === 'number' && random() < 0.4 ? value + Math.floor(random() * 9) - 4 : pick(HOSTILE_VALUES);
      break;
    }
  }
  return glbOf([
    { type: 'JSON', content: JSON.stringify(document) },
    { type: 'BIN', content: binary },
  ]);
}
