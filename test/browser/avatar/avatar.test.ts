import { assert } from 'chai';

import { Avatar } from '../../../src/avatar/avatar.js';
import type { AvatarOptions } from '../../../src/avatar/avatar-options.js';
import type { AvatarSpeech } from '../../../src/avatar/avatar-speech.js';
import { SpeechInput } from '../../../src/avatar/conversations/speech-input.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { DEFAULT_SOUND_SETTINGS } from '../../../src/shared/contracts/sound-settings.js';
import { issueSessionToken, startEndpoint, startMotionServer, type TestMotionServer } from '../../helpers/browser/motion-server.js';
import { voice } from '../../helpers/browser/session-probe.js';
import { until } from '../../helpers/until.js';

/** An avatar with its real parts: workers, audio output, Motion Server. */
describe('An avatar with a real Motion Server', () => {
  let server: TestMotionServer;
  let told: string[];
  let input: SpeechInput;
  const cleanUps: (() => void | Promise<void>)[] = [];

  before(async () => {
    server = await startMotionServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    await server.mend();
    told = [];
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  function create(options: Partial<AvatarOptions> = {}): AvatarSpeech {
    const nothing = () => undefined;
    input = new SpeechInput({
      receiveSpeech: (...chunk) => avatar.speech.receiveSpeech(...chunk),
      handleError: (error) => avatar.speech.handleError(error),
    });
    const avatar: Avatar = new Avatar(
      {
        options: {
          mode: 'direct',
          appId: server.appId,
          avatarId: 'aria',
          serverUrl: server.ingressUrl,
          token: { tokenEndpoint: server.tokenEndpoint },
          ...options,
        },
        sound: DEFAULT_SOUND_SETTINGS,
        isSpeechPreloaded: false,
        logLevel: null,
        input,
      },
      {
        handleLoadProgress: nothing,
        handleFirstFrame: nothing,
        handleContextLost: nothing,
        handleContextRestored: nothing,
        handleDeviceLost: nothing,
        handleUserSpeech: nothing,
        handleError: nothing,
        handleBreakdown: (error) => told.push(`breakdown ${error.code}`),
      },
    );
    cleanUps.push(() => avatar.dispose());
    const { speech } = avatar;
    speech.on('connection-state', ({ state }) => told.push(state));
    speech.on('conversation-state', ({ state }) => told.push(state));
    speech.on('conversation-motion', ({ motion }) => told.push(`motion ${motion}`));
    speech.on('error', ({ code }) => told.push(code));
    return speech;
  }

  const failureOf = async (work: Promise<unknown>): Promise<AvatarError> => {
    const reason = await work.then(
      () => null,
      (error: unknown) => error,
    );
    assert.instanceOf(reason, AvatarError);
    return reason as AvatarError;
  };
  const speak = (avatar: AvatarSpeech, seconds: number) => avatar.speak(voice(seconds), { sampleRateHz: 16000 });

  it('speaks: connects, plays with the motion of the server, and resolves when it was heard', async () => {
    const speech = create();
    const before = performance.now();
    await speak(speech, 0.6);
    assert.isAbove(performance.now() - before, 590);
    assert.includeMembers(told, ['connecting', 'connected', 'motion server', 'playing', 'idle']);
    assert.equal(told.at(-1), 'idle');
    assert.isNumber((await speech.stats()).firstSoundMs);
  });

  it('plays raw PCM that comes in odd pieces', async () => {
    const speech = create();
    await speech.start();
    const bytes = new Uint8Array(voice(0.5).buffer);
    for (let at = 0; at < bytes.length; at += 999) input.send(bytes.subarray(at, at + 999), 16_000, false);
    input.send(new Uint8Array(0), 16_000, true);
    await until(() => told.at(-1) === 'idle');
    assert.include(told, 'playing');
  });

  for (const [name, answer, words] of [
    ['refuses', { status: 401, body: '{"errors":[{"status":401,"detail":"bad key"}]}' }, /401: bad key/],
    ['answers with a page', { status: 200, body: '<!doctype html><p>hello', contentType: 'text/html' }, /HTML page/],
    ['answers without a token', { status: 200, body: '{"ok":true}' }, /no sessionToken/],
  ] as const) {
    it(`is heard without motion when the token endpoint ${name}, and says why`, async () => {
      const endpoint = await startEndpoint(answer);
      cleanUps.push(() => endpoint.stop());
      const speech = create({ token: { tokenEndpoint: endpoint.url } });
      const speaking = speak(speech, 0.4);
      const error = await failureOf(speech.start());
      assert.equal(error.code, 'tokenRequestFailed');
      assert.match(error.message, words);
      await speaking;
      assert.includeMembers(told, ['tokenRequestFailed', 'failed', 'motion none', 'playing']);
    });
  }

  it('is heard without motion when the token endpoint is down', async () => {
    const endpoint = await startEndpoint({ status: 200, body: '' });
    await endpoint.stop();
    const speech = create({ token: { tokenEndpoint: endpoint.url } });
    const speaking = speak(speech, 0.4);
    const error = await failureOf(speech.start());
    assert.equal(error.code, 'tokenRequestFailed');
    assert.match(error.message, /could not be reached/);
    await speaking;
  });

  it('names the reason a browser hides when a fixed token has expired, without the token', async () => {
    const sessionToken = await issueSessionToken(-60);
    const speech = create({ token: { sessionToken } });
    const error = await failureOf(speech.start());
    assert.equal(error.code, 'sessionTokenExpired');
    assert.notInclude(`${error.message}${error.stack}${String(error.cause)}`, sessionToken);
    assert.equal(speech.connectionState, 'failed');
    await speak(speech, 0.3);
  });

  it('goes on by itself when an expired token can be refreshed', async () => {
    const tokens = [await issueSessionToken(-60), await issueSessionToken(600)];
    const speech = create({ token: { requestToken: async () => tokens.shift()! } });
    await speech.start();
    assert.equal(speech.connectionState, 'connected');
  });

  it('says that the app id is another one', async () => {
    const sessionToken = await issueSessionToken(600);
    const error = await failureOf(create({ appId: 'app_other', token: { sessionToken } }).start());
    assert.equal(error.code, 'appIDMismatch');
  });

  it('falls to sound alone when there is no server within the time-out', async () => {
    await server.cut();
    const speech = create({ connectTimeoutMs: 200, token: { sessionToken: await issueSessionToken(600) } });
    const speaking = speak(speech, 0.4);
    assert.equal((await failureOf(speech.start())).code, 'connectTimeout');
    await speaking;
    assert.includeMembers(told, ['failed', 'motion none', 'playing', 'connectTimeout']);
    await server.mend();
    await until(() => speech.connectionState === 'connected');
  });

  it('plays on when the server is killed in mid-sentence, says so, and heals', async () => {
    const speech = create();
    const speaking = speak(speech, 3);
    await until(() => told.includes('playing'));
    await server.cut();
    await until(() => told.includes('websocketClosedAbnormally'));
    assert.equal(speech.connectionState, 'connecting');
    assert.equal(speech.conversationState, 'playing');
    await server.mend();
    await until(() => speech.connectionState === 'connected');
    await speaking;
    assert.equal((await speech.stats()).reconnects, 1);
  });

  it('is silent at once when interrupted and speaks again', async () => {
    const speech = create();
    const first = failureOf(speak(speech, 5));
    await until(() => told.includes('playing'));
    speech.interrupt();
    assert.equal(speech.conversationState, 'idle');
    assert.equal((await first).code, 'aborted');
    await speak(speech, 0.3);
  });

  it('holds still while paused', async () => {
    const speech = create({ mode: 'local' });
    const speaking = speak(speech, 0.6);
    await until(() => told.includes('playing'));
    speech.pause();
    await until(() => told.includes('paused'));
    const held = speech.audibleSeconds;
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.closeTo(speech.audibleSeconds, held, 0.02);
    await speech.resume();
    await speaking;
  });

  it('keeps two avatars of a page apart', async () => {
    const one = create();
    const other = create({ mode: 'local' });
    await Promise.all([speak(one, 0.5), speak(other, 0.5)]);
    assert.isAbove((await one.stats()).motionBytes, 0);
    assert.equal((await other.stats()).motionBytes, 0);
  });
});
