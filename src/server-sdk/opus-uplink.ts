/** PCM of one request → Ogg Opus. The encoder (WebAssembly) is loaded when the first request needs it. */
import type { Encoder } from '@evan/opus/wasm/index.mjs';

import { joinBytes } from '../shared/core/bytes.js';
import { OPUS_RATE_HZ } from '../shared/samples/ogg-opus.js';
import { PcmByteJoiner } from '../shared/samples/pcm.js';
import type { AudioUplink } from './audio-uplink.js';
import { OggOpusWriter } from './ogg-opus-writer.js';
import { AvatarSDKError, AvatarSDKErrorCode } from './sdk-error.js';

export interface OpusUplinkOptions {
  reqId: string;
  /** 8000, 12000, 16000, 24000 or 48000. */
  sampleRateHz: number;
  frameDurationMs: number;
  application: 'voip' | 'audio' | 'restricted_lowdelay';
  /** bit/s; 0 lets the encoder choose. */
  bitrate: number;
  /** Receives the whole stream at its end. Default: the stream is not kept. */
  handleStream?: (audio: Uint8Array) => void;
}

/** Control codes of libopus. */
const SET_BITRATE = 4002;
const SET_COMPLEXITY = 4010;
const GET_LOOKAHEAD = 4027;
/** 0..10. Four times as fast as the default at the same bitrate; only the motion engine decodes it. */
const COMPLEXITY = 5;
/** Audio encoded without yielding to the event loop, s: about 10 ms of work. */
const SLICE_SECONDS = 1;

export class OpusUplink implements AudioUplink {
  private readonly options: OpusUplinkOptions;
  private readonly frameBytes: number;
  private readonly writer = new OggOpusWriter();
  private readonly joiner = new PcmByteJoiner();
  private encoder: Encoder | null = null;
  /** Samples that do not fill a frame yet. */
  private rest = new Uint8Array(0);
  private sampleCount = 0;
  private frameCount = 0;
  /** At 48 kHz. */
  private preSkip = 0;
  private readonly stream: Uint8Array[] = [];

  constructor(options: OpusUplinkOptions) {
    this.options = options;
    this.frameBytes = (2 * options.sampleRateHz * options.frameDurationMs) / 1000;
  }

  get audioSeconds(): number {
    return this.sampleCount / this.options.sampleRateHz;
  }

  async encode(audio: Uint8Array, isEnd: boolean): Promise<Uint8Array> {
    const pcm = joinBytes([this.rest, this.joiner.push(audio)]);
    this.sampleCount += (pcm.length - this.rest.length) / 2;
    if (isEnd && this.joiner.hasOddByte) {
      const message = 'odd number of PCM bytes: the last 16-bit sample is incomplete';
      throw new AvatarSDKError(AvatarSDKErrorCode.invalidRequest, message, { phase: 'websocket_send', reqId: this.options.reqId });
    }
    const pages: Uint8Array[] = [];
    const encoder = this.encoder ?? (pcm.length > 0 ? await this.open(pages) : null);
    let from = 0;
    const sliceFrames = Math.max(1, Math.round((SLICE_SECONDS * 1000) / this.options.frameDurationMs));
    for (; from + this.frameBytes <= pcm.length; from += this.frameBytes) {
      pages.push(this.page(encoder!, pcm.subarray(from, from + this.frameBytes), false));
      if (this.frameCount % sliceFrames === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.rest = pcm.slice(from);
    if (isEnd && encoder) this.finish(encoder, pages);
    const bytes = joinBytes(pages);
    if (this.options.handleStream) this.stream.push(bytes);
    if (isEnd && encoder) this.options.handleStream?.(joinBytes(this.stream.splice(0)));
    return bytes;
  }

  free(): void {
    this.encoder?.drop();
    this.encoder = null;
  }

  private async open(pages: Uint8Array[]): Promise<Encoder> {
    const { Encoder } = await import('@evan/opus/wasm/index.mjs');
    const { sampleRateHz, application, bitrate } = this.options;
    const encoder = new Encoder({ channels: 1, sample_rate: sampleRateHz, application });
    encoder.ctl(SET_COMPLEXITY, COMPLEXITY);
    if (bitrate > 0) encoder.ctl(SET_BITRATE, bitrate);
    this.preSkip = (encoder.ctl(GET_LOOKAHEAD) * OPUS_RATE_HZ) / sampleRateHz;
    pages.push(this.writer.head(this.preSkip, sampleRateHz));
    return (this.encoder = encoder);
  }

  /** Silence pushes the last samples out of the encoder's look-ahead; the last granule trims it away again. */
  private finish(encoder: Encoder, pages: Uint8Array[]): void {
    const { sampleRateHz } = this.options;
    const endGranule = this.preSkip + (this.sampleCount * OPUS_RATE_HZ) / sampleRateHz;
    const granulesPerFrame = ((this.frameBytes / 2) * OPUS_RATE_HZ) / sampleRateHz;
    const frame = new Uint8Array(this.frameBytes);
    frame.set(this.rest);
    this.rest = new Uint8Array(0);
    for (let isLast = false; !isLast; frame.fill(0)) {
      isLast = (this.frameCount + 1) * granulesPerFrame >= endGranule;
      pages.push(this.page(encoder, frame, isLast, isLast ? endGranule : undefined));
    }
  }

  private page(encoder: Encoder, frame: Uint8Array, isLast: boolean, granule?: number): Uint8Array {
    const packet = encoder.encode(frame);
    this.frameCount++;
    const { sampleRateHz } = this.options;
    return this.writer.packet(packet, granule ?? (this.frameCount * (this.frameBytes / 2) * OPUS_RATE_HZ) / sampleRateHz, isLast);
  }
}
