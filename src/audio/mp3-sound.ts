/**
 * MP3 decoded while it arrives, frame by frame, so that its first sound does not wait for its last byte. Browsers without WebCodecs
 * (also on pages without TLS) decode it as a whole.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { joinBytes } from '../shared/core/bytes.js';
import { MonoMixer } from '../shared/samples/mono-mixer.js';
import { type Mp3Frame, Mp3Splitter } from '../shared/samples/mp3-splitter.js';
import { id3TagBytes, mpegStreamAt } from '../shared/samples/mpeg-frames.js';
import { joinSamples } from '../shared/samples/sample-arithmetic.js';
import { abortedError } from './byte-source.js';
import { collect, type DecodeSettings, decodedPieces, type MonoPiece } from './encoded-sound.js';

type Bytes = AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>;

/** Frames handed to the decoder at once, about a second: a long file that is here already must not be decoded at one go. */
const BATCH_FRAMES = 40;
/** Frames after which a decoder that has given nothing is not used any further: WebKitGTK's accepts MP3, and gives no samples or fails. */
const PROOF_FRAMES = 2 * BATCH_FRAMES;
/** Faults in a row after which the file counts as damaged. */
const MAX_FAULTS = 20;

/** @throws {AvatarError} `invalidAudioInput` for a damaged file. */
export async function* mp3Pieces(bytes: Bytes, settings: DecodeSettings): AsyncIterable<MonoPiece> {
  const first = await bytes.next();
  const head = first.done ? new Uint8Array(0) : first.value;
  const frame = mpegStreamAt(head, id3TagBytes(head, 0));
  if (!frame || !(await canDecode(frame.sampleRateHz, frame.channelCount))) {
    yield* decodedPieces(joinBytes([head, await collect(bytes, settings.maxBytes)]), 'MP3', settings);
    return;
  }
  const splitter = new Mp3Splitter();
  const decoder = new Mp3Decoder();
  /** What was read until the first samples came. */
  const read: Uint8Array[] = [];
  let frameCount = 0;
  try {
    for (let next: IteratorResult<Uint8Array> = first; ; next = await bytes.next()) {
      if (decoder.hasGiven) read.length = 0;
      else if (!next.done) read.push(next.value);
      const frames = next.done ? splitter.push(new Uint8Array(0), true) : splitter.push(next.value);
      for (let at = 0; at < frames.length; at += BATCH_FRAMES) {
        const batch = frames.slice(at, at + BATCH_FRAMES);
        frameCount += batch.length;
        yield* await decoder.decode(batch);
        if (settings.signal.aborted) throw abortedError(settings.signal);
      }
      if (next.done || (!decoder.hasGiven && frameCount >= PROOF_FRAMES)) {
        yield* await decoder.end();
        if (next.done || !decoder.hasGiven) break;
      }
    }
  } finally {
    decoder.close();
  }
  if (!decoder.hasGiven && frameCount > 0)
    yield* decodedPieces(joinBytes([...read, await collect(bytes, settings.maxBytes)]), 'MP3', settings);
}

async function canDecode(sampleRate: number, numberOfChannels: number): Promise<boolean> {
  if (typeof AudioDecoder === 'undefined') return false;
  try {
    return (await AudioDecoder.isConfigSupported({ codec: 'mp3', sampleRate, numberOfChannels })).supported === true;
  } catch {
    return false;
  }
}

/** Frames → mono samples, without those that are no sound. */
class Mp3Decoder {
  /** Samples have come from the browser's decoder. */
  hasGiven = false;
  private decoder: AudioDecoder | null = null;
  private mixer = new MonoMixer(1);
  private mixerChannels = 1;
  private rateHz = 0;
  private channelCount = 0;
  /** Frames in the decoder, in order. */
  private readonly waiting: Mp3Frame[] = [];
  private found: Float32Array<ArrayBuffer>[] = [];
  private faults = 0;
  private failure: unknown = null;
  private wake = (): void => undefined;

  /** The samples that are ready by now: all but those of the last few frames. @throws {AvatarError} `invalidAudioInput`. */
  async decode(frames: readonly Mp3Frame[]): Promise<MonoPiece[]> {
    const pieces: MonoPiece[] = [];
    for (const frame of frames) {
      const { sampleRateHz, channelCount } = frame.frame;
      if (sampleRateHz !== this.rateHz || channelCount !== this.channelCount) {
        pieces.push(...(await this.end()));
        this.rateHz = sampleRateHz;
        this.channelCount = channelCount;
      }
      this.decoder ??= this.open();
      this.waiting.push(frame);
      this.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: 0, data: frame.bytes }));
    }
    while (this.decoder && this.decoder.decodeQueueSize > 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return [...pieces, ...this.taken()];
  }

  /** The rest of the samples. @throws {AvatarError} `invalidAudioInput`. */
  async end(): Promise<MonoPiece[]> {
    const { decoder } = this;
    // A fault ends the decoder; it is counted by its callback.
    await decoder?.flush().catch(() => undefined);
    this.close();
    return this.taken();
  }

  close(): void {
    if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
    this.decoder = null;
    this.waiting.length = 0;
  }

  private open(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (data) => this.handleData(data),
      error: (reason) => {
        if (this.decoder !== decoder) return;
        // The frames that it had are lost; the next ones open another one.
        this.failure = reason;
        this.faults++;
        this.close();
        this.wake();
      },
    });
    decoder.addEventListener('dequeue', () => this.wake());
    decoder.configure({ codec: 'mp3', sampleRate: this.rateHz, numberOfChannels: this.channelCount });
    return decoder;
  }

  private handleData(data: AudioData): void {
    this.faults = 0;
    this.hasGiven = true;
    const channels = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex, format: 'f32-planar' });
      return samples;
    });
    data.close();
    if (channels.length !== this.mixerChannels) this.mixer = new MonoMixer((this.mixerChannels = channels.length));
    const { skipSamples = 0, trimSamples = 0 } = this.waiting.shift() ?? {};
    const mono = this.mixer.mix(channels);
    const audible = mono.subarray(skipSamples, mono.length - trimSamples);
    if (audible.length > 0) this.found.push(audible);
  }

  private taken(): MonoPiece[] {
    // A decoder that has given nothing may be what is at fault, see `PROOF_FRAMES`.
    if (this.hasGiven && this.faults > MAX_FAULTS) {
      throw new AvatarError(ErrorCode.invalidAudioInput, 'The MP3 is damaged', { cause: this.failure });
    }
    const samples = joinSamples(this.found);
    this.found = [];
    return samples.length > 0 ? [{ samples, sampleRateHz: this.rateHz }] : [];
  }
}
