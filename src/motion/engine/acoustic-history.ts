import { type AcousticFrame, MEL_BAND_COUNT } from './acoustic-front-end.js';

/** Frames kept: enough for the mouth's look-back and look-ahead. A power of two. */
const CAPACITY = 64;
/** `logMel` of total silence. */
const SILENT_MEL = (Math.log(1e-7) + 8) / 4;

/** The last acoustic frames, by their number since the start. Moments before the start are silent. */
export class AcousticHistory {
  private readonly mel = new Float32Array(CAPACITY * MEL_BAND_COUNT);
  private readonly levels = new Float32Array(CAPACITY);
  private readonly relatives = new Float32Array(CAPACITY);
  private readonly pitches = new Float32Array(CAPACITY);
  private readonly voicings = new Float32Array(CAPACITY);
  /** Number of frames since the start; frames `count − 64` to `count − 1` are kept. */
  count = 0;

  constructor() {
    this.reset();
  }

  /** @param relative Loudness of the frame compared with the voice's own, see `Loudness.relative`. */
  add(frame: AcousticFrame, relative: number): void {
    const slot = this.count++ % CAPACITY;
    this.mel.set(frame.logMel, slot * MEL_BAND_COUNT);
    this.levels[slot] = frame.levelDb;
    this.relatives[slot] = relative;
    this.pitches[slot] = frame.pitchHz;
    this.voicings[slot] = frame.voicing;
  }

  /** Log-mel value of one band (see `AcousticFrame.logMel`) in frame `index`. */
  logMel(index: number, band: number): number {
    return this.mel[(index & (CAPACITY - 1)) * MEL_BAND_COUNT + band];
  }

  /** Level, dB re full scale. */
  level(index: number): number {
    return this.levels[index & (CAPACITY - 1)];
  }

  /** Loudness 0..1.15, see `Loudness.relative`. */
  relative(index: number): number {
    return this.relatives[index & (CAPACITY - 1)];
  }

  /** Pitch, Hz, or 0. */
  pitch(index: number): number {
    return this.pitches[index & (CAPACITY - 1)];
  }

  /** 0 noise .. 1 periodic. */
  voicing(index: number): number {
    return this.voicings[index & (CAPACITY - 1)];
  }

  reset(): void {
    this.count = 0;
    this.mel.fill(SILENT_MEL);
    this.levels.fill(-70);
    this.relatives.fill(0);
    this.pitches.fill(0);
    this.voicings.fill(0);
  }
}
