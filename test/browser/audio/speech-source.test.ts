import { assert } from 'chai';
import { asset } from '../../../src/assets/asset-urls.js';
import type { SpeechSourceOptions } from '../../../src/audio/speech-source.js';
import { speechChunksFrom } from '../../../src/audio/speech-source.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import { MP3_TONE } from './mp3-tone.js';

const PCM = Int16Array.from({ length: 20000 }, (_, index) => Math.round(9000 * Math.sin(index / 10)));
const PCM_BYTES = new Uint8Array(PCM.buffer);

function wav(samples: Int16Array, rate: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(out.buffer);
  const text = (at: number, value: string): void => [...value].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, 'RIFF');
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.byteLength, true);
  out.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), 44);
  return out;
}

/** A stream that brings bytes in pieces of a size. */
function streamOf(bytes: Uint8Array, pieceBytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += pieceBytes)));
    },
  });
}

const OPTIONS: SpeechSourceOptions = { locateCaptureWorklet: asset('audio/capture.worklet.js').locate };

async function read(
  source: unknown,
  options: Partial<SpeechSourceOptions> = {},
): Promise<{ samples: number[]; rate: number; chunks: number }> {
  const samples: number[] = [];
  let rate = 0;
  let chunks = 0;
  for await (const chunk of speechChunksFrom(source, { ...OPTIONS, ...options })) {
    for (const sample of chunk.samples) samples.push(sample);
    rate = chunk.sampleRateHz;
    chunks++;
  }
  return { samples, rate, chunks };
}

async function failure(source: unknown, options: Partial<SpeechSourceOptions> = {}): Promise<AvatarError> {
  try {
    await read(source, options);
  } catch (error) {
    assert.instanceOf(error, AvatarError);
    return error as AvatarError;
  }
  throw new Error('should have failed');
}

/** A second of a real compressed recording, made by the browser's own encoder. */
async function recordWebm(): Promise<Blob> {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 440 });
  const destination = new MediaStreamAudioDestinationNode(context);
  tone.connect(destination);
  tone.start();
  // Some devices take a second to start.
  await context.resume();
  const recorder = new MediaRecorder(destination.stream);
  const data = new Promise<Blob>((resolve) => recorder.addEventListener('dataavailable', (event) => resolve(event.data)));
  recorder.start();
  // A second of its sound: on a busy machine that takes longer.
  for (const begin = context.currentTime; context.currentTime < begin + 1; ) await new Promise((resolve) => setTimeout(resolve, 10));
  recorder.stop();
  const blob = await data;
  await context.close();
  return blob;
}

describe('speechChunksFrom', () => {
  it('takes raw PCM in every wrapping, joining samples that were cut in two', async () => {
    const url = URL.createObjectURL(new Blob([PCM_BYTES], { type: 'audio/pcm' }));
    const sources: [string, unknown][] = [
      ['ArrayBuffer', PCM.buffer],
      ['Uint8Array', PCM_BYTES],
      ['DataView', new DataView(PCM.buffer)],
      ['Int16Array', PCM],
      ['Blob', new Blob([PCM_BYTES])],
      ['File', new File([PCM_BYTES], 'speech.pcm')],
      ['Response', new Response(PCM_BYTES, { headers: { 'content-type': 'audio/pcm' } })],
      ['ReadableStream', streamOf(PCM_BYTES, 1001)],
      ['ReadableStream, byte by byte', streamOf(PCM_BYTES.slice(0, 400), 1)],
      ['URL string', url],
      ['URL', new URL(url)],
    ];
    for (const [name, source] of sources) {
      const { samples, rate } = await read(source, { sampleRateHz: 22050 });
      const expected = name.endsWith('byte by byte') ? PCM.slice(0, 200) : PCM;
      assert.deepEqual(samples, [...expected], name);
      assert.equal(rate, 22050, name);
    }
  });

  it('gives away copies, never the caller’s buffer', async () => {
    const mine = Int16Array.from([1, 2, 3]);
    for await (const { samples } of speechChunksFrom(mine, OPTIONS)) samples.fill(9);
    assert.deepEqual([...mine], [1, 2, 3]);
  });

  it('makes silence of samples that are no numbers, which filters would keep for good', async () => {
    const samples = Float32Array.from([0.5, NaN, -0.25, Infinity, -Infinity, 1.5]);
    assert.deepEqual((await read(samples)).samples, [0.5, 0, -0.25, 0, 0, 1.5]);
    assert.isNaN(samples[1]);
  });

  it('reads the rate and the channels of audio/L16', async () => {
    const headers = { 'content-type': 'audio/L16; rate=24000; channels=2' };
    const { samples, rate } = await read(new Response(Int16Array.of(100, 300, -2, -4).buffer, { headers }));
    assert.deepEqual(samples, [200, -3]);
    assert.equal(rate, 24000);
  });

  it('streams a WAV file: the first samples come before the last byte', async () => {
    let push: (bytes: Uint8Array) => void = () => undefined;
    let close = (): void => undefined;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        push = (bytes) => controller.enqueue(bytes);
        close = () => controller.close();
      },
    });
    const file = wav(PCM, 11025);
    const chunks = speechChunksFrom(stream, OPTIONS);
    push(file.slice(0, 3001));
    const first = await chunks.next();
    assert.isFalse(first.done);
    assert.equal(first.value?.sampleRateHz, 11025);
    const samples = [...(first.value?.samples ?? [])];
    push(file.slice(3001));
    close();
    for await (const chunk of chunks) samples.push(...chunk.samples);
    assert.deepEqual(samples, [...PCM]);
  });

  it('plays a WAV file that is labelled as raw PCM', async () => {
    const { samples, rate } = await read(new File([wav(PCM, 44100)], 'speech.pcm'), { sampleRateHz: 8000 });
    assert.equal(rate, 44100);
    assert.equal(samples.length, PCM.length);
  });

  it('decodes a compressed file', async function () {
    // WebKitGTK records MP4 that it cannot decode.
    if (!MediaRecorder.isTypeSupported('audio/webm')) return this.skip();
    const { samples, rate } = await read(await recordWebm(), { decodeRateHz: 24000 });
    assert.equal(rate, 24000);
    assert.closeTo(samples.length / rate, 1, 0.4);
    assert.isAbove(
      samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0),
      0.5,
    );
  });

  it('recognises bare MP3 in a buffer, and decodes a copy', async () => {
    for (let run = 0; run < 2; run++) {
      const { samples, rate } = await read(MP3_TONE.buffer);
      assert.closeTo(samples.length / rate, 0.33, 0.06);
    }
  });

  it('mixes an AudioBuffer down', async () => {
    const buffer = new AudioBuffer({ length: 4, sampleRate: 32000, numberOfChannels: 2 });
    buffer.copyToChannel(Float32Array.of(1, 0.5, 0, 0), 0);
    const { samples, rate } = await read(buffer);
    assert.deepEqual(samples, [0.5, 0.25, 0, 0]);
    assert.equal(rate, 32000);
  });

  it('hands on long recordings in pieces', async () => {
    assert.equal((await read(new Float32Array(48000), { sampleRateHz: 16000 })).chunks, 6);
  });

  it('records a MediaStream until its tracks end', async () => {
    const context = new AudioContext();
    const tone = new ConstantSourceNode(context, { offset: 0.25 });
    const destination = new MediaStreamAudioDestinationNode(context);
    tone.connect(destination);
    tone.start();
    setTimeout(() => destination.stream.getTracks().forEach((track) => track.stop()), 700);
    const { samples } = await read(destination.stream);
    await context.close();
    assert.isAbove(samples.filter((sample) => Math.abs(sample - 0.25) < 0.01).length, 8000);
  });

  it('stops recording when aborted', async () => {
    const context = new AudioContext();
    const destination = new MediaStreamAudioDestinationNode(context);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    const error = await failure(destination.stream, { signal: abort.signal });
    await context.close();
    assert.equal(error.code, 'aborted');
  });

  it('ends at once when aborted, before and in the middle, and cancels the stream', async () => {
    assert.equal((await failure(PCM, { signal: AbortSignal.abort() })).code, 'aborted');
    const abort = new AbortController();
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(PCM_BYTES),
      cancel: () => void (isCancelled = true),
    });
    setTimeout(() => abort.abort(), 50);
    assert.equal((await failure(endless, { signal: abort.signal })).code, 'aborted');
    assert.isTrue(isCancelled);
  });

  it('cancels the stream when the listener goes', async () => {
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(PCM_BYTES),
      cancel: () => void (isCancelled = true),
    });
    for await (const chunk of speechChunksFrom(endless, OPTIONS)) {
      assert.isAbove(chunk.samples.length, 0);
      break;
    }
    assert.isTrue(isCancelled);
  });

  const html = new Response('<!doctype html><title>Sign in</title>', { headers: { 'content-type': 'text/html' } });
  const wavAsSamples = new Int16Array(wav(PCM, 16000).buffer);
  const cut = wav(PCM, 16000).slice(0, 40);
  const locked = streamOf(PCM_BYTES, 100);
  locked.getReader();
  const broken = new ReadableStream({
    start: (controller) => controller.enqueue(PCM_BYTES.slice(0, 100)),
    pull: (controller) => controller.error(new Error('gone')),
  });
  const bad: [string, unknown, Partial<SpeechSourceOptions>, string, RegExp][] = [
    ['a missing file', new URL('missing.wav', import.meta.url), {}, 'invalidAudioInput', /answered 404.*missing\.wav/],
    ['an HTML page', html, {}, 'invalidAudioInput', /HTML page/],
    ['a server that is not there', 'http://localhost:9/speech.mp3?key=secret', {}, 'invalidAudioInput', /cannot be fetched/],
    ['nothing', new Blob([]), {}, 'noAudio', /empty/],
    ['an empty buffer', new ArrayBuffer(0), {}, 'noAudio', /empty/],
    ['a WAV file without samples', wav(new Int16Array(0), 16000), {}, 'noAudio', /empty/],
    ['a WAV header in samples', wavAsSamples, {}, 'invalidAudioInput', /header of a WAV file/],
    ['a WAV file cut off in its header', cut, {}, 'invalidAudioInput', /before its sound begins/],
    ['a damaged file', new Blob(['OggS and then nothing that makes sense']), {}, 'invalidAudioInput', /damaged/],
    ['an odd number of bytes', PCM_BYTES.slice(0, 1001), {}, 'invalidAudioInput', /odd number of bytes/],
    ['an odd number of bytes in a stream', streamOf(PCM_BYTES.slice(0, 1001), 10), {}, 'invalidAudioInput', /odd number of bytes/],
    ['a wrong rate', PCM, { sampleRateHz: 16 }, 'invalidAudioInput', /16 Hz/],
    ['a rate that is no number', PCM, { sampleRateHz: Number.NaN }, 'invalidAudioInput', /NaN Hz/],
    ['a large file', new Blob(['OggS', new Uint8Array(5000)]), { maxEncodedBytes: 1000 }, 'invalidAudioInput', /larger than/],
    ['a stream in other hands', locked, {}, 'invalidAudioInput', /already being read/],
    ['a stream of text', new Blob(['hello']).stream().pipeThrough(new TextDecoderStream()), {}, 'invalidAudioInput', /than bytes/],
    ['a stream that breaks off', broken, {}, 'invalidAudioInput', /broke off: gone/],
    ['a number', 42, {}, 'invalidAudioInput', /42 is no audio/],
    ['an object', { audio: true }, {}, 'invalidAudioInput', /Object is no audio/],
    ['a MediaStream without sound', new MediaStream(), {}, 'noAudio', /no live audio track/],
  ];
  for (const [name, source, options, code, message] of bad) {
    it(`says what is wrong with ${name}`, async () => {
      const error = await failure(source, options);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.notInclude(error.message, 'secret');
    });
  }
});
