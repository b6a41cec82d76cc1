import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { assert } from 'chai';
import type { MotionServerOptions } from '../../../src/server/motion-server.js';
import { createSessionTokens } from '../../../src/server/session-tokens.js';
import { type AvatarSession, newAvatarSession } from '../../../src/server-sdk/avatar-session.js';
import { AvatarSDKError, AvatarSDKErrorCode, SessionTokenError } from '../../../src/server-sdk/sdk-error.js';
import type { AvatarSessionConfig } from '../../../src/server-sdk/session-config.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { FlakyLink } from '../../helpers/node/flaky-link.js';
import { type RunningServer, startMotionServer, TEST_API_KEY, TEST_APP_ID, voicePcm } from '../../helpers/node/motion-server.js';
import { collect, failureOf, sessionConfig } from '../../helpers/node/server-sdk.js';

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('errors of the Server SDK, provoked at a real server', () => {
  let running: RunningServer;
  const seen = new Set<string>();
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  function note<Failure extends AvatarError>(error: Failure): Failure {
    seen.add(error.code);
    assert.instanceOf(error, AvatarSDKError);
    assert.notInclude(inspect(error, { depth: 10 }), TEST_API_KEY);
    return error;
  }

  const startFailure = async (config: Partial<AvatarSessionConfig>, server = running): Promise<AvatarSDKError> =>
    note(await failureOf<AvatarSDKError>(newAvatarSession(sessionConfig(server.url, config)).start()));

  /** A session of a server with these options, which has been started; both end with the test. */
  async function withServer(
    options: Partial<MotionServerOptions>,
    run: (server: RunningServer, open: (config?: Partial<AvatarSessionConfig>) => Promise<AvatarSession>) => Promise<void>,
  ): Promise<void> {
    const server = await startMotionServer(options);
    const sessions: AvatarSession[] = [];
    try {
      await run(server, async (config) => {
        const session = newAvatarSession(sessionConfig(server.url, config));
        sessions.push(session);
        await session.start();
        return session;
      });
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
      await server.close();
    }
  }

  /** The first error that a session reports by itself. */
  function reported(): { onError: (error: AvatarError) => void; error: Promise<AvatarSDKError> } {
    let onError!: (error: AvatarError) => void;
    const error = new Promise<AvatarSDKError>((resolve) => (onError = (reason) => resolve(note(reason as AvatarSDKError))));
    return { onError, error };
  }

  it('is `sessionTokenInvalid` for a token that is none, without quoting it', async () => {
    for (const useQueryAuth of [false, true]) {
      const error = await startFailure({ sessionToken: 'a-secret-token', useQueryAuth });
      assert.deepInclude(
        { ...error },
        { code: 'sessionTokenInvalid', phase: 'websocket_connect', httpStatus: 400, rawBody: '{"message":"Invalid session token"}\n' },
      );
      assert.notInclude(inspect(error, { depth: 10 }), 'a-secret-token');
    }
  });

  it('is `sessionTokenExpired` for a token past its time', async () => {
    const sessionToken = await createSessionTokens(TEST_API_KEY).issue(TEST_APP_ID, inSeconds(-5));
    assert.deepInclude({ ...(await startFailure({ sessionToken })) }, { code: 'sessionTokenExpired', httpStatus: 401 });
  });

  it('is `appIDMismatch` for a token of another app, `appIDUnrecognized` for an app the server does not have', async () => {
    const sessionToken = await createSessionTokens(TEST_API_KEY).issue('app_other', inSeconds(60));
    assert.equal((await startFailure({ sessionToken })).code, 'appIDMismatch');
    assert.deepInclude(
      { ...(await startFailure({ sessionToken, appId: 'app_other' })) },
      { code: 'appIDUnrecognized', httpStatus: 404, serverDetail: 'App ID unrecognized' },
    );
    // The console knows it too.
    const error = await startFailure({ appId: 'app_other' });
    assert.instanceOf(error, SessionTokenError);
    assert.deepInclude(
      { ...error },
      {
        code: 'appIDUnrecognized',
        phase: 'session_token',
        httpStatus: 404,
        serverCode: 'NOT_FOUND',
        serverTitle: 'Not Found',
        serverDetail: 'app id unrecognized',
      },
    );
  });

  it('is `invalidRequest` for a wrong API key, which no error quotes', async () => {
    const error = await startFailure({ apiKey: 'a-wrong-secret' });
    assert.deepInclude({ ...error }, { code: 'invalidRequest', phase: 'session_token', httpStatus: 401, serverCode: 'INVALID_API_KEY' });
    assert.notInclude(inspect(error, { depth: 10 }), 'a-wrong-secret');
    const unsendable = await startFailure({ apiKey: 'a-wrong\nsecret' });
    assert.notInclude(inspect(unsendable, { depth: 10 }), 'secret');
  });

  it('is `avatarNotFound` for an avatar nobody has', async () => {
    const error = await startFailure({ avatarId: 'nobody' });
    assert.deepInclude({ ...error }, { code: 'avatarNotFound', httpStatus: 404, serverDetail: 'Avatar not found: nobody' });
  });

  it('is `billingRequired` or `creditsExhausted` when the server authorizes nobody, `invalidRequest` or `serverError` for its other reasons', async () => {
    let reason: unknown;
    const authorizeSession = (): never => {
      throw reason;
    };
    await withServer({ authorizeSession }, async (server) => {
      const refusal = async (thrown: unknown): Promise<[string, number | undefined]> => {
        reason = thrown;
        const { code, httpStatus } = await startFailure({}, server);
        return [code, httpStatus];
      };
      assert.deepEqual(await refusal(new AvatarError(ErrorCode.billingRequired, 'no plan')), ['billingRequired', 402]);
      assert.deepEqual(await refusal(new AvatarError(ErrorCode.creditsExhausted, 'none left')), ['creditsExhausted', 402]);
      assert.deepEqual(await refusal(new AvatarError(ErrorCode.concurrentLimitExceeded, 'two at a time')), ['invalidRequest', 429]);
      assert.deepEqual(await refusal(new AvatarError(ErrorCode.invalidConfiguration, 'not from here')), ['invalidRequest', 403]);
      assert.deepEqual(await refusal(new Error('secret plans')), ['serverError', 500]);
    });
  });

  it('is `creditsExhausted` when the credits run out in the middle of a session', async () => {
    const meter = new AbortController();
    const visits: string[] = [];
    const authorizeSession: MotionServerOptions['authorizeSession'] = ({ appId, avatarId, header }) => {
      visits.push(`${appId} ${avatarId} ${header('x-app-id')}`);
      return { creditsSignal: meter.signal };
    };
    await withServer({ authorizeSession }, async (_server, open) => {
      const { onError, error } = reported();
      const session = await open({ onError });
      const speech = failureOf(collect(session.speak(new ReadableStream())));
      setTimeout(() => meter.abort(), 20);
      assert.equal((await speech).code, 'creditsExhausted');
      assert.deepInclude(
        { ...(await error) },
        { code: 'creditsExhausted', phase: 'websocket_runtime', serverCode: '4001', connectionId: session.connectionId! },
      );
    });
    assert.deepEqual(visits, [`${TEST_APP_ID} aria ${TEST_APP_ID}`]);
  });

  it('is `sessionDurationExceeded` when the session is over its time', async () => {
    await withServer({ limits: { maxSessionMs: 150 } }, async (_server, open) => {
      const { onError, error } = reported();
      await open({ onError });
      assert.deepInclude({ ...(await error) }, { code: 'sessionDurationExceeded', serverCode: '4002' });
    });
  });

  it('is `idleTimeout` when nobody speaks', async () => {
    await withServer({ limits: { idleTimeoutMs: 100 } }, async (_server, open) => {
      const { onError, error } = reported();
      const session = await open({ onError });
      assert.equal((await error).code, 'idleTimeout');
      assert.equal((await failureOf(session.sendAudio(voicePcm(0.1)))).code, 'idleTimeout');
    });
  });

  it('is `unsupportedSampleRate` for a rate the server does not take', async () => {
    assert.deepInclude(
      { ...(await startFailure({ sampleRate: 11_025 })) },
      { code: 'unsupportedSampleRate', phase: 'websocket_handshake', serverCode: '0' },
    );
  });

  it('is `invalidEgressConfig` for a room without credentials, `egressUnavailable` for one the server does not serve', async () => {
    const publisher = { roomName: 'room', publisherId: 'avatar' };
    await withServer({ livekit: { hosts: [{ host: 'livekit.example' }] } }, async (server) => {
      assert.equal(
        (await startFailure({ livekitEgress: { url: 'wss://livekit.example', ...publisher } }, server)).code,
        'invalidEgressConfig',
      );
    });
    assert.equal((await startFailure({ agoraEgress: { channelName: 'c' } })).code, 'egressUnavailable');
  });

  it('is `upstreamError` when the engine behind the server fails, `serverError` when the server itself does', async () => {
    let reason: Error = new AvatarError(ErrorCode.upstreamError, 'status 500');
    const createEngine = () => ({
      push(): never {
        throw reason;
      },
      finish: () => null,
    });
    await withServer({ createEngine }, async (_server, open) => {
      const { onError, error } = reported();
      const session = await open({ onError });
      const upstream = note(await failureOf<AvatarSDKError>(collect(session.speak(voicePcm(0.1)))));
      assert.deepInclude(
        { ...upstream },
        { code: 'upstreamError', phase: 'websocket_runtime', serverDetail: 'driven server request failed: status 500' },
      );
      assert.isString(upstream.reqId);
      reason = new Error('secret plans');
      const reqId = await session.sendAudio(voicePcm(0.1), true);
      assert.deepInclude({ ...(await error) }, { code: 'serverError', reqId, serverDetail: 'internal error' });
    });
  });

  it('is `serverError` when the server has no room', async () => {
    await withServer({ limits: { maxSessions: 1 } }, async (server, open) => {
      await open();
      assert.deepInclude(
        { ...(await startFailure({}, server)) },
        { code: 'serverError', httpStatus: 503, serverDetail: 'Too many sessions' },
      );
    });
  });

  it('is `invalidRequest` for half a sample, and the session goes on', async () => {
    await withServer({}, async (_server, open) => {
      const session = await open();
      const error = note(await failureOf<AvatarSDKError>(collect(session.speak(voicePcm(0.2).subarray(1)))));
      assert.equal(error.code, 'invalidRequest');
      assert.match(error.message, /odd number of PCM bytes/);
      await collect(session.speak(voicePcm(0.1)));
    });
  });

  it('is `invalidRequest` for calls out of order', async () => {
    const session = newAvatarSession(sessionConfig(running.url));
    assert.equal(note(await failureOf(session.sendAudio(voicePcm(0.1)))).code, 'invalidRequest');
    assert.equal(note(await failureOf(collect(session.speak(voicePcm(0.1))))).code, 'invalidRequest');
    await session.start();
    assert.equal(note(await failureOf(session.interrupt())).code, 'invalidRequest');
    await session.sendAudio(voicePcm(0.1));
    assert.equal(note(await failureOf(collect(session.speak(voicePcm(0.1))))).code, 'invalidRequest');
    await session.close();
    for (const late of [session.sendAudio(voicePcm(0.1)), session.start().then(() => session.init()), session.interrupt()]) {
      assert.equal(note(await failureOf(late)).code, 'connectionClosed');
    }
  });

  it('is `connectionFailed` when nobody listens, and when nobody answers in time', async () => {
    const deaf = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    const late = note(await failureOf<AvatarSDKError>(newAvatarSession(sessionConfig(url, { timeoutMs: 100 })).init()));
    assert.deepInclude({ ...late }, { code: 'connectionFailed', phase: 'session_token' });
    const lateUpgrade = note(
      await failureOf<AvatarSDKError>(newAvatarSession(sessionConfig(url, { timeoutMs: 100, sessionToken: 't' })).start()),
    );
    assert.deepInclude({ ...lateUpgrade }, { code: 'connectionFailed', phase: 'websocket_connect' });
    await new Promise<void>((resolve) => deaf.close(() => resolve()));
    const refused = note(await failureOf<AvatarSDKError>(newAvatarSession(sessionConfig(url, { sessionToken: 't' })).start()));
    assert.deepInclude({ ...refused }, { code: 'connectionFailed', phase: 'websocket_connect' });
  });

  it('is `protocolError` when the configuration never arrives at the server', async () => {
    const server = await startMotionServer({ limits: { configureTimeoutMs: 150 } });
    const link = await FlakyLink.to(Number(new URL(server.url).port));
    const token = await server.token();
    const muted = newAvatarSession(sessionConfig(`http://127.0.0.1:${link.port}`, { sessionToken: token, timeoutMs: 8000 }));
    link.passUpgradesOnly();
    assert.deepInclude(
      { ...note(await failureOf<AvatarSDKError>(muted.start())) },
      { code: 'protocolError', phase: 'websocket_handshake' },
    );
    await link.close();
    await server.close();
  });

  it('is `connectionClosed` when the connection is lost, with the number of its close', async () => {
    const link = await FlakyLink.to(Number(new URL(running.url).port));
    const { onError, error } = reported();
    const session = newAvatarSession(sessionConfig(`http://127.0.0.1:${link.port}`, { onError }));
    await session.start();
    const speech = failureOf<AvatarSDKError>(collect(session.speak(new ReadableStream())));
    link.cut();
    assert.deepInclude({ ...(await speech) }, { code: 'connectionClosed', closeCode: 1006, connectionId: session.connectionId! });
    assert.equal(await error, await speech);
    await link.close();
  });

  it('is `connectionClosed` when a frozen peer answers no pings', async () => {
    const link = await FlakyLink.to(Number(new URL(running.url).port));
    const { onError, error } = reported();
    const session = newAvatarSession(sessionConfig(`http://127.0.0.1:${link.port}`, { onError, livenessIntervalMs: 60 }));
    await session.start();
    link.freeze();
    assert.match((await error).message, /does not answer pings/);
    await link.close();
  });

  it('is `unknown` for what is not its own', async () => {
    await withServer({}, async (_server, open) => {
      const session = await open();
      const failing = (async function* (): AsyncGenerator<Uint8Array> {
        throw new Error('no voice');
      })();
      assert.equal(note(await failureOf(collect(session.speak(failing)))).code, 'unknown');
    });
  });

  it('has been each of the documented codes in these tests', () => {
    assert.sameMembers([...seen], Object.values(AvatarSDKErrorCode));
    assert.lengthOf(Object.values(AvatarSDKErrorCode), 19);
  });
});
