import { assert } from 'chai';
import { AvatarSDK, DrivingServiceMode } from '../../../src/avatarkit/index.js';
import { OggOpusDemuxer } from '../../../src/shared/samples/ogg-opus.js';
import { issueSessionToken, startMotionServer, type TestMotionServer } from '../../helpers/browser/motion-server.js';
import { motionOf } from '../../helpers/browser/recorded-motion.js';
import { until } from '../../helpers/until.js';
import { open, pause, spoken } from './avatarkit-probe.js';
import { yieldRound } from './programs.js';

describe('AvatarKit, backend mode, with motion of a real Motion Server', () => {
  let server: TestMotionServer;
  let pcm: Uint8Array<ArrayBuffer>;
  let motion: Uint8Array<ArrayBuffer>[];

  before(async () => {
    server = await startMotionServer();
    pcm = await spoken(1);
    motion = await motionOf(server, await issueSessionToken(600), pcm);
  });
  after(() => server.stop());
  afterEach(() => {
    AvatarSDK.cleanup();
    document.body.replaceChildren();
  });

  it('plays speech and motion that the app brings, without a token or a connection', async () => {
    const { view, watched } = await open(null, { drivingServiceMode: DrivingServiceMode.backend });
    const { id, isEnded } = yieldRound(view.controller, pcm, motion);
    assert.isString(id);
    assert.isTrue(isEnded);
    await until(() => watched.conversation === 'playing');
    assert.equal(watched.animation, 'mono');
    await until(() => watched.conversation === 'idle');
    assert.deepEqual(watched.told, ['playing', 'animation mono', 'idle', 'animation idle']);
    assert.equal(view.controller.connectionState, 'disconnected');
  });

  it('knows the mode by its old name, and the methods by theirs', async () => {
    const { view, watched } = await open(null, { drivingServiceMode: 'host' });
    const id = view.avatarController.sendAudioChunk(pcm, true);
    const answers = motion.map((message, at) => view.avatarController.sendKeyframes([at % 2 ? message.slice().buffer : message], id));
    assert.deepEqual(
      answers,
      motion.map((_, at) => at === motion.length - 1),
    );
    await until(() => watched.conversation === 'playing');
    view.controller.clear();
    assert.equal(watched.conversation, 'idle');
  });

  it('discards motion of another round, and goes on as sound alone after an empty payload', async () => {
    const { view, watched } = await open(null, { drivingServiceMode: 'backend' });
    const { controller } = view;
    assert.isFalse(controller.yieldFramesData(motion, null));
    const id = controller.yieldAudioData(pcm, true);
    assert.isFalse(controller.yieldFramesData(motion, 'another'));
    assert.isFalse(controller.yieldFramesData([], id!));
    await until(() => watched.conversation === 'playing');
    assert.isFalse(controller.yieldFramesData(motion, id!));
    await until(() => watched.conversation === 'idle');
    assert.isNull(watched.animation);
  });

  it('plays a recorded round', async () => {
    const { view, watched } = await open(null, { drivingServiceMode: 'backend' });
    const chunks = [{ data: pcm.subarray(0, 7777) }, { data: pcm.subarray(7777), isLast: true }];
    const id = await view.controller.playback(chunks, motion);
    assert.isString(id);
    await until(() => watched.animation === 'mono');
    await until(() => watched.conversation === 'idle');
  });

  it('has no methods of its own in direct mode, and none at all in rtc mode', async () => {
    const { view, watched } = await open(null, { drivingServiceMode: 'rtc' });
    assert.isNull(view.controller.yieldAudioData(pcm, true));
    assert.isNull(view.controller.send(pcm, true));
    assert.deepEqual(watched.told, ['networkLayerNotAvailable', 'networkLayerNotAvailable']);
  });

  describe('with Opus', () => {
    let ogg: Uint8Array;
    const format = { channelCount: 1, sampleRate: 16000, inputAudioFormat: 'opus' } as const;

    before(async () => {
      ogg = new Uint8Array(await (await fetch('/test/fixtures/voice-2s.opus')).arrayBuffer());
    });

    it('decodes Ogg that is cut anywhere, and its motion may come before its sound', async () => {
      const { view, watched } = await open(null, { drivingServiceMode: 'backend', audioFormat: format });
      const { controller } = view;
      let id: string | null = null;
      for (let at = 0; at < ogg.length; at += 777) id = controller.yieldAudioData(ogg.subarray(at, at + 777), false);
      assert.isFalse(controller.yieldFramesData(motion.slice(0, -1), id));
      assert.equal(controller.yieldAudioData(new Uint8Array(0), true), id);
      assert.isTrue(controller.yieldFramesData(motion.slice(-1), id));
      await until(() => watched.animation === 'mono');
      const beginMs = performance.now();
      await until(() => watched.conversation === 'idle');
      assert.isAbove(performance.now() - beginMs, 1500);
      assert.notInclude(watched.told, 'invalidAudioInput');
    });

    it('decodes bare packets, one per call', async () => {
      const { view, watched } = await open(null, { drivingServiceMode: 'backend', audioFormat: format });
      const packets = new OggOpusDemuxer().push(ogg);
      assert.isAbove(packets.length, 50);
      for (const { bytes } of packets) view.controller.yieldAudioData(bytes, false);
      const id = view.controller.yieldAudioData(new Uint8Array(0), true);
      view.controller.yieldFramesData(motion, id);
      await until(() => watched.conversation === 'playing');
      await until(() => view.controller.getAudioTime() > 1);
      view.controller.interrupt();
      assert.equal(watched.conversation, 'idle');
    });

    it('starts clean after an interrupt in the middle of decoding', async () => {
      const { view, watched } = await open(null, { drivingServiceMode: 'backend', audioFormat: format });
      const first = view.controller.yieldAudioData(ogg, true);
      view.controller.interrupt();
      const second = view.controller.yieldAudioData(ogg, true);
      assert.notEqual(first, second);
      view.controller.yieldFramesData([], second);
      await until(() => watched.conversation === 'playing');
      await pause(300);
      assert.equal(view.controller.getCurrentConversationId(), second);
      assert.deepEqual(
        watched.told.filter((told) => told === 'playing'),
        ['playing'],
      );
    });

    for (const [name, bytes] of [
      ['a WebM file', [0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
      ['a bare packet in stereo', [0xfc, 1, 2, 3, 4]],
      ['damaged Ogg', [...'OggS'].map((letter) => letter.charCodeAt(0)).concat(Array(40).fill(9))],
    ] as const) {
      it(`says that ${name} cannot be used`, async () => {
        const { view, watched } = await open(null, { drivingServiceMode: 'backend', audioFormat: format });
        view.controller.yieldAudioData(Uint8Array.from(bytes), false);
        await until(() => watched.told.length > 0);
        assert.deepEqual(watched.told, ['invalidAudioInput']);
      });
    }
  });
});
