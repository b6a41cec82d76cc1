/**
 * The messages of one turn, stored once for all clients; each client has a position in it. A client that is slow, joins
 * late or was away costs no memory, only another position.
 */
import type { RelayFrame } from '../motion/protocol/relay-frames.js';

export type MediaFrame = Extract<RelayFrame, { type: 'audio' | 'motion' }>;

/** Where in a turn something begins. */
export interface TurnPosition {
  /** Index of the next message. */
  readonly frame: number;
  /** Media time of the next audio, s. */
  readonly startSeconds: number;
  /** FLAME keyframes before the next motion. */
  readonly startKeyframe: number;
}

export interface LogEntry extends TurnPosition {
  readonly media: MediaFrame;
  /** Media time of the audio after this message, s. */
  readonly endSeconds: number;
  /** Encoded once per format for all clients. */
  readonly encoded: Map<string, Uint8Array | string>;
}

export class TurnLog {
  private readonly sampleRateHz: number;
  private sampleCount = 0;
  private entries: LogEntry[] = [];
  private firstFrame = 0;
  private _end: TurnPosition = { frame: 0, startSeconds: 0, startKeyframe: 0 };
  private _isAudioComplete = false;
  private _isMotionComplete = false;

  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
  }

  /** The position after the last message. */
  get end(): TurnPosition {
    return this._end;
  }

  get isAudioComplete(): boolean {
    return this._isAudioComplete;
  }

  get isMotionComplete(): boolean {
    return this._isMotionComplete;
  }

  get isComplete(): boolean {
    return this._isAudioComplete && this._isMotionComplete;
  }

  /** Bytes of media held. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { media } of this.entries) {
      bytes += media.type === 'audio' ? media.pcm.length : media.envelopes.reduce((sum, { length }) => sum + length, 0);
    }
    return bytes;
  }

  appendAudio(pcm: Uint8Array, isLast: boolean): void {
    this._isAudioComplete = isLast;
    this.sampleCount += pcm.length >> 1;
    this.append({ type: 'audio', pcm, isLast }, 0);
  }

  /** @param keyframes FLAME keyframes in the envelopes. */
  appendMotion(envelopes: readonly Uint8Array[], keyframes: number, isLast: boolean): void {
    this._isMotionComplete = isLast;
    this.append({ type: 'motion', envelopes, isLast }, keyframes);
  }

  /** The message at an index, or null if it has not arrived yet or was dropped. */
  get(frame: number): LogEntry | null {
    return this.entries[frame - this.firstFrame] ?? null;
  }

  /** The position of an index, or null if it was dropped or never existed. */
  positionOf(frame: number): TurnPosition | null {
    return frame === this._end.frame ? this._end : this.get(frame);
  }

  /** The position of the audio that covers a media time; else of the message that ends the sound, else the end. */
  positionAt(seconds: number): TurnPosition {
    const audio = this.entries.filter(({ media }) => media.type === 'audio');
    return audio.find(({ endSeconds }) => endSeconds > seconds) ?? audio.find(({ media }) => media.isLast) ?? this._end;
  }

  /** Drops everything before the audio that covers a media time. */
  dropBefore(seconds: number): void {
    const count = this.entries.findIndex(({ media, endSeconds }) => media.type === 'audio' && endSeconds > seconds);
    if (count <= 0) return;
    this.entries.splice(0, count);
    this.firstFrame += count;
  }

  private append(media: MediaFrame, keyframes: number): void {
    const { frame, startSeconds, startKeyframe } = this._end;
    const endSeconds = this.sampleCount / this.sampleRateHz;
    this.entries.push({ media, frame, startSeconds, startKeyframe, endSeconds, encoded: new Map() });
    this._end = { frame: frame + 1, startSeconds: endSeconds, startKeyframe: startKeyframe + keyframes };
  }
}
