import { assert } from 'chai';
import { speechChunksFrom } from '../../../src/audio/speech-source.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { resample } from '../../../src/shared/samples/resampler.js';
import { float32FromInt16 } from '../../../src/shared/samples/sample-arithmetic.js';
import { decoded, encoded } from '../../helpers/browser/ffmpeg.js';
import {
  aiffFile,
  ascii,
  auFile,
  floatBytes,
  integerBytes,
  interleaved,
  joined,
  lawBytes,
  randomBytes,
  speechSignal,
  unsigned8Bytes,
  wave64File,
  wavFile,
} from '../../helpers/sound-files.js';
import { soundLikeness } from '../../helpers/sound-likeness.js';
import { MP3_TONE } from './mp3-tone.js';

const RATE_HZ = 16_000;
const VOICE = speechSignal(2, RATE_HZ);
const LITTLE = integerBytes(VOICE, 16, 'le');
const BIG = integerBytes(VOICE, 16, 'be');
const rate = RATE_HZ;

const IS_WEBKIT = /AppleWebKit/.test(navigator.userAgent) && !/Chrome/.test(navigator.userAgent);

/** All that is heard of a source, at 16 kHz. */
async function heard(source: unknown, options: object = {}): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let run: { rateHz: number; samples: number[] } = { rateHz: 0, samples: [] };
  const flush = (): void => void (run.rateHz > 0 && parts.push(resample(Float32Array.from(run.samples), run.rateHz, RATE_HZ)));
  for await (const { samples, sampleRateHz } of speechChunksFrom(source, {
    locateCaptureWorklet: () => Promise.reject(new Error()),
    ...options,
  })) {
    if (sampleRateHz !== run.rateHz) {
      flush();
      run = { rateHz: sampleRateHz, samples: [] };
    }
    for (const sample of samples instanceof Int16Array ? float32FromInt16(samples) : samples) run.samples.push(sample);
  }
  flush();
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

function assertHeard(sound: Float32Array, reference: Float32Array, least: number, maxShift: number): void {
  const likeness = soundLikeness(sound, reference, maxShift);
  const shown = JSON.stringify(likeness);
  assert.isAtLeast(likeness.correlation, least, shown);
  assert.isAtMost(likeness.peakDb, 1, shown);
  // ffmpeg mixes stereo down 3 dB louder than the mean.
  assert.isAtLeast(likeness.peakDb, -4, shown);
  assert.closeTo(likeness.length, 1, 0.1, shown);
}

async function refusal(source: unknown, options: object = {}): Promise<AvatarError> {
  const sound = await heard(source, options).catch((error: unknown) => error);
  assert.instanceOf(sound, AvatarError, 'it was played');
  return sound as AvatarError;
}

const typed = (bytes: Uint8Array<ArrayBuffer>, contentType: string): Response =>
  new Response(bytes, { headers: { 'content-type': contentType } });
const named = (bytes: Uint8Array<ArrayBuffer>, name: string): File => new File([bytes], name);
function streamed(bytes: Uint8Array, pieceBytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += pieceBytes)));
    },
  });
}

const negative = VOICE.map((sample) => -sample);
const silence = new Float32Array(VOICE.length);
const half = VOICE.length;
const sentences = (dataSize?: number): Uint8Array<ArrayBuffer> =>
  joined(wavFile(LITTLE.slice(0, half), { rate, dataSize }), wavFile(LITTLE.slice(half), { rate, dataSize }));

/** Sources without loss or of the telephone's codes: r ≥ 0.99. */
const LOSSLESS: readonly [name: string, source: () => unknown, options?: object][] = [
  ['WAV, 16 bits', () => wavFile(LITTLE, { rate })],
  ['WAV, 8 bits', () => wavFile(unsigned8Bytes(VOICE), { rate, bits: 8 })],
  ['WAV, 24 bits', () => wavFile(integerBytes(VOICE, 24, 'le'), { rate, bits: 24, isExtensible: true })],
  ['WAV, 32-bit float', () => wavFile(floatBytes(VOICE, 32, 'le'), { rate, bits: 32, tag: 3 })],
  ['WAV, μ-law', () => wavFile(lawBytes(VOICE, 'mulaw'), { rate, bits: 8, tag: 7 })],
  ['WAV, A-law', () => wavFile(lawBytes(VOICE, 'alaw'), { rate, bits: 8, tag: 6 })],
  ['WAV, big-endian (RIFX)', () => wavFile(BIG, { rate, id: 'RIFX' })],
  ['WAV of 64-bit size (RF64)', () => wavFile(LITTLE, { rate, id: 'RF64' })],
  ['WAV of unknown size', () => streamed(wavFile(LITTLE, { rate, dataSize: 0xffffffff }), 1000)],
  ['WAV with the size of its first piece', () => streamed(wavFile(LITTLE, { rate, dataSize: 3200 }), 3244)],
  ['WAV after WAV', () => sentences()],
  ['WAV after WAV, of unknown size, as a stream', () => streamed(sentences(0xffffffff), 777)],
  ['WAV after WAV, of size 0, as a stream', () => streamed(sentences(0), 1)],
  ['WAV, stereo with inverse channels', () => wavFile(integerBytes(interleaved([VOICE, negative]), 16, 'le'), { rate, channels: 2 })],
  [
    'WAV, 5.1 with speech in the centre',
    () => wavFile(integerBytes(interleaved([silence, silence, VOICE, silence, silence, silence]), 16, 'le'), { rate, channels: 6 }),
  ],
  ['Wave64', () => wave64File(LITTLE, { rate })],
  ['AIFF', () => aiffFile(BIG, { rate })],
  ['AIFF-C, little-endian', () => aiffFile(LITTLE, { rate, type: 'sowt' })],
  ['AIFF-C, float', () => aiffFile(floatBytes(VOICE, 32, 'be'), { rate, bits: 32, type: 'fl32' })],
  ['AU, 16 bits', () => auFile(BIG, { rate })],
  ['AU, μ-law, as audio/basic', () => typed(auFile(lawBytes(VOICE, 'mulaw'), { kind: 1, rate }), 'audio/basic')],
  ['PCM that nothing names', () => LITTLE],
  ['PCM as audio/pcm', () => typed(LITTLE, `audio/pcm;rate=${rate}`)],
  ['PCM as audio/L16, big-endian', () => typed(BIG, `audio/L16;rate=${rate}`)],
  ['PCM as audio/L16, little-endian', () => typed(LITTLE, `audio/L16;rate=${rate}`)],
  ['PCM, 24 bits, as audio/L24', () => typed(integerBytes(VOICE, 24, 'be'), `audio/L24;rate=${rate}`)],
  ['PCM, float, by its parameter', () => typed(floatBytes(VOICE, 32, 'le'), `audio/pcm;encoding=pcm_f32le;rate=${rate}`)],
  ['PCM, float, as .raw', () => named(floatBytes(VOICE, 32, 'le'), 'speech.raw')],
  ['PCM, float, by an option', () => floatBytes(VOICE, 32, 'le'), { encoding: 'pcm_f32le', sampleRateHz: rate }],
  ['PCM, float, with a rate', () => streamed(floatBytes(VOICE, 32, 'le'), 1000), { sampleRateHz: rate }],
  ['μ-law as audio/basic', () => typed(lawBytes(resample(VOICE, rate, 8000), 'mulaw'), 'audio/basic')],
  ['μ-law as audio/PCMU', () => typed(lawBytes(VOICE, 'mulaw'), `audio/PCMU;rate=${rate}`)],
  ['A-law as audio/PCMA', () => typed(lawBytes(VOICE, 'alaw'), `audio/PCMA;rate=${rate}`)],
];

/** Files that ffmpeg makes. `name` is what the error says where the browser cannot decode them. */
const ENCODED: readonly [name: string, args: string, least: number, refused: RegExp][] = [
  ['FLAC', '-c:a flac -f flac FILE', 0.99, /FLAC/],
  ['MP3', '-c:a libmp3lame -b:a 64k -f mp3 FILE', 0.97, /MP3/],
  ['MP3 without a tag', '-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0 -f mp3 FILE', 0.97, /MP3/],
  ['MP3 of variable rate, stereo', '-ac 2 -ar 44100 -c:a libmp3lame -q:a 4 -f mp3 FILE', 0.97, /MP3/],
  ['MP3 in WAV', '-c:a libmp3lame -b:a 64k -f wav FILE', 0.97, /MP3 in WAV/],
  ['AAC (ADTS)', '-c:a aac -b:a 96k -f adts FILE', 0.97, /AAC/],
  ['AAC in MP4, in fragments', '-c:a aac -b:a 96k -movflags frag_keyframe+empty_moov -f mp4 pipe:1', 0.97, /MP4/],
  ['Opus in Ogg', '-c:a libopus -b:a 64k -f ogg FILE', 0.97, /Opus/],
  ['Opus in WebM', '-c:a libopus -b:a 64k -f webm FILE', 0.97, /WebM/],
  ['Vorbis in Ogg', '-c:a libvorbis -q:a 6 -f ogg FILE', 0.97, /Vorbis/],
  ['FLAC in Ogg', '-c:a flac -f ogg FILE', 0.99, /FLAC/],
  ['AAC in MP4', '-c:a aac -b:a 96k -f mp4 FILE', 0.97, /MP4/],
  ['FLAC, as a stream', '-c:a flac -f flac pipe:1', 0.99, /FLAC/],
  ['MP3, as a stream', '-c:a libmp3lame -b:a 64k -f mp3 pipe:1', 0.97, /MP3/],
  ['WAV, as a stream', '-c:a pcm_s24le -f wav pipe:1', 0.99, /WAV/],
  ['Wave64, as a stream', '-c:a pcm_s16le -f w64 pipe:1', 0.99, /Wave64/],
  ['AU, as a stream', '-c:a pcm_mulaw -f au pipe:1', 0.99, /AU/],
  ['MP2', '-c:a mp2 -b:a 128k -f mp2 FILE', 0.97, /MP2/],
  ['AC-3', '-ar 48000 -c:a ac3 -b:a 96k -f ac3 FILE', 0.97, /is AC-3/],
  ['E-AC-3', '-ar 48000 -c:a eac3 -b:a 96k -f eac3 FILE', 0.97, /E-AC-3/],
  ['MP3 in an MPEG transport stream', '-c:a libmp3lame -b:a 64k -f mpegts FILE', 0.97, /MPEG transport stream/],
  ['AAC in an MPEG transport stream', '-c:a aac -b:a 96k -f mpegts FILE', 0.97, /MPEG transport stream/],
  ['Wave64', '-c:a pcm_s16le -f w64 FILE', 0.99, /Wave64/],
  ['AIFF-C, μ-law', '-c:a pcm_mulaw -f aiff FILE', 0.99, /AIFF/],
  ['AU, A-law', '-c:a pcm_alaw -f au FILE', 0.99, /AU/],
  ['Core Audio Format', '-c:a pcm_s16be -f caf FILE', 0.99, /Core Audio Format/],
  // GStreamer, by which WebKitGTK decodes, differs from ffmpeg.
  ['IMA ADPCM in WAV', '-c:a adpcm_ima_wav -f wav FILE', IS_WEBKIT ? 0.85 : 0.97, /IMA ADPCM in WAV/],
  ['GSM in WAV', '-ar 8000 -c:a libgsm_ms -f wav FILE', 0.9, /GSM 6.10 in WAV/],
  ['Windows Media', '-c:a wmav2 -b:a 64k -f asf FILE', 0.97, /Windows Media/],
  ['Speex', '-c:a libspeex -f ogg FILE', 0.9, /Speex/],
  ['TTA', '-c:a tta -f tta FILE', 0.99, /TTA/],
  ['WavPack', '-c:a wavpack -f wv FILE', 0.99, /WavPack/],
  ['Creative VOC', '-c:a pcm_s16le -f voc FILE', 0.99, /VOC/],
  ['Flash video', '-ar 44100 -c:a libmp3lame -f flv FILE', 0.97, /Flash video/],
];

const REFUSED: readonly [name: string, source: () => unknown, message: RegExp][] = [
  ['a GLB model', () => joined(ascii('glTF\x02\0\0\0'), randomBytes(4000)), /a GLB model/],
  ['a GLB model as .raw', () => named(joined(ascii('glTF\x02\0\0\0'), randomBytes(4000)), 'x.raw'), /a GLB model/],
  ['a PNG picture as audio/mpeg', () => typed(joined(ascii('\x89PNG\r\n\x1a\n'), randomBytes(4000)), 'audio/mpeg'), /a PNG picture/],
  ['a ZIP archive', () => joined(ascii('PK\x03\x04'), randomBytes(4000)), /a ZIP archive/],
  ['JSON as audio/pcm', () => typed(ascii('{"error":{"message":"The quota is used up"}}'), 'audio/pcm'), /JSON/],
  ['a playlist', () => ascii('#EXTM3U\n#EXT-X-VERSION:3\nspeech.ts\n'), /HLS playlist/],
  ['bytes that nothing explains', () => joined(Uint8Array.of(1, 2, 3, 4), randomBytes(4000)), /bytes 01 02 03 04/],
  ['the same as audio/pcm', () => typed(randomBytes(4000), 'audio/pcm'), /not 16-bit PCM/],
  ['noise behind silence', () => streamed(joined(new Uint8Array(200_000), randomBytes(8000)), 1000), /neither/],
  ['float samples that nothing names', () => floatBytes(VOICE, 32, 'le'), /f32le/],
];

describe('speechChunksFrom, kinds of sound', () => {
  for (const [name, source, options] of LOSSLESS) {
    it(`plays ${name}`, async () => {
      assertHeard(await heard(source(), { defaultSampleRateHz: rate, ...options }), VOICE, 0.99, 4);
    });
  }

  for (const [name, args, least, refused] of ENCODED) {
    it(`plays or names ${name}`, async function () {
      const file = await encoded(VOICE, RATE_HZ, args);
      if (!file) return this.skip();
      const reference = (await decoded(file, RATE_HZ)) ?? VOICE;
      const sound = await heard(streamed(file, 1500)).catch((error: unknown) => error);
      if (sound instanceof Float32Array) return assertHeard(sound, reference, least, 2500);
      assert.instanceOf(sound, AvatarError, String(sound));
      assert.equal((sound as AvatarError).code, 'invalidAudioInput');
      assert.match((sound as AvatarError).message, refused);
    });
  }

  for (const [name, source, message] of REFUSED) {
    it(`refuses ${name}`, async () => {
      const error = await refusal(source());
      assert.equal(error.code, 'invalidAudioInput');
      assert.match(error.message, message);
    });
  }

  const units: [name: string, args: string][] = [
    ['MP3', '-c:a libmp3lame -b:a 64k -f mp3 FILE'],
    ['Opus in Ogg', '-c:a libopus -b:a 64k -f ogg FILE'],
    ['FLAC', '-c:a flac -f flac FILE'],
    ['AAC', '-c:a aac -b:a 96k -f adts FILE'],
    ['AAC in MP4', '-c:a aac -b:a 96k -f mp4 FILE'],
    ['Opus in WebM', '-c:a libopus -b:a 64k -f webm FILE'],
  ];
  for (const [name, args] of units) {
    it(`plays ${name} after ${name}`, async function () {
      const file = await encoded(VOICE, RATE_HZ, args);
      if (!file) return this.skip();
      const one = await heard(file);
      const two = await heard(streamed(joined(file, file), 999));
      // Between them some browsers leave a decoder's first samples, 20 to 40 ms.
      assert.closeTo(two.length / one.length, 2, 0.1);
      assertHeard(two.slice(0, one.length), one, 0.97, 1500);
      assertHeard(two.slice(-one.length), one, 0.97, 1500);
    });
  }

  it('plays MP3 where the browser has no WebCodecs, and where its decoder gives nothing', async function () {
    const { AudioDecoder } = globalThis;
    // WebKitGTK 2.50's says that it can, takes every frame, and has no output.
    class SilentDecoder extends EventTarget {
      static isConfigSupported = async () => ({ supported: true });
      readonly decodeQueueSize = 0;
      state = 'unconfigured';
      configure(): void {
        this.state = 'configured';
      }
      decode(): void {}
      async flush(): Promise<void> {}
      close(): void {
        this.state = 'closed';
      }
    }
    const long = await encoded(VOICE, RATE_HZ, '-c:a libmp3lame -b:a 64k -f mp3 FILE');
    try {
      for (const replacement of [undefined, SilentDecoder]) {
        Object.assign(globalThis, { AudioDecoder: replacement });
        assert.closeTo((await heard(MP3_TONE)).length / RATE_HZ, 0.33, 0.06);
        if (!long) this.skip();
        assert.closeTo((await heard(streamed(long, 1000))).length / RATE_HZ, VOICE.length / RATE_HZ, 0.1);
      }
    } finally {
      Object.assign(globalThis, { AudioDecoder });
    }
  });

  it('outputs the first of a long MP3 before its last byte has come', async function () {
    const file = await encoded(VOICE, RATE_HZ, '-c:a libmp3lame -b:a 64k -f mp3 FILE');
    // WebKitGTK's decoder gives nothing.
    if (!file || IS_WEBKIT || typeof AudioDecoder === 'undefined') return this.skip();
    let close = (): void => undefined;
    const endless = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(file.slice(0, file.length / 2));
        close = () => controller.close();
      },
    });
    const chunks = speechChunksFrom(endless, { locateCaptureWorklet: () => Promise.reject(new Error()) });
    const { value } = await chunks.next();
    assert.isAbove(value?.samples.length ?? 0, 2000);
    close();
    for await (const chunk of chunks) assert.equal(chunk.sampleRateHz, RATE_HZ);
  });
});
