import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { WebSocket } from 'ws';

import { encodeRelayFrame } from '../../../src/motion/protocol/relay-frames.js';
import { startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { RelayBackend, RelayListener } from '../../helpers/node/relay-backend.js';

describe("The relay's clients", () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function start(options: Parameters<typeof RelayBackend.start>[1] = {}): Promise<RelayBackend> {
    const server = await startMotionServer({ limits: { drainTimeoutMs: 50 } });
    cleanUps.push(() => server.close());
    const backend = await RelayBackend.start(server.url, options);
    cleanUps.push(() => backend.close());
    return backend;
  }

  it('are told who they are before anything else', async () => {
    const backend = await start({ avatarId: 'aria', sampleRateHz: 24000 });
    const listener = await backend.listen('a');
    const [ready] = listener.told('ready');
    assert.equal(listener.received[0].type, 'metadata');
    assert.deepEqual([ready!.sample_rate, ready!.channels, ready!.avatar_id, ready!.connection_id], [24000, 1, 'aria', 'a']);
    assert.match(String(ready!.resume_token), /^[\w-]{24}$/);
  });

  it('of the JSON format get the public messages', async () => {
    const backend = await start();
    const listener = await backend.listen('a', 'json', null);
    const pcm = voicePcm(0.6);
    const turn = backend.relay.speak(pcm);
    const messages = (type: string): Record<string, unknown>[] =>
      listener.received.flatMap((frame) => (frame.type === 'json' && frame.fields.type === type ? [frame.fields] : []));
    await listener.until(
      () => messages('avatar_frames').some(({ isLast }) => isLast) && messages('avatar_audio').some(({ isLast }) => isLast),
    );
    assert.deepEqual(
      messages('ready').map(({ sessionId }) => sessionId),
      ['a'],
    );
    assert.ok(messages('avatar_audio').every(({ turnId }) => turnId === turn.id));
    assert.deepEqual(Buffer.concat(messages('avatar_audio').map(({ audio }) => Buffer.from(String(audio), 'base64'))), Buffer.from(pcm));
    const { audio, isLast } = messages('avatar_audio').at(-1)!;
    assert.deepEqual({ audio, isLast }, { audio: '', isLast: true });
    assert.ok(messages('avatar_frames').flatMap(({ frames }) => frames as string[]).length > 0);
    listener.say({ type: 'ping' });
    await listener.until(() => messages('pong').length === 1);
    backend.relay.speak(voicePcm(20));
    await listener.until(() => messages('agent_event').length === 2);
    listener.say({ type: 'interrupt' });
    await listener.until(() => messages('interrupt').length === 1);
  });

  it('say what they have to say, in either format', async () => {
    const backend = await start();
    const binary = await backend.listen('binary');
    const json = await backend.listen('json', 'json', null);
    binary.say({ action: 'text', text: 'hello' });
    binary.socket.send(encodeRelayFrame({ type: 'audio', pcm: Uint8Array.of(1, 2), isLast: true }));
    binary.say({ action: 'ping' });
    binary.say({ action: 'wave', hand: 'left' });
    json.say({ type: 'text_query', text: 'hi' });
    json.say({ type: 'mic_audio', audio: 'AwQ=' });
    json.say({ type: 'mic_end' });
    json.say({ type: 'set_avatar', avatarId: 'x' });
    await binary.until(() => binary.told('pong').length === 1 && backend.named('message').length === 2);
    assert.deepEqual(
      backend
        .named('text')
        .map(({ client, text }) => [client.id, text])
        .sort(),
      [
        ['binary', 'hello'],
        ['json', 'hi'],
      ],
    );
    const heard = backend.named('audio').map(({ client, pcm, isLast }) => [client.id, [...pcm], isLast]);
    assert.deepEqual(
      heard.filter(([id]) => id === 'binary'),
      [['binary', [1, 2], true]],
    );
    assert.deepEqual(
      heard.filter(([id]) => id === 'json'),
      [
        ['json', [3, 4], false],
        ['json', [], true],
      ],
    );
    assert.deepEqual(
      backend
        .named('message')
        .map(({ message }) => message.action ?? message.type)
        .sort(),
      ['set_avatar', 'wave'],
    );
  });

  it('that talk nonsense are told so and harm nobody', async () => {
    const backend = await start({ limits: { maxMessageBytes: 1000 } });
    const [bad, good] = [await backend.listen('bad'), await backend.listen('good')];
    const nonsense = [Buffer.alloc(0), Buffer.from([1]), Buffer.from([2, 0, 255, 255, 255, 255]), Buffer.from([9, 9, 9])];
    for (const bytes of nonsense) bad.socket.send(bytes);
    for (const text of ['', '{', '[]', 'null', '{"action":"text"}', '{"type":"mic_audio","audio":5}']) bad.socket.send(text);
    await bad.until(() => bad.received.filter(({ type }) => type === 'error').length === 10);
    assert.equal(backend.named('error').length, 10);
    bad.socket.send(Buffer.alloc(2000));
    await bad.until(() => bad.closing !== null);
    assert.equal(bad.closing!.code, 1009);
    backend.relay.speak(voicePcm(0.4));
    await good.until(() => good.hasEnds);
  });

  it('that cannot keep up hold up nobody, are told, and go on in the present', async () => {
    const backend = await start({ limits: { maxBufferedBytes: 64 * 1024, maxLagSeconds: 1, maxAheadSeconds: 1000 } });
    const [slow, quick] = [await backend.listen('slow'), await backend.listen('quick')];
    slow.socket.pause();
    // Fills whatever the operating system buffers.
    const rate = 96_000;
    await backend.relay.speak(new Uint8Array(rate * 2 * 120), { sampleRateHz: rate }).finished;
    await quick.until(() => quick.hasEnds && backend.client('quick').bufferedBytes === 0);
    const client = backend.client('slow');
    assert.ok(client.bufferedBytes < 64 * 1024 + rate, `${client.bufferedBytes} bytes wait`);
    // From here on at the pace of speech.
    const seconds = 5;
    const pcm = voicePcm(seconds, rate);
    async function* live(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < pcm.length; at += rate / 5) {
        yield pcm.subarray(at, at + rate / 5);
        await new Promise((resolve) => setTimeout(resolve, 90));
      }
    }
    const turn = backend.relay.speak(live(), { sampleRateHz: rate });
    await quick.until(() => quick.told('turn').length === 2 && quick.turnAudio.length > pcm.length * 0.8);
    assert.ok(client.bufferedBytes < 64 * 1024 + rate, `${client.bufferedBytes} bytes wait`);
    slow.socket.resume();
    await slow.until(() => slow.told('resync').length === 1 && slow.hasEnds);
    await quick.until(() => quick.hasEnds);
    assert.deepEqual(quick.turnAudio, Buffer.from(pcm));
    const [resync] = slow.told('resync') as { turn_id: string; start_seconds: number }[];
    assert.equal(resync!.turn_id, turn.id);
    assert.ok(resync!.start_seconds > 1 && resync!.start_seconds < seconds, `from ${resync!.start_seconds} s on`);
    assert.deepEqual(slow.turnAudio, Buffer.from(pcm).subarray(Math.round(resync!.start_seconds * rate) * 2));
    assert.deepEqual(
      backend.named('lag').map(({ client: { id } }) => id),
      ['slow'],
    );
    assert.equal(backend.relay.stats().resyncs, 1);
  });

  it('whose connection was lost go on where they were', async () => {
    const backend = await start();
    const listener = await backend.listen('a');
    async function* live(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 30; at++) {
        yield voicePcm(3).subarray(at * 3200, (at + 1) * 3200);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    }
    const turn = backend.relay.speak(live());
    await listener.until(() => listener.turnAudio.length >= 9600);
    listener.socket.terminate();
    await listener.until(() => listener.closing !== null);
    const token = listener.told('ready')[0].resume_token as string;
    const frame = listener.turn.filter(({ type }) => type === 'audio' || type === 'motion').length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(backend.relay.stats().absentClients, 1);
    const again = new RelayListener(`${backend.url}?id=a&resume=${token}&turn=${turn.id}&frame=${frame}`);
    cleanUps.push(async () => again.socket.terminate());
    await again.until(() => again.hasEnds);
    assert.deepEqual([again.told('ready')[0].turn_id, again.told('turn')[0].frame], [turn.id, frame]);
    assert.deepEqual(Buffer.concat([listener.turnAudio, again.turnAudio]), Buffer.from(voicePcm(3)));
    assert.equal(backend.relay.clients.length, 1);
  });

  it('cannot be taken over by somebody with another name, or none of the tokens', async () => {
    const backend = await start();
    const victim = await backend.listen('victim');
    const token = victim.told('ready')[0].resume_token as string;
    for (const query of [`id=thief&resume=${token}`, 'id=victim&resume=guessed']) {
      const thief = new RelayListener(`${backend.url}?${query}`);
      cleanUps.push(async () => thief.socket.terminate());
      await thief.until(() => thief.told('ready').length === 1);
      assert.notEqual(thief.told('ready')[0].resume_token, token);
    }
    assert.equal(victim.socket.readyState, WebSocket.OPEN);
  });

  it('that stay away are forgotten, and one too many is turned away', async () => {
    const backend = await start({ limits: { resumeMs: 50, maxClients: 1 } });
    const first = await backend.listen('first');
    const second = new RelayListener(`${backend.url}?id=second`);
    await second.until(() => second.closing !== null);
    assert.equal(second.closing!.code, 1013);
    first.socket.close();
    await first.until(() => backend.relay.clients.length === 0);
    await backend.listen('third');
  });

  it('that are turned away cannot take the process down by a broken frame', async () => {
    const backend = await start({ limits: { maxClients: 1 } });
    const first = await backend.listen('first');
    const socket = connect(backend.port, '127.0.0.1');
    const lines = [
      'GET /relay HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    socket.write(Buffer.concat([Buffer.from([...lines, '', ''].join('\r\n')), Buffer.alloc(16, 0xff)]));
    socket.resume();
    await once(socket, 'close');
    first.say({ action: 'ping' });
    await first.until(() => first.received.length > 1);
  });

  it('that still have much to read are told when the relay closes', async () => {
    const backend = await start({ sampleRateHz: 48000, limits: { maxAheadSeconds: 600, maxBufferedBytes: 2 ** 26 } });
    const listener = await backend.listen('a');
    listener.socket.pause();
    backend.relay.speak(new Uint8Array(2 * 48000 * 200));
    await listener.until(() => backend.client('a').bufferedBytes > 2 ** 20);
    const closed = backend.relay.close();
    listener.socket.resume();
    await closed;
    await listener.until(() => listener.closing !== null);
    assert.equal(listener.closing!.code, 1001);
  });

  it('that are gone without a word are noticed', async () => {
    const backend = await start({ limits: { livenessMs: 80, resumeMs: 50 } });
    const [mute, lively] = [await backend.listen('mute'), await backend.listen('lively')];
    mute.socket.pause();
    await lively.until(() => backend.relay.clients.length === 1);
    assert.deepEqual(
      backend.relay.clients.map(({ id }) => id),
      ['lively'],
    );
  });
});
