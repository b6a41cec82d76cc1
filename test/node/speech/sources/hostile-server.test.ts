import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';

import { createMessage, decodeMessage, encodeMessage, packMotion } from '../../../../src/motion/protocol/index.js';
import { CHANNEL_COUNT } from '../../../../src/shared/contracts/channels.js';
import { RecordedServerSource } from '../../../helpers/node/recorded-server-source.js';

type Data = Parameters<typeof createMessage>[0];

/** A server that confirms the session and then does what the test says with each request's first message. */
async function startHostileServer(answer: (reqId: string, say: (data: Data) => void, socket: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const answered = new Set<string>();
  server.on('connection', (socket) => {
    const say = (data: Data): void => socket.send(encodeMessage(createMessage(data)));
    socket.on('message', (bytes: Buffer) => {
      const { data } = decodeMessage(new Uint8Array(bytes));
      if (data.case === 'clientConfigureSession') say({ case: 'serverConfirmSession', value: { connectionId: 'c' } });
      if (data.case !== 'clientAudioInput' || answered.has(data.value.reqId)) return;
      answered.add(data.value.reqId);
      answer(data.value.reqId, say, socket);
    });
  });
  const { port } = server.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${port}/v2/driveningress`,
    requestCount: () => answered.size,
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function motion(reqId: string, startFrame: number, frameCount: number, end = false): Data {
  const packedMotion = packMotion({ frameRate: 50, startFrame, frameCount, values: new Float32Array(frameCount * CHANNEL_COUNT) });
  return { case: 'serverResponseAnimation', value: { reqId, packedMotion, end } };
}

describe('The server source against a server that misbehaves', () => {
  const cleanUps: (() => void)[] = [];
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
  });

  async function speakTo(answer: Parameters<typeof startHostileServer>[0]) {
    const server = await startHostileServer(answer);
    cleanUps.push(server.close);
    const recorded = new RecordedServerSource({ serverUrl: server.url, requestToken: async () => 't', answerTimeoutMs: 60_000 });
    cleanUps.push(() => recorded.source.close());
    await recorded.source.open();
    recorded.source.send(1, new Int16Array(16000), true);
    return { recorded, server };
  }

  it('drops and counts motion of requests it never made', async () => {
    const { recorded } = await speakTo((reqId, say) => {
      say(motion('20260101000000_somebodyElse', 0, 10));
      say({ case: 'serverError', value: { reqId: 'another', code: 0, message: 'oops' } });
      say(motion(reqId, 0, 50, true));
    });
    await recorded.until(() => recorded.ended.includes(1));
    assert.equal(recorded.source.discardedMessages, 2);
    assert.equal(recorded.motion.length, 1);
  });

  it('places FLAME keyframes by their number, 25 a second, and makes up for their lead', async () => {
    const keyframe = { jawPose: [0.2, 0, 0], expression: new Array<number>(100).fill(0) };
    const flame = (reqId: string, count: number, end = false): Data => ({
      case: 'serverResponseAnimation',
      value: { reqId, end, animation: { keyframes: new Array(count).fill(keyframe) } },
    });
    const { recorded } = await speakTo((reqId, say) => {
      say(flame(reqId, 10));
      say(flame(reqId, 15, true));
    });
    await recorded.until(() => recorded.ended.includes(1));
    assert.deepEqual(
      recorded.motion.map(({ frames }) => [frames.frameRate, frames.startFrame, frames.frameCount]),
      [
        [50, 0, 23],
        [50, 23, 32],
      ],
    );
    assert.ok(recorded.motion[0].frames.values.some((value) => value > 0.1));
  });

  it('refuses motion far beyond the speech', async () => {
    const { recorded } = await speakTo((reqId, say) => say(motion(reqId, 1_000_000, 10)));
    await recorded.until(() => recorded.roundErrors.length === 1);
    assert.equal(recorded.roundErrors[0].error?.code, 'invalidMotionData');
    assert.equal(recorded.motion.length, 0);
  });

  it('survives messages that are no protocol and reports the first', async () => {
    const { recorded } = await speakTo((reqId, say, socket) => {
      for (let i = 0; i < 10; i++) socket.send(Buffer.from([0xff, 0xff, i]));
      socket.send('text');
      say(motion(reqId, 0, 50, true));
    });
    await recorded.until(() => recorded.ended.includes(1));
    assert.deepEqual(
      recorded.errors.map(({ code }) => code),
      ['protocolError'],
    );
  });

  it('leaves a server that sends nothing readable', async () => {
    const { recorded } = await speakTo((_reqId, _say, socket) => {
      for (let i = 0; i < 60; i++) socket.send(Buffer.from([0xff, 0xff, i]));
    });
    await recorded.until(() => recorded.states.at(-1)!.code === 'websocketClosedUnexpected');
  });

  it('gives a round up that ends without motion again and again', async () => {
    const { recorded, server } = await speakTo((_reqId, _say, socket) => socket.terminate());
    await recorded.until(() => recorded.roundErrors.length === 1);
    assert.ok(server.requestCount() <= 4, `${server.requestCount()} requests`);
  });

  it('asks again for the rest when the server ends a request before the speech', async () => {
    const server = await startHostileServer((reqId, say) => say(motion(reqId, 0, 20, true)));
    cleanUps.push(server.close);
    const recorded = new RecordedServerSource({ serverUrl: server.url, requestToken: async () => 't' });
    cleanUps.push(() => recorded.source.close());
    await recorded.source.open();
    recorded.source.send(1, new Int16Array(16000), false);
    await recorded.until(() => recorded.coveredSeconds(1) >= 0.8);
    // 20 frames are 0.4 s: the second request starts on the grid there.
    assert.deepEqual(
      recorded.motion.slice(0, 2).map(({ frames }) => frames.startFrame),
      [0, 20],
    );
  });

  it('fails a round on an error of its request and keeps the connection', async () => {
    const { recorded } = await speakTo((reqId, say) =>
      say({ case: 'serverError', value: { reqId, code: 3, message: 'unsupported sample rate: 5' } }),
    );
    await recorded.until(() => recorded.roundErrors.length === 1);
    assert.equal(recorded.roundErrors[0].error?.code, 'unsupportedSampleRate');
    assert.equal(recorded.state, 'connected');
  });
});
