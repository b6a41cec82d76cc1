import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';
import { AudioFormat } from '../../../src/motion/protocol/generated/message_pb.js';
import { OggOpusReader } from '../../../src/server/ogg-opus-reader.js';
import { packageFolder } from '../../../src/server/package-folder.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';
import { type Answer, type IngressClient, type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';

/** `voicePcm(2)` as an Opus stream, 24 kbit/s, one packet per page as the Server SDKs write it. */
const fixture = new Uint8Array(readFileSync(join(packageFolder(), 'test/fixtures/voice-2s.opus')));

const jawOf = (answer: Answer): number[] =>
  answer.frames.flatMap(({ values, frameCount }) =>
    Array.from({ length: frameCount }, (_, frame) => values[frame * CHANNEL_COUNT + CHANNEL_INDEX.jawOpen]),
  );

const correlation = (a: number[], b: number[]): number => {
  const mean = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    ab += (a[index] - meanA) * (b[index] - meanB);
    aa += (a[index] - meanA) ** 2;
    bb += (b[index] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

describe('Ogg Opus through the Motion Server', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  const open = (sampleRate = 48000): Promise<IngressClient> => running.open({ sampleRate, audioFormat: AudioFormat.OGG_OPUS });

  it('gives the motion that the same sound gives as PCM', async () => {
    const [opus, pcm] = await Promise.all([open(), running.open()]);
    opus.sendAudio('same', fixture, true);
    pcm.sendAudio('same', voicePcm(2), true);
    const [fromOpus, fromPcm] = await Promise.all([opus.answer('same'), pcm.answer('same')]);
    assert.isNull(fromOpus.error);
    assert.closeTo(jawOf(fromOpus).length, 100, 1);
    assert.isAbove(correlation(jawOf(fromOpus), jawOf(fromPcm)), 0.85);
    await Promise.all([opus.close(), pcm.close()]);
  });

  it('takes a stream cut anywhere, and begins to answer before its end', async () => {
    const client = await open(16000);
    const half = fixture.length >> 1;
    for (let start = 0; start < half; start += 37) client.sendAudio('cut', fixture.subarray(start, Math.min(half, start + 37)));
    const { data } = await client.next();
    assert.equal(data.case === 'serverResponseAnimation' && data.value.end, false);
    const sent = data.case === 'serverResponseAnimation' ? data.value.packedMotion!.frameCount : 0;
    for (let start = half; start < fixture.length; start += 37)
      client.sendAudio('cut', fixture.subarray(start, Math.min(fixture.length, start + 37)));
    client.sendAudio('cut', new Uint8Array(0), true);
    const rest = await client.answer('cut');
    assert.isNull(rest.error);
    assert.closeTo(sent + jawOf(rest).length, 100, 1);
    await client.close();
  });

  it('decodes one stream after the other, and two at a time', async () => {
    const client = await open();
    for (let round = 0; round < 3; round++) {
      client.sendAudio(`a${round}`, fixture, true);
      assert.closeTo(jawOf(await client.answer(`a${round}`)).length, 100, 1);
    }
    client.sendAudio('x', fixture.subarray(0, 1500));
    client.sendAudio('y', fixture, true);
    client.sendAudio('x', fixture.subarray(1500), true);
    const other = await open();
    other.sendAudio('z', fixture, true);
    const [x, z] = await Promise.all([client.answer('x'), other.answer('z')]);
    assert.isNull(x.error);
    assert.closeTo(jawOf(z).length, 100, 1);
    await Promise.all([client.close(), other.close()]);
  });

  it('takes what is there of a stream that was cut off before its last page', async () => {
    const client = await open();
    client.sendAudio('short', fixture.subarray(0, fixture.length - 700), true);
    const answer = await client.answer('short');
    assert.isNull(answer.error);
    assert.isAbove(jawOf(answer).length, 50);
    await client.close();
  });

  it('ends an empty request, and survives an interrupt in the middle of a decode', async () => {
    const client = await open();
    client.sendAudio('empty', new Uint8Array(0), true);
    assert.lengthOf((await client.answer('empty')).frames, 0);
    for (let round = 0; round < 5; round++) {
      client.sendAudio(`i${round}`, fixture);
      client.send({ case: 'clientInterrupt', value: { reqId: `i${round}` } });
      assert.isTrue((await client.answer(`i${round}`)).responses.at(-1)!.end);
    }
    client.sendAudio('fine', fixture, true);
    assert.isNull((await client.answer('fine')).error);
    await client.close();
  });

  it('refuses raw PCM and garbage in Ogg clothes, and goes on', async () => {
    const client = await open();
    client.sendAudio('pcm', voicePcm(0.2), true);
    assert.match((await client.answer('pcm')).error!.message, /not an Ogg stream/);
    let state = 3;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let round = 0; round < 12; round++) {
      const broken = fixture.slice();
      for (let hit = 0; hit < 40; hit++) broken[4 + ((next() * 256 + next()) % (broken.length - 4))] = next();
      client.sendAudio(`g${round}`, broken, true);
      // Whether it is refused or partly heard is the decoder's business; it comes to an end.
      await client.answer(`g${round}`);
    }
    client.sendAudio('noise', Uint8Array.from([0x4f, 0x67, 0x67, 0x53, ...Array.from({ length: 3000 }, next)]), true);
    await client.answer('noise');
    client.sendAudio('fine', fixture, true);
    assert.isNull((await client.answer('fine')).error);
    await client.close();
  });

  it('writes nothing to the console for packets that cannot be decoded', async () => {
    const broken = fixture.slice();
    const pages = [...Buffer.from(fixture).toString('latin1').matchAll(/OggS/g)].map(({ index }) => index);
    // The first bytes of a packet: a code for many frames, and an impossible number of them.
    for (const page of pages.slice(4)) broken.fill(0xff, page + 27 + broken[page + 26], page + 29 + broken[page + 26]);
    const printed: unknown[] = [];
    const { error: consoleError } = console;
    console.error = (...parts) => void printed.push(parts);
    let failure: unknown = null;
    const reader = new OggOpusReader();
    try {
      await reader.read(broken);
    } catch (error) {
      failure = error;
    } finally {
      console.error = consoleError;
      reader.free();
    }
    assert.match(String(failure), /cannot be decoded/);
    assert.deepEqual(printed, []);
  });

  const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
  it('hears what another muxer writes: long pages, 60 ms packets, stereo', {
    skip: hasFfmpeg ? false : 'ffmpeg is not installed',
  }, async () => {
    for (const [rate, channels, options] of [
      [8000, 1, ['-frame_duration', '60']],
      [24000, 1, ['-application', 'audio']],
      [48000, 2, ['-page_duration', '2000000']],
    ] as const) {
      const encoder = spawnSync(
        'ffmpeg',
        [
          '-loglevel',
          'error',
          '-f',
          's16le',
          '-ar',
          String(rate),
          '-ac',
          '1',
          '-i',
          '-',
          '-ac',
          String(channels),
          '-c:a',
          'libopus',
          ...options,
          '-f',
          'ogg',
          '-',
        ],
        { input: voicePcm(2, rate) },
      );
      const client = await open(rate);
      client.sendAudio('r', new Uint8Array(encoder.stdout), true);
      const answer = await client.answer('r');
      assert.isNull(answer.error);
      assert.closeTo(jawOf(answer).length, 100, 2, options.join(' '));
      await client.close();
    }
  });
});
