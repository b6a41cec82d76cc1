/** A head of a popular maker, drawn as its file says, in the poses that speech needs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { assert } from 'chai';
import type { Mesh } from 'three';
import * as container from '../../../src/motion/files/glb-container.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { HeadLips, itShutsItsLips } from '../../helpers/node/head-lips.js';
import '../../../src/motion/retarget/names/register.js';

const file = join(process.env.SPATIUS_ASSETS ?? join(packageFolder(), '../shared/assets'), 'avatars/brunette-t.glb');
const skip = existsSync(file) ? false : `no foreign avatar at ${file}`;

/** Shapes and no textures, which Node cannot decode. */
function withoutTextures(bytes: Uint8Array): ArrayBuffer {
  const glb = container.readGlb(bytes);
  const document = glb.document as container.GlbDocument & { materials: { name?: string }[]; textures?: unknown; images?: unknown };
  document.materials = document.materials.map(({ name }) => ({ name }));
  delete document.textures;
  delete document.images;
  const { buffer, byteOffset, byteLength } = container.writeGlb(glb);
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

describe('the head of Ready Player Me', { skip }, () => {
  let lips: HeadLips;

  before(async () => {
    const { scene } = await readGlb(withoutTextures(readFileSync(file)));
    lips = new HeadLips(scene.getObjectByName('Wolf3D_Head') as Mesh, (y, z) => y >= 1.545 && y <= 1.58 && z >= 0.12);
  });

  it('has lips that touch at rest', () => {
    // Its vertices are as far apart as that across a column.
    assert.isAtMost(lips.gapShare({}), 0.015);
    assert.approximately(lips.mouthWidth({}), 0.07, 0.015);
  });

  itShutsItsLips(() => lips);
});
