import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { FILE_ADD_ONS } from '../../helpers/hostile-glb.js';

type AddOn = typeof import('../../../src/render/files/draco.js');

/** The add-on as it is shipped: only the build makes a module of the decoder. */
const loadDraco = async () =>
  ((await import(new URL('../../../../dist/workers/draco.add-on.js', import.meta.url).href)) as AddOn).decodeDraco;
/** A sphere of 8 × 8 quads with a radius of 0.1 m. */
const ball = async () => new Uint8Array(await readFile('test/fixtures/ball.draco.glb')).buffer;

describe('A GLB that is compressed with Draco', () => {
  it('is drawn like a plain one', async () => {
    const { scene } = await readGlb(await checkedFile(await ball(), { ...FILE_ADD_ONS, draco: loadDraco }));
    const { geometry } = scene.getObjectByName('ball') as unknown as {
      geometry: { index: { count: number; array: Uint32Array }; attributes: { position: { count: number; array: Float32Array } } };
    };
    const { array, count } = geometry.attributes.position;
    // Triangles at the poles have no area.
    assert.ok(geometry.index.count >= 300 && geometry.index.count <= 384);
    for (const corner of geometry.index.array) assert.ok(corner < count);
    for (let at = 0; at < array.length; at += 3) assert.ok(Math.abs(Math.hypot(array[at], array[at + 1], array[at + 2]) - 0.1) < 1e-4);
  });

  it('is refused when it is damaged', async () => {
    const bytes = new Uint8Array(await ball());
    bytes.fill(0, bytes.length - 480, bytes.length - 400);
    await assert.rejects(checkedFile(bytes.buffer, { ...FILE_ADD_ONS, draco: loadDraco }), { code: ErrorCode.unsupportedAvatarAsset });
  });

  it('says what it needs when the decoder is missing', async () => {
    const missing = () => Promise.reject(new AvatarError(ErrorCode.renderingFailed, 'draco.add-on.js'));
    await assert.rejects(checkedFile(await ball(), { ...FILE_ADD_ONS, draco: missing }), {
      code: ErrorCode.renderingFailed,
      message: /draco\.add-on/,
    });
  });
});
