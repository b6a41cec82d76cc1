import { assert } from 'chai';
import { AvatarError, AvatarManager, AvatarSDK, AvatarView, ConversationState } from '../../../src/avatarkit/index.js';
import { issueSessionToken, startMotionServer, type TestMotionServer } from '../../helpers/browser/motion-server.js';
import { until } from '../../helpers/until.js';
import { container, open, pause, spoken } from './avatarkit-probe.js';
import { AvatarApp, change, connect, reasonOfRefusal, watch } from './programs.js';

describe('AvatarKit, direct mode, with a real Motion Server', () => {
  let server: TestMotionServer;

  before(async () => {
    server = await startMotionServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    await server.mend();
    AvatarSDK.setSessionToken(await issueSessionToken(600));
  });
  afterEach(() => {
    AvatarSDK.cleanup();
    document.body.replaceChildren();
  });

  it('runs the documented program: starts, hears that it is connected, speaks a round and is idle again', async () => {
    const { view, watched } = await open(server);
    const { controller } = view;
    await controller.initializeAudioContext();
    assert.equal(controller.connectionState, 'disconnected');
    const starting = controller.start();
    await starting;
    assert.equal(watched.connection, 'connecting');
    await connectedOf(watched);
    assert.equal(controller.connectionState, 'connected');

    const pcm = await spoken(1.2);
    const id = controller.send(pcm.slice(0, 9001).buffer, false);
    assert.match(id ?? '', /^\d{14}_[\w-]{12}$/);
    assert.equal(controller.send(pcm.subarray(9001), false), id);
    assert.equal(controller.send(new ArrayBuffer(0), true), id);
    assert.equal(controller.getCurrentConversationId(), id);
    await until(() => watched.conversation === 'playing');
    await pause(300);
    assert.isAbove(controller.getAudioTime(), 0);
    assert.equal(watched.animation, 'mono');
    await until(() => watched.conversation === 'idle');
    assert.deepEqual(watched.told, ['connecting', 'connected', 'playing', 'animation mono', 'idle', 'animation idle']);
    assert.isNull(controller.getCurrentConversationId());
    assert.equal(controller.getAudioTime(), 0);
    controller.close();
    assert.equal(watched.connection, 'disconnected');
  });

  it('tells a handler that is set after start() has resolved', async () => {
    const { view } = await open(server);
    await connect(view.controller);
    assert.equal(view.controller.connectionState, 'connected');
  });

  it('opens a new round with the audio after an end, and interrupts what still plays', async () => {
    const { view, watched } = await open(server);
    await connect(view.controller);
    watched.told.length = 0;
    const first = view.controller.send(await spoken(3), true);
    await until(() => watched.conversation === 'playing');
    const second = view.controller.send(await spoken(0.6), true);
    assert.notEqual(second, first);
    await until(() => watched.conversation === 'idle' && watched.told.filter((told) => told === 'playing').length === 2);
    assert.deepEqual(
      watched.told.filter((told) => !told.startsWith('animation')),
      ['playing', 'idle', 'playing', 'idle'],
    );
  });

  it('interrupts at once, and holds and goes on', async () => {
    const { view, watched } = await open(server);
    const { controller } = view;
    await connect(controller);
    controller.send(await spoken(4), true);
    await until(() => controller.getAudioTime() > 0.2);
    controller.pause();
    await until(() => watched.conversation === ConversationState.paused);
    assert.equal(watched.conversation, ConversationState.pausing);
    await pause(150);
    const held = controller.getAudioTime();
    await pause(300);
    assert.closeTo(controller.getAudioTime(), held, 0.001);
    await controller.resume();
    await until(() => controller.getAudioTime() > held + 0.1);
    controller.interrupt();
    assert.equal(watched.conversation, 'idle');
    assert.equal(controller.getAudioTime(), 0);
    assert.isNull(controller.getCurrentConversationId());
    assert.equal(controller.connectionState, 'connected');
  });

  it('keeps a volume of its own', async () => {
    const { view } = await open(server);
    assert.equal(view.controller.getVolume(), 1);
    view.controller.setVolume(0.5);
    view.controller.setVolume(Number.NaN);
    assert.equal(view.controller.getVolume(), 0.5);
    view.controller.setVolume(7);
    assert.equal(view.controller.getVolume(), 1);
  });

  it('refuses what comes in the wrong order, with documented codes and without throwing where nobody waits', async () => {
    const { view, watched } = await open(server);
    assert.isNull(view.controller.send(await spoken(0.1), true));
    assert.isNull(view.controller.yieldAudioData(await spoken(0.1), true));
    assert.isFalse(view.controller.yieldFramesData([], 'nobody'));
    assert.deepEqual(watched.told, ['networkLayerNotAvailable', 'networkLayerNotAvailable', 'networkLayerNotAvailable']);
    const starting = view.controller.start();
    assert.equal(await reasonOfRefusal(view.controller), null, 'both calls came before the first state');
    await starting;
    assert.equal(await reasonOfRefusal(view.controller), 'connectionInProgress');
  });

  it('says what is wrong with audio', async () => {
    const { view, watched } = await open(server);
    await connect(view.controller);
    watched.told.length = 0;
    const wav = new Uint8Array([...'RIFF....WAVEfmt '].map((letter) => letter.charCodeAt(0)));
    assert.isNull(view.controller.send(wav, true));
    assert.isNull(view.controller.send('speech' as never, true));
    view.controller.interrupt();
    view.controller.send(new Uint8Array([1]), true);
    await until(() => watched.told.includes('noAudio'));
    assert.deepEqual(watched.told, ['invalidAudioInput', 'invalidAudioInput', 'invalidAudioInput', 'noAudio']);
  });

  it('says which token is missing or expired, and connects with another one', async () => {
    AvatarSDK.setSessionToken('');
    const { view, watched } = await open(server);
    assert.equal(await reasonOfRefusal(view.controller), 'sessionTokenInvalid');
    AvatarSDK.setSessionToken(await issueSessionToken(-60));
    await view.controller.start();
    await until(() => watched.connection === 'failed');
    assert.deepEqual(watched.told, ['connecting', 'failed', 'sessionTokenExpired']);
    AvatarSDK.setSessionToken(await issueSessionToken(600));
    await view.controller.start();
    await connectedOf(watched);
  });

  it('names a foreign app by a documented code', async () => {
    const { view, watched } = await open(server);
    await AvatarSDK.initialize('app_of_somebody_else', { customEndpoint: server.ingressUrl });
    AvatarSDK.setSessionToken(await issueSessionToken(600));
    await view.controller.start();
    await until(() => watched.connection === 'failed');
    // Why comes before that it failed, and once.
    assert.lengthOf(
      watched.told.filter((told) => told === 'appIDUnrecognized' || told === 'sessionTokenInvalid'),
      1,
      watched.told.join(),
    );
  });

  it('is heard without motion while the server is away, and stays idle', async () => {
    const { view, watched } = await open(server);
    await server.cut();
    await view.controller.start();
    view.controller.send(await spoken(0.5), true);
    await until(() => watched.told.includes('websocketError') || watched.told.includes('websocketClosedAbnormally'));
    assert.equal(watched.animation, null);
  });

  it('tells of a stall in strict sync, and of none otherwise', async () => {
    const { view, watched } = await open(server);
    const { controller } = view;
    controller.frameStarvationMode = 'strictSync';
    assert.equal(controller.frameStarvationMode, 'strictSync');
    await connect(controller);
    controller.send(await spoken(0.5), false);
    await until(() => watched.isStalled);
    controller.send(await spoken(0.5), true);
    await until(() => watched.conversation === 'idle' && !watched.isStalled);
    controller.frameStarvationMode = 'audioIndependent';
    watched.told.length = 0;
    controller.send(await spoken(0.3), false);
    await until(() => controller.getAudioTime() > 0.25);
    await pause(300);
    controller.interrupt();
    assert.notInclude(watched.told.join(), 'stalled');
  });

  it('takes another audio format, which ends the connection', async () => {
    const { view, watched } = await open(server);
    const { controller } = view;
    await connect(controller);
    controller.onConnectionState = (state) => watched.told.push(state);
    controller.setAudioFormat({ sampleRate: 12_345 });
    controller.setAudioFormat({ sampleRate: 24_000 });
    assert.include(watched.told, 'disconnected');
    await controller.start();
    await until(() => watched.told.at(-1) === 'connected');
    // One second of 24 kHz.
    controller.send(new Uint8Array(48_000), true);
    await until(() => watched.told.includes('playing'));
    let heard = 0;
    await until(() => {
      heard = Math.max(heard, controller.getAudioTime());
      return watched.conversation === 'idle';
    });
    assert.closeTo(heard, 1, 0.15);
  });

  it('runs an app around it, and changes the avatar in the same place', async () => {
    const place = container();
    const app = new AvatarApp();
    await app.init(server.appId, await issueSessionToken(600), 'aria', place, { customEndpoint: server.url });
    const watched = watch(app.view!);
    await app.start();
    await connectedOf(watched);
    app.send((await spoken(0.5)).buffer, true);
    await until(() => watched.told.includes('playing'));
    app.interrupt();
    const next = await change(app.view!, 'theo', place);
    assert.isAtMost(place.querySelectorAll('canvas').length, 1);
    const later = watch(next);
    await until(() => later.connection === 'connected' || next.controller.connectionState === 'connected');
    await until(() => later.isRendered);
    assert.lengthOf(place.querySelectorAll('canvas'), 1);
    next.dispose();
    assert.lengthOf(place.children, 0);
  });

  it('ends everything at cleanup', async () => {
    const { view, watched, place } = await open(server);
    await connect(view.controller);
    AvatarSDK.cleanup();
    assert.lengthOf(place.children, 0);
    assert.isNull(AvatarManager.shared.retrieve('aria'));
    assert.isNull(AvatarSDK.appId);
    assert.isFalse(AvatarSDK.isInitialized);
    assert.isNull(view.controller.onError);
    assert.isNull(view.controller.send(new Uint8Array(2), true));
    assert.throws(() => new AvatarView(view.avatar, place), AvatarError, /initialize/);
    assert.notInclude(watched.told, 'playing');
  });

  async function connectedOf(watched: { connection: string; told: string[] }): Promise<void> {
    await until(() => watched.connection === 'connected');
  }
});
