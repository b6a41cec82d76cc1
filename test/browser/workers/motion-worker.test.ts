import { assert } from 'chai';

import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';
import type { AppSourceOptions, ServerSourceOptions, WorkerSourceOptions } from '../../../src/shared/contracts/source-options.js';
import { type AvatarWorkers, acquireWorkers } from '../../../src/workers/spawn.js';
import { issueSessionToken, startMotionServer, startOtherOrigin, type TestMotionServer } from '../../helpers/browser/motion-server.js';
import { SessionProbe, voice } from '../../helpers/browser/session-probe.js';
import { WORKER_FILES, workerAt } from '../../helpers/browser/worker-files.js';
import { flameMessage, packedMessage } from '../../helpers/forwarded-messages.js';

describe('The motion worker', () => {
  let workers: AvatarWorkers;
  let server: TestMotionServer;

  before(async () => {
    server = await startMotionServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    await server.mend();
    workers = acquireWorkers(WORKER_FILES);
  });
  afterEach(() => workers.release());

  const direct = (options: Partial<ServerSourceOptions> = {}): WorkerSourceOptions => ({
    kind: 'server',
    serverUrl: server.ingressUrl,
    appId: server.appId,
    avatarId: 'aria',
    sampleRateHz: 16000,
    connectTimeoutMs: 5000,
    startTimeoutMs: 3000,
    fallback: 'audio',
    ...options,
  });

  async function openDirect(options: Partial<ServerSourceOptions> = {}): Promise<SessionProbe> {
    const probe = await SessionProbe.open(workers.motion, direct(options));
    probe.token = () => issueSessionToken(600);
    return probe;
  }

  it('brings speech to the worklet and motion from a real server to the stage', async () => {
    const probe = await openDirect();
    await probe.session.open();
    probe.session.append(1, voice(1), 16000, false);
    probe.session.append(1, voice(1), 16000, true);
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.soundSeconds(1), 2, 0.001);
    assert.closeTo(probe.coveredSeconds(1), 2, 0.04);
    assert.equal(probe.releasedSeconds(1), Infinity);
    assert.deepEqual(
      probe.states.map(({ state }) => state),
      ['connecting', 'connected'],
    );
    assert.deepEqual(probe.roundMotion, [{ round: 1, motion: 'server' }]);
    const stats = await probe.session.stats();
    assert.isAbove(stats.motionBytes, 0);
    assert.closeTo(stats.motionSeconds, 2, 0.04);
    assert.isBelow(stats.firstMotionMs, 5000);
  });

  it('lets the first speech of a page wait for the trained mouth', async () => {
    const values: number[][] = [];
    for (const isOpened of [false, true]) {
      const probe = await SessionProbe.open(workers.motion, { kind: 'engine' });
      if (isOpened) await probe.session.open();
      probe.session.append(1, voice(1), 16_000, true);
      await probe.until(() => probe.isMotionFinished(1));
      values.push(probe.motion.flatMap((item) => (item.type === 'frames' ? [...item.frames.values] : [])));
    }
    assert.isAbove(values[0].length, 40 * CHANNEL_COUNT);
    assert.deepEqual(values[0], values[1]);
  });

  describe('with motion that the app hands over', () => {
    const app = (options: Partial<AppSourceOptions> = {}): WorkerSourceOptions => ({
      kind: 'app',
      sampleRateHz: 16_000,
      connectTimeoutMs: 60_000,
      startTimeoutMs: 3000,
      fallback: 'audio',
      ...options,
    });

    it('decodes it and places it, and takes the bytes', async () => {
      const probe = await SessionProbe.open(workers.motion, app());
      const message = packedMessage('a', 0, 50);
      probe.session.append(1, voice(2, 44_100), 44_100, true);
      probe.session.receiveMotion(1, [message, packedMessage('a', 50, 50, { isEnd: true })]);
      assert.equal(message.byteLength, 0);
      await probe.until(() => probe.isMotionFinished(1) && probe.roundMotion.length === 1);
      assert.closeTo(probe.coveredSeconds(1), 2, 0.001);
      assert.closeTo(probe.soundSeconds(1), 2, 0.001);
      assert.equal(probe.releasedSeconds(1), Infinity);
      assert.deepEqual(probe.roundMotion, [{ round: 1, motion: 'server' }]);
    });

    it('lets sound go on as far as there is motion in strict sync', async () => {
      const probe = await SessionProbe.open(workers.motion, app(), 'strict-sync');
      probe.session.append(1, voice(3), 16_000, true);
      probe.session.receiveMotion(1, [flameMessage('a', 50)]);
      await probe.until(() => probe.releasedSeconds(1) > 1.9);
      assert.isBelow(probe.releasedSeconds(1), 2.2);
      probe.session.receiveMotion(1, [flameMessage('a', 25, { isEnd: true, salt: 1 })]);
      await probe.until(() => probe.releasedSeconds(1) === Infinity);
    });

    it('sounds without motion where there is none, and where it is broken', async () => {
      const probe = await SessionProbe.open(workers.motion, app());
      probe.session.append(1, voice(1), 16_000, false);
      probe.session.receiveMotion(1, []);
      await probe.until(() => probe.releasedSeconds(1) === Infinity);
      await probe.until(() => probe.roundMotion.length === 1);
      assert.lengthOf(probe.errors, 0);
      probe.session.append(2, voice(1), 16_000, false);
      probe.session.receiveMotion(2, [new Uint8Array(5000).fill(7)]);
      await probe.until(() => probe.releasedSeconds(2) === Infinity && probe.roundMotion.length === 2);
      assert.deepEqual(
        probe.errors.map(({ code }) => code),
        ['protocolError'],
      );
      assert.deepEqual(probe.roundMotion, [
        { round: 1, motion: 'none' },
        { round: 2, motion: 'none' },
      ]);
    });

    it('makes the motion here where it is missing or stays away, if it may', async () => {
      const probe = await SessionProbe.open(workers.motion, app({ fallback: 'local', connectTimeoutMs: 300 }));
      await probe.session.open();
      for (const round of [1, 2]) {
        probe.session.append(round, voice(1), 16_000, true);
        if (round === 1) probe.session.receiveMotion(1, []);
        await probe.until(() => probe.isMotionFinished(round) && probe.roundMotion.length === round);
        assert.closeTo(probe.coveredSeconds(round), 1, 0.04);
      }
      assert.deepEqual(
        probe.roundMotion.map(({ motion }) => motion),
        ['local', 'local'],
      );
    });
  });

  it('computes the motion itself in local mode', async () => {
    const probe = await SessionProbe.open(workers.motion, { kind: 'engine' });
    await probe.session.open();
    probe.session.append(1, voice(3, 44100), 44100, true);
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.coveredSeconds(1), 3, 0.04);
    assert.closeTo(probe.soundSeconds(1), 3, 0.001);
    assert.equal(probe.releasedSeconds(1), Infinity);
    assert.deepEqual(probe.roundMotion, [{ round: 1, motion: 'local' }]);
  });

  it('follows exact times, and refuses those that it cannot understand with their code', async () => {
    const probe = await SessionProbe.open(workers.motion, { kind: 'engine' });
    const { AvatarError } = await import('../../../src/shared/contracts/errors.js');
    const broken = { visemes: [{ viseme: 'no such', startSeconds: 0 }] };
    const error = await probe.session.begin(1, broken).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.instanceOf(error, AvatarError);
    assert.propertyVal(error, 'code', 'invalidTimings');
    // As Azure's SDK hands them over: a class with getters.
    class VisemeEvent {
      private readonly privVisemeId = 2;
      get audioOffset(): number {
        return 2_000_000;
      }
      get visemeId(): number {
        return this.privVisemeId;
      }
    }
    await probe.session.begin(1, { visemes: [new VisemeEvent()] });
    const uncloneable = { intensity: () => 1 } as unknown as { intensity: number };
    const refused = await probe.session.begin(1, uncloneable).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.propertyVal(refused, 'code', 'invalidConfiguration');
    await probe.session.begin(1, { style: 'crisp', visemes: [{ viseme: 'aa', startSeconds: 0.2, endSeconds: 0.4 }] });
    probe.session.append(1, voice(1), 16000, true);
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.coveredSeconds(1), 1, 0.04);
    const jaws = probe.motion.flatMap((item) =>
      item.type === 'frames'
        ? Array.from({ length: item.frames.frameCount }, (_, i) => item.frames.values[i * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen])
        : [],
    );
    assert.isAbove(jaws[15], 0.4);
    assert.equal(jaws[45], 0);
  });

  it('keeps sound back until the motion covers the first moments', async () => {
    const probe = await openDirect({ connectTimeoutMs: 60_000 });
    probe.session.append(1, voice(1), 16000, false);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(probe.releasedSeconds(1), 0);
    await probe.session.open();
    await probe.until(() => probe.releasedSeconds(1) === Infinity);
    // Two ports keep no order between them; in WebKit the release is here first.
    await probe.until(() => probe.coveredSeconds(1) >= 0.12);
  });

  it('lets sound go on alone when the server is absent, and says so', async () => {
    await server.cut();
    const probe = await openDirect({ connectTimeoutMs: 200 });
    const opening = probe.session.open();
    probe.session.append(1, voice(1), 16000, true);
    const error = await opening.then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.propertyVal(error, 'code', 'connectTimeout');
    assert.instanceOf(error, Error);
    await probe.until(() => probe.releasedSeconds(1) === Infinity && probe.roundMotion.length > 0);
    assert.deepEqual(probe.roundMotion, [{ round: 1, motion: 'none' }]);
    assert.propertyVal(probe.states.at(-1), 'state', 'failed');
  });

  it('goes on with the local engine when the server is absent and the fallback says so', async () => {
    await server.cut();
    const probe = await openDirect({ connectTimeoutMs: 60_000, startTimeoutMs: 3000, fallback: 'local' });
    probe.session.open().catch(() => undefined);
    probe.session.append(1, voice(1), 16000, false);
    await probe.until(() => probe.releasedSeconds(1) === Infinity);
    probe.session.append(1, voice(0.5), 16000, true);
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.coveredSeconds(1), 1.5, 0.04);
    assert.deepEqual(probe.roundMotion, [{ round: 1, motion: 'local' }]);
  });

  it('heals a sentence in which the server was killed and came back', async () => {
    const probe = await openDirect();
    await probe.session.open();
    probe.session.append(1, voice(1), 16000, false);
    await probe.until(() => probe.coveredSeconds(1) > 0.5);
    await server.cut();
    await probe.until(() => probe.states.at(-1)!.state === 'connecting');
    assert.propertyVal(probe.states.at(-1)!.error, 'code', 'websocketClosedAbnormally');
    probe.session.append(1, voice(1), 16000, true);
    assert.equal(probe.releasedSeconds(1), Infinity);
    await server.mend();
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.coveredSeconds(1), 2, 0.04);
    assert.equal((await probe.session.stats()).reconnects, 1);
  });

  it('lets the local engine take over from the middle of a sentence without a hole', async () => {
    const probe = await openDirect({ fallback: 'local' });
    await probe.session.open();
    probe.session.append(1, voice(1), 16000, false);
    await probe.until(() => probe.coveredSeconds(1) > 0.5);
    await server.cut();
    probe.session.append(1, voice(1), 16000, true);
    await probe.until(() => probe.isMotionFinished(1));
    assert.closeTo(probe.coveredSeconds(1), 2, 0.04);
    assert.equal(probe.roundMotion.at(-1)!.motion, 'local');
  });

  it('drops an interrupted round everywhere', async () => {
    const probe = await openDirect();
    await probe.session.open();
    probe.session.append(1, voice(10), 16000, true);
    probe.session.append(2, voice(0.5), 16000, true);
    await probe.until(() => probe.isMotionFinished(2));
    assert.isTrue(probe.motion.some((item) => item.type === 'flush' && item.beforeRound === 2));
    assert.isTrue(probe.playback.some((item) => item.type === 'flush' && item.beforeRound === 2));
    const flushAt = probe.motion.findIndex((item) => item.type === 'flush');
    assert.isFalse(probe.motion.slice(flushAt).some((item) => item.type === 'frames' && item.round === 1));
  });

  it('carries the code of an error of the page to the worker and back', async () => {
    const probe = await openDirect();
    const { AvatarError } = await import('../../../src/shared/contracts/errors.js');
    probe.token = () => Promise.reject(new AvatarError('tokenRequestFailed', 'the endpoint is down'));
    const error = await probe.session.open().then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.instanceOf(error, AvatarError);
    assert.propertyVal(error, 'code', 'tokenRequestFailed');
    assert.propertyVal(error, 'message', 'the endpoint is down');
    assert.instanceOf(probe.errors[0], AvatarError);
  });

  it('is shared, and ends with the last who needs it', async () => {
    const other = acquireWorkers(WORKER_FILES);
    const first = await SessionProbe.open(workers.motion, { kind: 'engine' });
    workers.release();
    assert.isNumber((await first.session.stats()).motionBytes);
    other.release();
    const error = await first.session.stats().then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.propertyVal(error, 'code', 'aborted');
  });

  it('says when it dies, and is started again for the next', async () => {
    const dying = acquireWorkers({ ...WORKER_FILES, motion: workerAt(new URL('../../helpers/browser/dying.worker.js', import.meta.url)) });
    const failed = await SessionProbe.open(dying.motion, { kind: 'engine' }).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.propertyVal(failed, 'code', 'workerFailed');
    dying.release();
    const probe = await SessionProbe.open(workers.motion, { kind: 'engine' });
    await probe.session.open();
  });

  it('starts from another origin', async () => {
    const cdn = await startOtherOrigin();
    const path = new URL('../../../src/workers/motion.worker.js', import.meta.url).pathname;
    const foreign = acquireWorkers({ ...WORKER_FILES, motion: workerAt(new URL(path, cdn.url)) });
    try {
      const probe = await SessionProbe.open(foreign.motion, { kind: 'engine' });
      probe.session.append(1, voice(0.5), 16000, true);
      await probe.until(() => probe.isMotionFinished(1));
    } finally {
      foreign.release();
      await cdn.stop();
    }
  });

  it('starts from another origin under a policy that allows blob: workers and nothing else', async function () {
    // Only the built worker is one file without imports.
    const built = '/dist/workers/motion.worker.js';
    if (!(await fetch(built, { method: 'HEAD' })).ok) return this.skip();
    const cdn = await startOtherOrigin();
    const site = await startOtherOrigin(`script-src 'self' ${cdn.url}; worker-src blob:; connect-src ${cdn.url}`);
    const frame = document.createElement('iframe');
    const probe = new URL('../../helpers/browser/worker-probe.js', import.meta.url).pathname;
    frame.src = `${site.url}/page?${encodeURIComponent(probe)}#${cdn.url}${built}`;
    const answer = new Promise((resolve) => {
      const listen = ({ source, data }: MessageEvent): void => {
        if (source !== frame.contentWindow) return;
        removeEventListener('message', listen);
        resolve(data);
      };
      addEventListener('message', listen);
    });
    document.body.append(frame);
    try {
      assert.equal(await answer, 'moves');
      assert.include(await cdn.requestedPaths(), '/dist/models/mouth.bin');
    } finally {
      frame.remove();
      await site.stop();
      await cdn.stop();
    }
  });

  it('fails with a reason when its file is not there', async () => {
    const lost = acquireWorkers({ ...WORKER_FILES, motion: workerAt('/no-such-worker.js') });
    const failed = await SessionProbe.open(lost.motion, { kind: 'engine' }).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.propertyVal(failed, 'code', 'workerFailed');
    lost.release();
  });
});
