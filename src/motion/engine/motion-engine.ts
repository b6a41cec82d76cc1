/**
 * Speech → neutral motion, as a stream. The same code runs in the Motion Server and in a browser worker.
 *
 *     PCM ─ resample to 16 kHz ─ acoustic frames (100/s) ─┬─ mouth ────┬─ assembly ─ frames (50/s)
 *                                                         └─ prosody ──┘
 *
 * The mouth is the trained one (`TrainedMouth`) where its model was loaded, see `mouth-model.ts`; else a simple one by
 * rule (`MouthRules` with `MouthDynamics`), so that a file that could not be fetched costs quality and nothing else. Timing and look-ahead are the same.
 */
import { CHANNEL_COUNT } from '../../shared/channels.js';
import type { MotionFrames } from '../../shared/motion-frames.js';
import { float32FromInt16 } from '../../shared/pcm.js';
import { COARSE_HALF_WIDTH, Resampler } from '../../shared/resampler.js';
import { AcousticFrontEnd, FRONT_END_RATE_HZ, HOP, SAMPLES_AFTER_HOP_START, type AcousticFrame } from './acoustic-front-end.js';
import { AcousticHistory } from './acoustic-history.js';
import { assembleFace } from './face-assembly.js';
import { Loudness } from './loudness.js';
import { MouthDynamics } from './mouth-dynamics.js';
import { mouthModel } from './mouth-model.js';
import { MouthRules } from './mouth-rules.js';
import { MOUTH_SHAPE_COUNT } from './mouth-shapes.js';
import { Prosody } from './prosody.js';
import type { SpeechModel } from './speech-model.js';
import { TRAINED_MOUTH_LOOK_AHEAD_FRAMES, TrainedMouth } from './trained-mouth.js';

/** Motion frames a second. */
export const ENGINE_FRAME_RATE = 50;

const HOPS_PER_FRAME = FRONT_END_RATE_HZ / HOP / ENGINE_FRAME_RATE;
/** The mouth by rule is asked for the moment 10 ms ahead, which its smoothing then takes away again. It needs less than this. */
const SMOOTHING_LEAD_FRAMES = 1;
const LOOK_AHEAD_FRAMES = TRAINED_MOUTH_LOOK_AHEAD_FRAMES;

/**
 * The frame for time t comes out once audio up to t + this has come in: the look-ahead of the mouth, half an analysis window
 * and the kernel of the widest resampler among the wire rates (8 kHz).
 */
export const ENGINE_LOOKAHEAD_SECONDS =
  (LOOK_AHEAD_FRAMES * HOP + SAMPLES_AFTER_HOP_START) / FRONT_END_RATE_HZ + 0.0025;

export interface MotionEngineOptions {
  /** Rate of the audio that will be pushed, Hz; any. */
  sampleRateHz: number;
  /** Seed of blinks and head movement, default 1. Equal audio and seed give equal motion. */
  seed?: number;
  /** Model of the mouth; default the one that was loaded. Null takes the mouth by rule. */
  model?: SpeechModel | null;
}

/** One conversation's motion. Memory is bounded however long it talks. Not shared between threads. */
export class MotionEngine {
  private readonly resampler: Resampler;
  private readonly frontEnd = new AcousticFrontEnd((frame) => this.handleAcousticFrame(frame));
  private readonly history = new AcousticHistory();
  private readonly loudness = new Loudness();
  private readonly trained: TrainedMouth | null;
  private readonly mouth = new MouthRules();
  private readonly dynamics = new MouthDynamics();
  private readonly prosody: Prosody;
  private readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  private readonly sampleRateHz: number;
  private warmth = 0;
  private inputCount = 0;
  private lastSample = 0;
  /** Frames made since the start; frame `frameCount` is next. */
  private frameCount = 0;
  /** Where the frames of the running `push` go. */
  private target = new Float32Array(0);
  private targetStart = 0;

  /** @throws {AvatarError} `invalidConfiguration` for a rate that is not positive and finite. */
  constructor({ sampleRateHz, seed = 1, model = mouthModel() }: MotionEngineOptions) {
    this.sampleRateHz = sampleRateHz;
    this.resampler = new Resampler(sampleRateHz, FRONT_END_RATE_HZ, COARSE_HALF_WIDTH);
    this.prosody = new Prosody(seed);
    this.trained = model && new TrainedMouth(model);
  }

  /**
   * Hears a piece of audio of any length.
   *
   * @param samples Mono at `sampleRateHz`; integers with full scale ±32768 or floats ±1. What is no number counts as
   *   silence. Not kept.
   * @returns The frames that became known, consecutive over all calls; null when there are none yet.
   */
  push(samples: Int16Array | Float32Array): MotionFrames | null {
    if (samples.length === 0) return null;
    const floats = samples instanceof Int16Array ? float32FromInt16(samples) : samples;
    this.inputCount += floats.length;
    this.lastSample = floats[floats.length - 1]!;
    return this.hear(floats);
  }

  /**
   * Ends the audio and gives the rest: with it, ⌈duration · 50⌉ frames have come out. Then the engine is as new.
   */
  finish(): MotionFrames | null {
    const wanted = Math.ceil((this.inputCount / this.sampleRateHz) * ENGINE_FRAME_RATE - 1e-9) - this.frameCount;
    // The look-ahead of the last frame reaches into the silence after the end; silence at the last level, without a click.
    const tail = new Float32Array(Math.ceil(this.sampleRateHz * (ENGINE_LOOKAHEAD_SECONDS + 0.04))).fill(this.lastSample);
    const rest = wanted > 0 ? this.hear(tail) : null;
    this.reset();
    return rest && truncated(rest, wanted);
  }

  /** Forgets everything: the next audio begins at time 0. */
  reset(): void {
    this.resampler.reset();
    this.frontEnd.reset();
    this.history.reset();
    this.loudness.reset();
    this.trained?.reset();
    this.dynamics.reset();
    this.prosody.reset();
    this.warmth = 0;
    this.inputCount = 0;
    this.lastSample = 0;
    this.frameCount = 0;
  }

  private hear(samples: Float32Array): MotionFrames | null {
    const heard = this.resampler.push(samples);
    if (heard.length === 0) return null;
    const startFrame = this.frameCount;
    this.targetStart = startFrame;
    this.target = new Float32Array((Math.ceil(heard.length / HOP / HOPS_PER_FRAME) + 1) * CHANNEL_COUNT);
    this.frontEnd.push(heard);
    const frameCount = this.frameCount - startFrame;
    const size = frameCount * CHANNEL_COUNT;
    const values = size === this.target.length ? this.target : this.target.slice(0, size);
    this.target = new Float32Array(0);
    return frameCount > 0 ? { frameRate: ENGINE_FRAME_RATE, startFrame, frameCount, values } : null;
  }

  private handleAcousticFrame(frame: AcousticFrame): void {
    this.loudness.update(frame.levelDb, frame.voicing);
    this.history.add(frame, this.loudness.relative(frame.levelDb));
    const index = this.history.count - 1 - LOOK_AHEAD_FRAMES;
    this.trained?.push(frame.logMel, this.history.level(index));
    if (index < 0 || index % HOPS_PER_FRAME !== 0) return;
    const relative = this.history.relative(index);
    if (!this.trained) {
      this.mouth.shape(this.history, index + SMOOTHING_LEAD_FRAMES, this.shapes);
      this.dynamics.smooth(this.shapes, presence(this.history, index));
    }
    this.prosody.advance(relative, this.history.pitch(index));
    this.warmth += ((relative > 0.25 ? 1 : 0) - this.warmth) * 0.03;
    const offset = (this.frameCount - this.targetStart) * CHANNEL_COUNT;
    assembleFace(this.trained?.shapes ?? this.shapes, this.prosody.pose, this.warmth, this.target, offset);
    this.frameCount++;
  }
}

/** 0 where nothing is heard from 30 ms before to 60 ms after a moment: then the mouth is at rest, whatever the net believes. */
function presence(history: AcousticHistory, index: number): number {
  let loudest = 0;
  for (let k = -3; k <= 6; k++) loudest = Math.max(loudest, history.relative(index + k));
  return Math.min(1, loudest * 10);
}

function truncated(frames: MotionFrames, frameCount: number): MotionFrames {
  if (frames.frameCount <= frameCount) return frames;
  return { ...frames, frameCount, values: frames.values.slice(0, frameCount * CHANNEL_COUNT) };
}
