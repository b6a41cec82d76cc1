import { assert } from 'chai';
import {
  AvatarError,
  AvatarManager,
  AvatarSDK,
  AvatarView,
  DrivingServiceMode,
  Environment,
  ErrorCode,
  type LoadProgressInfo,
} from '../../../src/avatarkit/index.js';
import { startEndpoint } from '../../helpers/browser/motion-server.js';
import { until } from '../../helpers/until.js';
import { container, open, pause } from './avatarkit-probe.js';
import { initializeAsInTheBetas, initializeWithEverything, loadWithProgress, takePicture, WORDS } from './programs.js';

const failureOf = async (work: Promise<unknown>): Promise<AvatarError> => {
  const reason = await work.then(
    () => null,
    (error: unknown) => error,
  );
  assert.instanceOf(reason, AvatarError);
  return reason as AvatarError;
};

describe('AvatarSDK', () => {
  afterEach(() => AvatarSDK.cleanup());

  it('keeps what it was told, and begins anew after cleanup', async () => {
    AvatarSDK.setSessionToken('early');
    await initializeWithEverything('app', 'wss://motion.example/v2/driveningress');
    assert.equal(AvatarSDK.appId, 'app');
    assert.equal(AvatarSDK.sessionToken, 'early');
    assert.equal(AvatarSDK.userId, 'user-123');
    assert.equal(AvatarSDK.configuration?.region, 'us-west');
    assert.isTrue(AvatarSDK.renderResolutionCapEnabled);
    assert.equal(AvatarSDK.renderResolutionMaxHeight, 1080);
    await initializeAsInTheBetas('other', 'token');
    assert.equal(AvatarSDK.appId, 'other');
    assert.equal(AvatarSDK.configuration?.environment, Environment.intl);
    AvatarSDK.cleanup();
    assert.isNull(AvatarSDK.sessionToken);
    assert.isNull(AvatarSDK.configuration);
    assert.equal(AvatarSDK.renderResolutionMaxHeight, 1440);
  });

  it('fails fast on what cannot work', async () => {
    assert.equal((await failureOf(AvatarSDK.initialize(' '))).code, 'appIDUnrecognized');
    for (const [configuration, code] of [
      [{ region: 'nowhere.example' }, 'networkLayerNotAvailable'],
      [{ drivingServiceMode: 'local' as never }, 'networkLayerNotAvailable'],
      [{ audioFormat: { channelCount: 1, sampleRate: 11_025 } }, 'invalidAudioInput'],
      [{ audioFormat: { channelCount: 2 as never, sampleRate: 16_000 } }, 'invalidAudioInput'],
    ] as const) {
      assert.equal((await failureOf(AvatarSDK.initialize('app', configuration))).code, code);
    }
    assert.isFalse(AvatarSDK.isInitialized);
    assert.equal((await failureOf(AvatarManager.shared.load('aria'))).code, 'appIDUnrecognized');
  });

  it('has every documented string', () => {
    assert.sameMembers(Object.keys(WORDS), Object.values(ErrorCode));
    for (const [name, value] of Object.entries({ ...ErrorCode, ...DrivingServiceMode, ...Environment })) assert.equal(name, value);
  });

  it('scores the device', async () => {
    const { cpuScore, gpuScore } = await AvatarSDK.deviceScore();
    assert.isAbove(cpuScore, 0);
    assert.isAbove(gpuScore, 0);
    assert.isTrue(await AvatarSDK.isDeviceSupported());
  });
});

describe('AvatarManager', () => {
  beforeEach(() => AvatarSDK.initialize('app'));
  afterEach(() => AvatarSDK.cleanup());

  it('loads with progress once, shares a load on its way, and keeps the avatar', async () => {
    const infos: LoadProgressInfo[] = [];
    const told: string[] = [];
    const loads = [AvatarManager.shared.load('aria', (info) => infos.push(info)), loadWithProgress('aria', (words) => told.push(words))];
    assert.isNull(AvatarManager.shared.retrieve('aria'));
    const [one, other] = await Promise.all(loads);
    assert.strictEqual(one, other);
    assert.equal(one!.id, 'aria');
    assert.equal(told.at(-1), 'done');
    assert.equal(infos[0]?.type, 'downloading');
    assert.deepEqual(infos.at(-1), { type: 'completed', progress: 1 });
    const fractions = infos.map(({ progress }) => progress!);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    const count = infos.length;
    assert.strictEqual(await AvatarManager.shared.load('aria', (info) => infos.push(info)), one);
    assert.lengthOf(infos, count);
    assert.strictEqual(AvatarManager.shared.retrieve('aria'), one);
    AvatarManager.shared.clear('aria');
    assert.isNull(AvatarManager.shared.retrieve('aria'));
    assert.notStrictEqual(await AvatarManager.shared.load('aria'), one);
    AvatarManager.shared.clearAll();
    assert.isNull(AvatarManager.shared.retrieve('aria'));
  });

  it('ends a load that is cancelled', async () => {
    const infos: LoadProgressInfo[] = [];
    assert.isFalse(AvatarManager.shared.cancelLoad('theo'));
    const failure = failureOf(AvatarManager.shared.load('theo', (info) => infos.push(info)));
    assert.isTrue(AvatarManager.shared.cancelLoad('theo'));
    // Wanted again before the end of the first is told.
    const again = AvatarManager.shared.load('theo');
    assert.match((await failure).message, /cancelled/);
    assert.equal(infos.at(-1)?.type, 'failed');
    const avatar = await again;
    assert.strictEqual(await AvatarManager.shared.load('theo'), avatar);
  });

  it('names what is wrong with an avatar', async () => {
    const missing = await startEndpoint({ status: 404, body: 'no' });
    const page = await startEndpoint({ status: 200, body: '<!doctype html><p>hello', contentType: 'text/html' });
    try {
      for (const [id, code] of [
        ['9078fde3-8e55-4311-a8d6-7740185b5b0d', 'avatarIDUnrecognized'],
        [missing.url, 'failedToDownloadAvatarAssets'],
        [page.url, 'unsupportedAvatarAsset'],
      ] as const) {
        const infos: LoadProgressInfo[] = [];
        const error = await failureOf(AvatarManager.shared.load(id, (info) => infos.push(info)));
        assert.equal(error.code, code);
        assert.strictEqual(infos.at(-1)?.error, error);
      }
    } finally {
      await missing.stop();
      await page.stop();
    }
  });

  it('loads by URL, and an id of the app by its file', async () => {
    const id = '9078fde3-8e55-4311-a8d6-7740185b5b0d';
    await AvatarSDK.initialize('app', { avatarUrls: { [id]: '/dist/avatars/nia.glb' } });
    assert.equal((await AvatarManager.shared.load(id)).id, id);
    assert.equal((await AvatarManager.shared.load('/dist/avatars/theo.glb')).id, '/dist/avatars/theo.glb');
  });
});

describe('AvatarView', () => {
  afterEach(() => {
    AvatarSDK.cleanup();
    document.body.replaceChildren();
  });

  it('appends a canvas to what is there, fills the container and tells of the first picture once', async () => {
    await AvatarSDK.initialize('app');
    const place = container(200, 120);
    place.innerHTML = '<p style="position: absolute">mine</p>';
    const view = new AvatarView(await AvatarManager.shared.load('aria'), place);
    let count = 0;
    view.onFirstRendering = () => count++;
    assert.isNull(view.getBoundingRect());
    assert.isNull(view.getCameraConfig());
    assert.equal(view.controller.getPointCount(), 0);
    assert.deepEqual(view.renderSize, { width: 0, height: 0 });
    await view.ready;
    assert.equal(count, 1);
    const canvas = place.querySelector('canvas')!;
    assert.equal(place.firstElementChild?.textContent, 'mine');
    assert.deepEqual([canvas.clientWidth, canvas.clientHeight], [200, 120]);
    assert.deepEqual(view.renderSize, { width: 200, height: 120 });
    await until(() => view.controller.getPointCount() > 100);
    const rect = view.getBoundingRect()!;
    assert.isAbove(rect.width, 40);
    assert.isAbove(rect.height, 60);
    assert.isAtMost(rect.right, 200);
    assert.isAtMost(rect.bottom, 120);
    place.style.width = '300px';
    await until(() => view.renderSize.width === 300);
    assert.equal(count, 1);
  });

  it('moves and scales the avatar in its picture', async function () {
    this.timeout(60_000);
    const { view, watched } = await open(null);
    await until(() => watched.isRendered && view.getBoundingRect() !== null);
    const before = await centreOf(view);
    const rect = view.getBoundingRect()!;
    view.avatarTransform = { x: 0.5, y: 0, scale: 1 };
    assert.deepEqual(view.transform, { x: 0.5, y: 0, scale: 1 });
    await pause(900);
    const right = await centreOf(view);
    assert.closeTo(right.x - before.x, 40, 16);
    assert.isAbove(view.getBoundingRect()!.x, rect.x + 30);
    view.setTransform(0, 0, 0.5);
    await pause(900);
    const small = await centreOf(view);
    assert.isBelow(small.area, before.area * 0.5);
    assert.throws(() => (view.transform = { x: 0, y: 0, scale: 0 }), AvatarError);
    view.avatarTransform = { x: 0, y: 0, scale: 1 };
    const camera = view.getCameraConfig()!;
    view.updateCameraConfig({ ...camera, fov: camera.fov * 2 });
    assert.equal(view.getCameraConfig()!.fov, camera.fov * 2);
    await pause(900);
    assert.isBelow((await centreOf(view)).area, before.area * 0.5);
    assert.throws(() => view.updateCameraConfig({ fov: 0 }), AvatarError);
  });

  it('draws as many pixels as quality and cap allow', async () => {
    const { view, watched } = await open(null);
    await until(() => watched.isRendered);
    assert.equal(view.renderSize.height, 160);
    AvatarSDK.setRenderResolutionCap(true, 80);
    await until(() => view.renderSize.height === 80);
    AvatarSDK.setRenderResolutionCap(false);
    await until(() => view.renderSize.height === 160);
    assert.throws(() => AvatarSDK.setRenderResolutionCap(true, 0), AvatarError);
    assert.throws(() => AvatarSDK.setRenderQuality('best' as never), AvatarError);
  });

  it('stops drawing and goes on, and gives pictures only while it draws', async () => {
    const { view, watched } = await open(null);
    await until(() => watched.isRendered);
    const picture = (await takePicture(view))!;
    assert.equal(picture.type, 'image/png');
    view.pauseRendering();
    assert.isFalse(view.isRenderingEnabled());
    assert.isNull(await view.exportBitmap());
    view.resumeRendering();
    assert.isTrue(view.isRenderingEnabled());
    assert.isAbove((await view.exportBitmap())!.size, 1000);
    await until(() => watched.framesPerSecond !== null, 6000);
    assert.isAbove(watched.framesPerSecond!, 0);
    view.dispose();
    assert.isNull(await view.exportBitmap());
    assert.isFalse(view.isRenderingEnabled());
    view.dispose();
  });

  it('shows several avatars on one page, each with its own controller', async () => {
    const one = await open(null, {}, 'aria');
    const other = await open(null, {}, 'nia');
    await until(() => one.watched.isRendered && other.watched.isRendered);
    assert.notStrictEqual(one.view.controller, other.view.controller);
    one.view.dispose();
    assert.lengthOf(document.querySelectorAll('canvas'), 1);
    assert.isAbove((await other.view.exportBitmap())!.size, 1000);
  });

  it('needs an avatar and an element', async () => {
    await AvatarSDK.initialize('app');
    assert.throws(() => new AvatarView(null as never, container()), AvatarError);
    const avatar = await AvatarManager.shared.load('aria');
    assert.throws(() => new AvatarView(avatar, null as never), AvatarError);
    assert.throws(() => new AvatarView(avatar, container(), { audioFormat: { sampleRate: 1 } }), AvatarError);
  });
});

/** Centre and area of what is not transparent, in pixels. */
async function centreOf(view: AvatarView): Promise<{ x: number; y: number; area: number }> {
  const bitmap = await createImageBitmap((await view.exportBitmap())!);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let x = 0;
  let y = 0;
  let area = 0;
  for (let at = 0; at < canvas.width * canvas.height; at++) {
    if (data[at * 4 + 3] < 128) continue;
    x += at % canvas.width;
    y += Math.floor(at / canvas.width);
    area++;
  }
  return { x: x / area, y: y / area, area };
}
