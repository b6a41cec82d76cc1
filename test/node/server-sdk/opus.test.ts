import { after, before, describe, it } from 'node:test';
import { assert } from 'chai';
import { OpusDecoder } from 'opus-decoder';

import { newAvatarSession } from '../../../src/server-sdk/avatar-session.js';
import type { AvatarSDKError } from '../../../src/server-sdk/sdk-error.js';
import type { AvatarSessionConfig } from '../../../src/server-sdk/session-config.js';
import { OggOpusDemuxer } from '../../../src/shared/samples/ogg-opus.js';
import { type RunningServer, startMotionServer, voicePcm } from '../../helpers/node/motion-server.js';
import { collect, failureOf, frameCountOf, sessionConfig } from '../../helpers/node/server-sdk.js';

async function decoded(stream: Uint8Array): Promise<Float32Array> {
  const decoder = new OpusDecoder({ channels: 1 });
  await decoder.ready;
  const samples: number[] = [];
  for (const { bytes, skipSamples, trimSamples } of new OggOpusDemuxer().push(stream)) {
    const { channelData, errors } = decoder.decodeFrame(bytes);
    assert.deepEqual(errors, []);
    samples.push(...channelData[0].subarray(skipSamples, channelData[0].length - trimSamples));
  }
  decoder.free();
  return Float32Array.from(samples);
}

/** Energy of 10 ms steps of audio. */
function envelopeOf(samples: Float32Array, rateHz: number): number[] {
  const step = rateHz / 100;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, index) =>
    Math.sqrt(samples.subarray(index * step, (index + 1) * step).reduce((sum, sample) => sum + sample * sample, 0) / step),
  );
}

function correlation(one: number[], other: number[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [product, squareOne, squareOther] = [0, 0, 0];
  one.forEach((value, index) => {
    product += (value - meanOne) * (other[index] - meanOther);
    squareOne += (value - meanOne) ** 2;
    squareOther += (other[index] - meanOther) ** 2;
  });
  return product / Math.sqrt(squareOne * squareOther);
}

describe('Ogg Opus upstream', () => {
  let running: RunningServer;
  before(async () => void (running = await startMotionServer()));
  after(() => running.close());

  const config = (options: Partial<AvatarSessionConfig>): AvatarSessionConfig =>
    sessionConfig(running.url, { audioFormat: 'ogg_opus', oggOpusEncoder: {}, ...options });

  it('keeps every sample to the last, at every rate and frame length', async () => {
    for (const sampleRate of [8000, 12_000, 16_000, 24_000, 48_000]) {
      for (const frameDurationMs of [10, 20, 40, 60] as const) {
        const streams = new Map<string, Uint8Array>();
        const what = `${sampleRate} Hz, ${frameDurationMs} ms`;
        await using session = newAvatarSession(
          config({ sampleRate, oggOpusEncoder: { frameDurationMs }, onEncodedAudio: (reqId, audio) => streams.set(reqId, audio) }),
        );
        await session.start();
        // Of no whole number of frames.
        const pcm = voicePcm(0.513, sampleRate);
        const speech = session.speak([pcm.subarray(0, 1001), pcm.subarray(1001)]);
        const messages = await collect(speech);
        assert.closeTo(frameCountOf(messages), 0.513 * 50, 1, what);
        assert.closeTo(speech.timing.audioSeconds!, 0.513, 1e-4, what);
        const stream = streams.get(messages[0].reqId)!;
        assert.equal(speech.timing.audioBytes, stream.length, what);
        const samples = await decoded(stream);
        assert.equal(samples.length, Math.round((pcm.length / 2) * (48_000 / sampleRate)), what);
        const original = Float32Array.from(new Int16Array(pcm.slice().buffer), (sample) => sample / 32768);
        assert.isAbove(correlation(envelopeOf(original, sampleRate), envelopeOf(samples, 48_000)), 0.9, what);
      }
    }
  });

  it('needs a fraction of the bytes of PCM, by the bitrate that is asked for', async () => {
    const byteCountOf = async (options: Partial<AvatarSessionConfig>): Promise<number> => {
      await using session = newAvatarSession(config(options));
      await session.start();
      const speech = session.speak(voicePcm(2));
      await collect(speech);
      return speech.timing.audioBytes;
    };
    const [low, high] = [
      await byteCountOf({ bitrate: 12_000 }),
      await byteCountOf({ bitrate: 64_000, oggOpusEncoder: { application: 'audio' } }),
    ];
    assert.isBelow(low, 64_000 / 6);
    assert.isAbove(high, 2 * low);
  });

  it('begins a stream of its own for each request, and none where nothing was said', async () => {
    const streams: Uint8Array[] = [];
    await using session = newAvatarSession(config({ onEncodedAudio: (_reqId, audio) => streams.push(audio) }));
    await session.start();
    const [first, second] = [await collect(session.speak(voicePcm(0.2))), await collect(session.speak(voicePcm(0.2)))];
    assert.notEqual(first[0].reqId, second[0].reqId);
    assert.lengthOf(streams, 2);
    for (const stream of streams) assert.lengthOf(await decoded(stream), 9600);
    // Nothing was said at all: no stream either.
    assert.equal(frameCountOf(await collect(session.speak(new Uint8Array(0)))), 0);
    assert.lengthOf(streams, 2);
  });

  it('passes on a stream that was encoded elsewhere, cut anywhere', async () => {
    let stream = new Uint8Array(0);
    await using encoding = newAvatarSession(config({ onEncodedAudio: (_reqId, audio) => (stream = audio.slice()) }));
    await encoding.start();
    await collect(encoding.speak(voicePcm(1)));
    await using session = newAvatarSession(sessionConfig(running.url, { audioFormat: 'ogg_opus' }));
    await session.start();
    const pieces = [stream.subarray(0, 3), stream.subarray(3, 500), stream.subarray(500)];
    const speech = session.speak(pieces);
    assert.equal(frameCountOf(await collect(speech)), 50);
    assert.isNull(speech.timing.audioSeconds);
  });

  it('refuses half a sample, and interrupts what it belongs to', async () => {
    await using session = newAvatarSession(config({}));
    await session.start();
    const error = await failureOf<AvatarSDKError>(session.sendAudio(voicePcm(0.1).subarray(1), true));
    assert.deepEqual([error.code, error.phase], ['invalidRequest', 'websocket_send']);
    assert.equal(frameCountOf(await collect(session.speak(voicePcm(0.2)))), 10);
  });

  it('refuses what the encoder cannot do', async () => {
    const wrong: Partial<AvatarSessionConfig>[] = [
      { audioFormat: 'pcm_s16le' },
      { sampleRate: 44_100 },
      { bitrate: 499 },
      { oggOpusEncoder: { frameDurationMs: 30 as 20 } },
      { oggOpusEncoder: { application: 'music' as 'audio' } },
    ];
    for (const options of wrong) {
      const error = await failureOf((async () => newAvatarSession(config(options)))());
      assert.equal(error.code, 'invalidConfiguration', JSON.stringify(options));
    }
  });
});
