import { assert } from 'chai';

import type { OwnSurface } from '../../../src/render/own-surface.js';
import { LiveStage } from '../../../src/render/stage.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { alphaAt, StageProbe } from '../../helpers/browser/stage-probe.js';
import { COUNT, gaussianHead, skinGlb, splatPly, zipOf } from '../../helpers/gaussian-head.js';

const urlOf = (archive: BlobPart) => URL.createObjectURL(new Blob([archive]));

describe('A Gaussian head on the stage', () => {
  let probe: StageProbe;

  beforeEach(async () => {
    probe = await StageProbe.open((options, listener) => new LiveStage(options, listener));
  });
  afterEach(() => probe.close());

  /** Share of the picture that is red, and that is blue. */
  const coloured = (picture: ImageData) => {
    let [red, blue] = [0, 0];
    for (let at = 0; at < picture.data.length; at += 4) {
      if (picture.data[at + 3] < 128) continue;
      if (picture.data[at] > 200 && picture.data[at + 2] < 60) red++;
      if (picture.data[at + 2] > 200 && picture.data[at] < 60) blue++;
    }
    return { red: red / (picture.width * picture.height), blue: blue / (picture.width * picture.height) };
  };

  it('is drawn in the colours of its file on a transparent background', async () => {
    const info = await probe.stage.load(urlOf(gaussianHead()));
    assert.equal(info.format, 'splats');
    assert.equal(info.vertexCount, COUNT);
    assert.include(info.missingChannels, 'tongueOut');
    assert.notInclude(info.missingChannels, 'jawOpen');
    probe.stage.resize(320, 160, 1);
    const picture = await probe.picture();
    assert.equal(alphaAt(picture, 2, 80), 0);
    assert.equal(alphaAt(picture, 317, 80), 0);
    assert.isAbove(alphaAt(picture, 160, 80), 200);
    const { red, blue } = coloured(picture);
    assert.isAbove(red, 0.05);
    assert.isAbove(blue, 0.05);
    assert.deepEqual(probe.events, ['first frame']);
    assert.equal(probe.progress, 1);
  });

  it('opens its mouth', async () => {
    await probe.stage.load(urlOf(gaussianHead()));
    const shut = alphaAt(await probe.picture(), 80, 100);
    const opening = async (jawOpen: number) => {
      const pose = new Float32Array(CHANNEL_COUNT);
      pose[CHANNEL_INDEX.jawOpen] = jawOpen;
      probe.stage.setPose(pose);
      await probe.frames(2);
      const picture = await probe.picture();
      let count = 0;
      for (let y = 20; y < 140; y++) if (alphaAt(picture, 80, y) < 128) count++;
      return count;
    };
    assert.isAbove(shut, 128);
    const before = await opening(0);
    assert.isAbove(await opening(1), before + 5);
    assert.equal(await opening(0), before);
  });

  it('turns its head', async () => {
    await probe.stage.load(urlOf(gaussianHead()));
    const turn = (yaw: number) => {
      const pose = new Float32Array(CHANNEL_COUNT);
      pose[CHANNEL_INDEX.headYaw] = yaw;
      probe.stage.setPose(pose);
    };
    const width = async () => {
      const picture = await probe.picture();
      return Array.from({ length: picture.width }, (_, x) => alphaAt(picture, x, 60)).filter((alpha) => alpha > 128).length;
    };
    turn(0);
    await probe.frames(2);
    const straight = await width();
    // It glides there.
    turn(0.9);
    await probe.until(async () => (await width()) < straight * 0.6);
  });

  it('is there again after the GPU was lost', async () => {
    await probe.stage.load(urlOf(gaussianHead()));
    await probe.frames(1);
    const extension = (probe.stage as unknown as { surface: OwnSurface }).surface.renderer.getContext().getExtension('WEBGL_lose_context')!;
    extension.loseContext();
    await probe.until(() => probe.events.includes('lost'));
    extension.restoreContext();
    await probe.until(() => probe.events.includes('restored'));
    await probe.frames(1);
    assert.isAbove(coloured(await probe.picture()).red, 0.1);
  });

  for (const [what, archive] of [
    ['an archive without a head', () => zipOf({ 'readme.txt': new Uint8Array(9) })],
    ['splats that are not as many as the vertices', () => zipOf({ 'skin.glb': skinGlb(), 'offset.ply': splatPly(0.004, COUNT - 1) })],
    ['a mesh that is none', () => zipOf({ 'skin.glb': new Uint8Array(40), 'offset.ply': splatPly() })],
    ['an archive that is cut off', () => gaussianHead().slice(0, 5000)],
  ] as const) {
    it(`is refused by its code for ${what}`, async () => {
      try {
        await probe.stage.load(urlOf(archive()));
        assert.fail('loaded');
      } catch (error) {
        assert.instanceOf(error, AvatarError);
        assert.equal((error as AvatarError).code, ErrorCode.unsupportedAvatarAsset);
      }
    });
  }
});
