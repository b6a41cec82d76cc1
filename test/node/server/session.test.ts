import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';

import { createMessage, encodeMessage } from '../../../src/motion/protocol/envelope.js';
import { AudioFormat, EgressType } from '../../../src/motion/protocol/generated/message_pb.js';
import { type IngressClient, type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function wavOf(pcm: Uint8Array): Uint8Array {
  const wav = new Uint8Array(44 + pcm.length);
  wav.set(text('RIFF'), 0);
  wav.set(text('WAVEfmt '), 8);
  wav.set(text('data'), 36);
  wav.set(pcm, 44);
  return wav;
}

describe('a session', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  /** What a fresh session answers to one frame: the error, and how it is closed. */
  async function refusalOf(send: (client: IngressClient) => void): Promise<[message: string, errorCode: number, closeCode: number]> {
    const client = await running.connect();
    send(client);
    const error = await client.nextError();
    return [error.message, error.code, (await client.closed).code];
  }

  describe('before it is configured', () => {
    it('refuses anything but a configuration', async () => {
      assert.deepEqual(await refusalOf((client) => client.sendAudio('r', voicePcm(0.1))), [
        'expected ClientConfigureSession message, got MESSAGE_CLIENT_AUDIO_INPUT',
        3,
        1002,
      ]);
      assert.deepEqual(await refusalOf((client) => client.socket.send(Uint8Array.of(0x08, 1))), [
        'ClientConfigureSession message is nil',
        3,
        1002,
      ]);
      assert.deepEqual(await refusalOf((client) => client.socket.send(Uint8Array.of(0xff, 0xff))), [
        'failed to unmarshal initial message',
        3,
        1007,
      ]);
      assert.deepEqual(await refusalOf((client) => client.socket.send('{"hello":1}')), [
        'expected ClientConfigureSession message, got a text frame',
        3,
        1002,
      ]);
    });

    it('refuses what it cannot do, by name', async () => {
      const configured = (value: object) => (client: IngressClient) => client.send({ case: 'clientConfigureSession', value });
      assert.deepEqual(await refusalOf(configured({ sampleRate: 11025 })), ['unsupported sample rate: 11025', 0, 1008]);
      assert.deepEqual(await refusalOf(configured({ sampleRate: -1 })), ['unsupported sample rate: -1', 0, 1008]);
      assert.deepEqual(await refusalOf(configured({ sampleRate: 44100, audioFormat: AudioFormat.OGG_OPUS })), [
        'unsupported sample rate: 44100',
        0,
        1008,
      ]);
      assert.deepEqual(await refusalOf(configured({ audioFormat: 9 })), ['unsupported audio format: 9', 3, 1008]);
      assert.deepEqual(await refusalOf(configured({ transportCompression: 1 })), ['unsupported transport compression: 1', 3, 1008]);
      assert.deepEqual(await refusalOf(configured({ egressType: EgressType.LIVEKIT })), [
        'egress client is not configured on server',
        14,
        1008,
      ]);
    });
  });

  it('refuses an odd total of PCM bytes, after the motion of what was whole', async () => {
    const client = await running.open();
    const pcm = voicePcm(0.4);
    client.sendAudio('odd', pcm.subarray(0, 4001));
    client.sendAudio('odd', pcm.subarray(4001, pcm.length - 1), true);
    const answer = await client.answer('odd');
    assert.equal(answer.error?.reqId, 'odd');
    assert.equal(answer.error?.code, 3);
    assert.match(answer.error!.message, /odd number of PCM bytes/);
    assert.equal(
      answer.frames.reduce((sum, frames) => sum + frames.frameCount, 0),
      20,
    );
    // The session goes on.
    client.sendAudio('next', pcm, true);
    assert.isNull((await client.answer('next')).error);
    await client.close();
  });

  it('refuses a WAV header and an Ogg stream in raw PCM, also in tiny pieces', async () => {
    const client = await running.open();
    client.sendAudio('wav', wavOf(voicePcm(0.1)), true);
    assert.match((await client.answer('wav')).error!.message, /WAV header/);
    for (const byte of wavOf(voicePcm(0.1)).subarray(0, 40)) client.sendAudio('pieces', Uint8Array.of(byte));
    assert.match((await client.answer('pieces')).error!.message, /WAV header/);
    client.sendAudio('ogg', text('OggS and some more'), true);
    assert.match((await client.answer('ogg')).error!.message, /ogg/);
    await client.close();
  });

  it('ignores text frames and reports unexpected messages while it goes on', async () => {
    const client = await running.open();
    client.socket.send('hello');
    client.send({ case: 'clientConfigureSession', value: { sampleRate: 8000 } });
    assert.equal((await client.nextError()).message, 'unexpected message type: MESSAGE_CLIENT_CONFIGURE_SESSION');
    client.send({ case: 'serverError', value: {} });
    assert.equal((await client.nextError()).message, 'unexpected message type: MESSAGE_SERVER_ERROR');
    client.sendAudio('', voicePcm(0.1));
    assert.match((await client.nextError()).message, /no req_id/);
    client.sendAudio('x'.repeat(129), voicePcm(0.1));
    assert.match((await client.nextError()).message, /req_id is longer than 128/);
    client.sendAudio('r', voicePcm(0.1), true);
    assert.isNull((await client.answer('r')).error);
    await client.close();
  });

  it('closes after too many faults, and at once on bytes that are no message', async () => {
    const client = await running.open();
    for (let index = 0; index < 20; index++) client.send({ case: 'clientInterrupt', value: { reqId: '' } });
    assert.equal((await client.closed).code, 1008);
    const other = await running.open();
    other.socket.send(Uint8Array.of(0x0a, 0xff));
    assert.equal((await other.nextError()).message, 'failed to unmarshal message');
    assert.equal((await other.closed).code, 1007);
  });

  it('reports audio for a request that is over once, and drops it', async () => {
    const client = await running.open();
    client.sendAudio('r', voicePcm(0.1), true);
    await client.answer('r');
    for (let index = 0; index < 50; index++) client.sendAudio('r', voicePcm(0.1));
    const error = await client.nextError();
    assert.equal(error.reqId, 'r');
    assert.match(error.message, /is over/);
    client.sendAudio('s', voicePcm(0.1), true);
    assert.equal((await client.next()).data.case, 'serverResponseAnimation');
    await client.close();
  });

  it('stops a request on interrupt: its end comes, and no motion after it', async () => {
    const client = await running.open();
    const pcm = voicePcm(60);
    const sent: number[] = [];
    for (let index = 0; index < 5; index++) {
      client.sendAudio(`long ${index}`, pcm, true);
      assert.equal((await client.next()).data.case, 'serverResponseAnimation');
      client.send({ case: 'clientInterrupt', value: { reqId: `long ${index}` } });
      const stopped = await client.answer(`long ${index}`);
      assert.isTrue(stopped.responses.at(-1)!.end);
      sent.push(stopped.frames.reduce((sum, frames) => sum + frames.frameCount, 0));
    }
    // It may be done before the word reaches it, but hardly five times.
    assert.isBelow(Math.min(...sent), 2900);
    client.sendAudio('after', voicePcm(0.2), true);
    const after = await client.answer('after');
    assert.isNull(after.error);
    await client.close();
  });

  it('takes an interrupt of a request that is over or was never seen without a word', async () => {
    const client = await running.open();
    client.send({ case: 'clientInterrupt', value: { reqId: 'never' } });
    client.sendAudio('r', voicePcm(0.1), true);
    await client.answer('r');
    client.send({ case: 'clientInterrupt', value: { reqId: 'r' } });
    client.sendAudio('s', voicePcm(0.1), true);
    const { data } = await client.next();
    assert.equal(data.case === 'serverResponseAnimation' && data.value.reqId, 's');
    await client.close();
  });

  it('finishes the oldest open request when a client has left too many open', async () => {
    const client = await running.open();
    for (let index = 0; index < 5; index++) client.sendAudio(`r${index}`, voicePcm(0.2));
    const first = await client.answer('r0');
    assert.isTrue(first.responses.at(-1)!.end);
    client.sendAudio('r4', new Uint8Array(0), true);
    assert.isNull((await client.answer('r4')).error);
    await client.close();
  });

  it('hides what breaks inside, and costs only that request', async () => {
    let engines = 0;
    const faults: unknown[] = [];
    const fragile = await startMotionServer({
      onError: (error) => faults.push(error),
      createEngine: () => {
        const isBroken = engines++ === 0;
        return {
          push() {
            if (isBroken) throw new Error('secret detail');
            return null;
          },
          finish: () => ({ frameRate: 50, startFrame: 0, frameCount: 1, values: new Float32Array(58).fill(engines === 2 ? NaN : 0) }),
        };
      },
    });
    const client = await fragile.open();
    for (const reqId of ['throws', 'not-a-number']) {
      client.sendAudio(reqId, voicePcm(0.1), true);
      const { error } = await client.answer(reqId);
      assert.deepEqual([error?.reqId, error?.code, error?.message], [reqId, 13, 'internal error']);
    }
    client.sendAudio('fine', voicePcm(0.1), true);
    assert.isNull((await client.answer('fine')).error);
    assert.match(String(faults[0]), /secret detail/, 'whoever runs the server is told');
    assert.lengthOf(faults, 2);
    await client.close();
    await fragile.close();
  });

  it('survives random bytes and truncated messages, one session each', async () => {
    let state = 5;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    const valid = encodeMessage(createMessage({ case: 'clientAudioInput', value: { reqId: 'r', audio: voicePcm(0.02), end: true } }));
    for (let round = 0; round < 30; round++) {
      const client = await running.open();
      const bytes = round % 2 === 0 ? Uint8Array.from({ length: next() }, next) : valid.slice(0, 1 + ((next() * valid.length) >> 8));
      if (round % 3 === 0) bytes[bytes.length >> 1] ^= 1 + next();
      client.socket.send(bytes);
      client.socket.close();
      await client.closed;
    }
    const client = await running.open();
    client.sendAudio('fine', voicePcm(0.2), true);
    assert.isNull((await client.answer('fine')).error);
    await client.close();
    assert.equal(((await (await fetch(`${running.url}/healthz`)).json()) as { status: string }).status, 'ok');
  });
});
