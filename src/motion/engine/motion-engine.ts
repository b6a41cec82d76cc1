/**
 * Speech → neutral motion, as a stream. The same code runs in the Motion Server and in a browser worker.
 *
 *     PCM ─ resample to 16 kHz ─ acoustic frames (100/s) ─┬─ mouth ────┬─ assembly ─ frames (50/s)
 *                                                         └─ prosody ──┘
 *
 * The mouth is `TrainedMouth` if its model is loaded, see `mouth-model.ts`; otherwise the simpler `RuleBasedMouth`, so that a
 * file that could not be fetched costs quality only. Timing and look-ahead are the same.
 */
import { CHANNEL_COUNT } from '../../shared/contracts/channels.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { VISEME_COUNT } from '../../shared/contracts/visemes.js';
import { COARSE_HALF_WIDTH, Resampler } from '../../shared/samples/resampler.js';
import { float32FromInt16 } from '../../shared/samples/sample-arithmetic.js';
import { type AcousticFrame, AcousticFrontEnd, FRONT_END_RATE_HZ, HOP, SAMPLES_AFTER_HOP_START } from './acoustic-front-end.js';
import { AcousticHistory } from './acoustic-history.js';
import { assembleFace } from './face-assembly.js';
import { Loudness } from './loudness.js';
import type { Mouth } from './mouth.js';
import { mouthModel } from './mouth-model.js';
import { ACCENT_LEAD_FRAMES, Prosody, type Voice } from './prosody.js';
import { RuleBasedMouth } from './rule-based-mouth.js';
import type { SpeechModel } from './speech-model.js';
import { TRAINED_MOUTH_LOOK_AHEAD_FRAMES, TrainedMouth } from './trained-mouth.js';

/** Motion frames a second. */
export const ENGINE_FRAME_RATE = 50;

const HOPS_PER_FRAME = FRONT_END_RATE_HZ / HOP / ENGINE_FRAME_RATE;
/** The same for all mouths; the rules need a little less. */
const LOOK_AHEAD_FRAMES = TRAINED_MOUTH_LOOK_AHEAD_FRAMES;

/**
 * The frame for time t is output once audio up to t + this has been pushed: the look-ahead of the mouth, half an analysis window
 * and the kernel of the widest resampler among the wire rates (8 kHz).
 */
export const ENGINE_LOOKAHEAD_SECONDS = (LOOK_AHEAD_FRAMES * HOP + SAMPLES_AFTER_HOP_START) / FRONT_END_RATE_HZ + 0.0025;

export interface MotionEngineOptions {
  /** Rate of the audio that will be pushed, Hz; any. */
  sampleRateHz: number;
  /** Seed of blinks and head movement, default 1. Equal audio and seed give equal motion. */
  seed?: number;
  /** Model of the mouth. Default: the loaded one. Null selects the rule-based mouth. */
  model?: SpeechModel | null;
  /** A mouth that uses more than the audio, see `motion/timings`; `model` is ignored then. The engine takes ownership. */
  mouth?: Mouth;
  /** Also outputs the visemes of every frame. Default: false. */
  withVisemes?: boolean;
}

/** Output of the engine. */
export interface EngineMotion extends MotionFrames {
  /**
   * `[frameCount, 15]`, order of `VISEMES`: how likely each is at the moment of the frame, sum 1; `sil` in silence. Null unless
   * the engine was made `withVisemes`. The receiver owns it.
   */
  readonly visemes: Float32Array | null;
}

/** One conversation's motion. Memory is bounded however long it talks. Not shared between threads. */
export class MotionEngine {
  private readonly resampler: Resampler;
  private readonly frontEnd = new AcousticFrontEnd((frame) => this.handleAcousticFrame(frame));
  private readonly history = new AcousticHistory();
  private readonly loudness = new Loudness();
  private readonly mouth: Mouth;
  private readonly prosody: Prosody;
  private readonly voice: Voice = { loudness: 0, soonLoudness: 0, soonPitchHz: 0 };
  private readonly withVisemes: boolean;
  private readonly sampleRateHz: number;
  private warmth = 0;
  private inputCount = 0;
  private lastSample = 0;
  /** Frames made since the start; frame `frameCount` is next. */
  private frameCount = 0;
  /** Output of the `push` in progress. */
  private target = NOTHING;
  private visemeTarget: Float32Array | null = null;
  private targetStart = 0;

  /** @throws {AvatarError} `invalidConfiguration` for a rate that is not positive and finite. */
  constructor({ sampleRateHz, seed = 1, model = mouthModel(), mouth, withVisemes = false }: MotionEngineOptions) {
    this.sampleRateHz = sampleRateHz;
    this.resampler = new Resampler(sampleRateHz, FRONT_END_RATE_HZ, COARSE_HALF_WIDTH);
    this.prosody = new Prosody(seed);
    this.mouth = mouth ?? (model ? new TrainedMouth(model) : new RuleBasedMouth());
    this.withVisemes = withVisemes;
  }

  /**
   * Processes a piece of audio of any length.
   *
   * @param samples Mono at `sampleRateHz`; integers with full scale ±32768 or floats ±1. NaN counts as silence. Not kept.
   * @returns The new frames, consecutive over all calls; null if there are none yet.
   */
  push(samples: Int16Array | Float32Array): EngineMotion | null {
    if (samples.length === 0) return null;
    const floats = samples instanceof Int16Array ? float32FromInt16(samples) : samples;
    this.inputCount += floats.length;
    this.lastSample = floats[floats.length - 1];
    return this.hear(floats);
  }

  /**
   * Ends the audio and returns the remaining frames, ⌈duration · 50⌉ in total. Then the engine is reset.
   */
  finish(): EngineMotion | null {
    const wanted = Math.ceil((this.inputCount / this.sampleRateHz) * ENGINE_FRAME_RATE - 1e-9) - this.frameCount;
    // The look-ahead of the last frame reaches into the silence after the end; silence at the last level, without a click.
    const tail = new Float32Array(Math.ceil(this.sampleRateHz * (ENGINE_LOOKAHEAD_SECONDS + 0.04))).fill(this.lastSample);
    const rest = wanted > 0 ? this.hear(tail) : null;
    this.reset();
    return rest && truncated(rest, wanted);
  }

  /** Resets the engine: the next audio begins at time 0. */
  reset(): void {
    this.resampler.reset();
    this.frontEnd.reset();
    this.history.reset();
    this.loudness.reset();
    this.mouth.reset();
    this.prosody.reset();
    this.warmth = 0;
    this.inputCount = 0;
    this.lastSample = 0;
    this.frameCount = 0;
  }

  private hear(samples: Float32Array): EngineMotion | null {
    const resampled = this.resampler.push(samples);
    if (resampled.length === 0) return null;
    const startFrame = this.frameCount;
    const room = Math.ceil(resampled.length / HOP / HOPS_PER_FRAME) + 1;
    this.targetStart = startFrame;
    this.target = new Float32Array(room * CHANNEL_COUNT);
    this.visemeTarget = this.withVisemes ? new Float32Array(room * VISEME_COUNT) : null;
    this.frontEnd.push(resampled);
    const motion = { frameRate: ENGINE_FRAME_RATE, startFrame, frameCount: room, values: this.target, visemes: this.visemeTarget };
    this.target = NOTHING;
    this.visemeTarget = null;
    return this.frameCount > startFrame ? truncated(motion, this.frameCount - startFrame) : null;
  }

  private handleAcousticFrame(frame: AcousticFrame): void {
    this.loudness.update(frame.levelDb, frame.voicing);
    this.history.add(frame, this.loudness.relative(frame.levelDb));
    const index = this.history.count - 1 - LOOK_AHEAD_FRAMES;
    this.mouth.hear(frame, this.history, index);
    if (index < 0 || index % HOPS_PER_FRAME !== 0) return;
    const relative = this.history.relative(index);
    this.voice.loudness = relative;
    this.voice.soonLoudness = this.soonLoudness(index + ACCENT_LEAD_FRAMES);
    this.voice.soonPitchHz = this.history.pitch(index + ACCENT_LEAD_FRAMES);
    this.prosody.advance(this.voice);
    this.warmth += ((relative > 0.25 ? 1 : 0) - this.warmth) * 0.03;
    const place = this.frameCount - this.targetStart;
    assembleFace(this.mouth.shapes, this.prosody.pose, this.warmth, this.target, place * CHANNEL_COUNT);
    if (this.visemeTarget) this.mouth.writeVisemes(this.visemeTarget, place * VISEME_COUNT);
    this.frameCount++;
  }

  /** Mean of three frames, so that a single period of a low voice is not taken for a syllable. */
  private soonLoudness(index: number): number {
    return (this.history.relative(index - 1) + this.history.relative(index) + this.history.relative(index + 1)) / 3;
  }
}

const NOTHING = new Float32Array(0);

function truncated(motion: EngineMotion, frameCount: number): EngineMotion {
  if (motion.frameCount <= frameCount) return motion;
  return {
    ...motion,
    frameCount,
    values: motion.values.slice(0, frameCount * CHANNEL_COUNT),
    visemes: motion.visemes && motion.visemes.slice(0, frameCount * VISEME_COUNT),
  };
}
