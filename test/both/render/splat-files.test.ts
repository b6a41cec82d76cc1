import { assert, describe, it } from '#test';
import { unpackLam } from '../../../src/render/splats/lam-files.js';
import { readPlySplats } from '../../../src/render/splats/ply-splats.js';
import { listZip, unpack } from '../../../src/render/splats/zip-files.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { codeOf } from '../../helpers/code-of.js';
import { COUNT, deflatedZipOf, gaussianHead, skinGlb, splatPly, zipOf } from '../../helpers/gaussian-head.js';

const text = (content: string) => new TextEncoder().encode(content);

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    assert.instanceOf(error, AvatarError);
    assert.equal((error as AvatarError).code, ErrorCode.unsupportedAvatarAsset);
    return (error as AvatarError).message;
  }
  throw new Error('nothing thrown');
}

describe('A zip archive', () => {
  it('gives its files back, stored and deflated', async () => {
    const files = { 'a.txt': text('stored or packed '.repeat(50)), 'folder/b.txt': text('') };
    for (const archive of [zipOf(files), await deflatedZipOf(files)]) {
      const listed = listZip(archive.buffer);
      assert.deepEqual(
        listed.map(({ name }) => name),
        Object.keys(files),
      );
      for (const file of listed) assert.deepEqual(await unpack(file), files[file.name as keyof typeof files]);
    }
  });

  it('is not unpacked any further than it says it is long', async () => {
    const bomb = await deflatedZipOf({ 'zeros.bin': new Uint8Array(20_000_000) }, { 'zeros.bin': 1000 });
    assert.isBelow(bomb.length, 30_000);
    assert.match(await refusal(unpack(listZip(bomb.buffer)[0])), /longer than declared/);
  });

  it('is refused when a file is shorter than it says', async () => {
    const short = await deflatedZipOf({ 'a.txt': text('short') }, { 'a.txt': 1000 });
    assert.match(await refusal(unpack(listZip(short.buffer)[0])), /shorter than declared/);
  });

  it('is refused when it is damaged, wherever it is cut', () => {
    const archive = gaussianHead();
    for (let end = 0; end < archive.length; end += 997) {
      assert.equal(
        codeOf(() => listZip(archive.slice(0, end).buffer)),
        ErrorCode.unsupportedAvatarAsset,
        `cut at ${end}`,
      );
    }
  });

  it('is refused when its directory points out of it', () => {
    const archive = zipOf({ 'a.txt': text('a') });
    new DataView(archive.buffer).setUint32(archive.length - 6, 0xfffffff0, true);
    assert.equal(
      codeOf(() => listZip(archive.buffer)),
      ErrorCode.unsupportedAvatarAsset,
    );
  });
});

describe('The files of a Gaussian head', () => {
  it('are found in their folder, beside the shadows that macOS adds', async () => {
    const archive = zipOf({ '__MACOSX/him/skin.glb': text('shadow'), 'him/skin.glb': text('skin'), 'him/offset.ply': text('splats') });
    const files = await unpackLam(archive.buffer);
    assert.deepEqual(new Uint8Array(files.skin), text('skin'));
    assert.deepEqual(files.splats, text('splats'));
  });

  it('are named when they are missing', async () => {
    assert.match(await refusal(unpackLam(zipOf({ 'him/skin.glb': skinGlb() }).buffer)), /no offset\.ply/);
    assert.match(await refusal(unpackLam(zipOf({ 'readme.txt': text('hello') }).buffer)), /no skin\.glb and no offset\.ply/);
  });

  it('are refused before they are unpacked when they would fill the memory', async () => {
    const files = { 'skin.glb': skinGlb(), 'offset.ply': splatPly() };
    assert.match(await refusal(unpackLam(zipOf(files, { 'skin.glb': 4_000_000_000 }).buffer)), /larger than 128 MB|cannot be as long/);
  });
});

describe('Splats of a PLY file', () => {
  it('have the colour, opacity and extent that the file means', () => {
    const splats = readPlySplats(splatPly(0.004));
    assert.equal(splats.count, COUNT);
    assert.deepEqual([...splats.colors.slice(0, 4)], [0, 0, 255, 254]);
    assert.deepEqual([...splats.colors.slice(-4)], [255, 0, 0, 254]);
    [1, 0, 0, 1, 0, 1].forEach((entry, index) => assert.approximately(splats.covariances[index], entry * 0.004 ** 2, 1e-9));
  });

  it('turn with their quaternion, w first', () => {
    const bytes = splatPly();
    const row = new DataView(bytes.buffer, bytes.length - COUNT * 17 * 4);
    [Math.log(0.01), Math.log(0.001), Math.log(0.002)].forEach((scale, axis) => row.setFloat32((10 + axis) * 4, scale, true));
    // A quarter turn about z: x becomes y.
    [Math.SQRT1_2, 0, 0, Math.SQRT1_2].forEach((value, index) => row.setFloat32((13 + index) * 4, value, true));
    const { covariances } = readPlySplats(bytes);
    [1e-6, 0, 0, 1e-4, 0, 4e-6].forEach((entry, index) => assert.approximately(covariances[index], entry, 1e-8));
  });

  it('are refused when they are cut off, too many, or no numbers', () => {
    const whole = splatPly();
    for (const end of [0, 10, 200, whole.length - 1])
      assert.equal(
        codeOf(() => readPlySplats(whole.slice(0, end))),
        ErrorCode.unsupportedAvatarAsset,
      );
    const renamed = (from: string, to: string) => text(new TextDecoder('latin1').decode(whole).replace(from, to));
    for (const wrong of [
      renamed(`vertex ${COUNT}`, 'vertex 9000000'),
      renamed('rot_3', 'other'),
      renamed('binary_little_endian', 'ascii'),
    ]) {
      assert.equal(
        codeOf(() => readPlySplats(wrong)),
        ErrorCode.unsupportedAvatarAsset,
      );
    }
    const broken = whole.slice();
    new DataView(broken.buffer).setFloat32(broken.length - 4, Number.NaN, true);
    assert.equal(
      codeOf(() => readPlySplats(broken)),
      ErrorCode.unsupportedAvatarAsset,
    );
  });
});
