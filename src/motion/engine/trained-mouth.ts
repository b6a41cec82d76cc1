/**
 * Converts the outputs of the speech net to mouth shapes that move as lips do.
 *
 * Slow shapes (jaw, rounding, spreading, tongue) are smoothed by half per frame; the net predicts them one frame ahead, so that
 * this costs no delay. Closing and tucked lips are not smoothed, and use the viseme as well as the curve: a regression shrinks
 * towards the mean where it is uncertain, a classifier does not.
 */
import { type AcousticFrame, MEL_BAND_COUNT } from './acoustic-front-end.js';
import type { AcousticHistory } from './acoustic-history.js';
import type { Mouth } from './mouth.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from './mouth-shapes.js';
import type { SpeechModel } from './speech-model.js';
import { SpeechNet, VISEME_COUNT } from './speech-net.js';

/**
 * Look-ahead of the net in acoustic frames of 10 ms. The output that comes with acoustic frame m describes the time 10 · (m − 9)
 * ms.
 */
export const TRAINED_MOUTH_LOOK_AHEAD_FRAMES = 9;

const SLOW_SHAPES = [
  MouthShape.jawOpen,
  MouthShape.mouthFunnel,
  MouthShape.mouthPucker,
  MouthShape.mouthStretch,
  MouthShape.tongueUp,
] as const;
const SIL = 0;
const PP = 1;
const FF = 2;
/** Below this level there is no speech, dB re full scale. */
const INAUDIBLE_DB = -60;
/** Above this probability the net is sure of silence. */
const SURELY_SILENT = 0.8;
/**
 * In silence, according to the net, the mouth goes to exact rest within 220 ms: for 60 ms the net closes it naturally, then the
 * remainder fades. Except before the first sound, which the net predicts: then the jaw rises from frame to frame.
 */
const NEARLY_SHUT = 0.08;
const RISING = 0.01;
const TO_REST_PER_FRAME = 0.5;
const PRESENT = 1 + 3 * TO_REST_PER_FRAME;
/** Smaller values are invisible. */
const AT_REST = 0.004;
/** Smoothing of slow shapes per frame: its mean delay equals the net's lead. */
const SLOW_SHARE = 0.5;
/** Before the first sound the jaw starts to open while the lips part late: they take back this share of it. */
const TOGETHER = 0.6;
/** Smallest probability of sound at which its visemes count. */
const CERTAIN = 0.1;
/** How long after silence speech counts as opening, outputs of 20 ms, and the factor on the odds that lips close. */
const OPENING_FRAMES = 5;
const OPENING_ODDS = 3;
/** The first frames of a net with an empty state are unreliable: it processes a quiet room first. */
const WARM_UP_FRAMES = 50;
const QUIET_ROOM_LOG_POWER = -14;

const warmNets = new WeakMap<SpeechModel, SpeechNet>();

/** The mouth of one conversation. Takes every acoustic frame; outputs with every second one. */
export class TrainedMouth implements Mouth {
  /** `[8]`, see `MOUTH_SHAPES`; overwritten with every output. */
  readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  /** `[15]`, sum 1; overwritten with every output. */
  readonly visemes = new Float32Array(VISEME_COUNT);
  private readonly net: SpeechNet;
  private readonly warm: SpeechNet;
  /** Probability of silence in the last output, 0..1. */
  private lastJaw = 0;
  /** 0: at rest; 1 and more: moved by the net alone. */
  private presence = 0;
  /** Outputs since the last silent one. */
  private sinceSilence = 0;

  constructor(model: SpeechModel) {
    this.net = new SpeechNet(model);
    this.warm = warmNet(model);
    this.reset();
  }

  hear(frame: AcousticFrame, history: AcousticHistory, index: number): void {
    this.push(frame.logMel, history.level(index));
  }

  writeVisemes(out: Float32Array, offset: number): void {
    out.set(this.visemes, offset);
  }

  /**
   * Processes 10 ms.
   *
   * @param logMel `[40]`, see `AcousticFrame.logMel`.
   * @param levelDb Level at the moment of the output, dB re full scale.
   * @returns True if `shapes` and `visemes` were updated.
   */
  push(logMel: Float32Array, levelDb: number): boolean {
    if (!this.net.push(logMel)) return false;
    const { net, shapes, visemes } = this;
    softmax(net.output, visemes);
    const jaw = this.answer(MouthShape.jawOpen);
    const isSilent = visemes[SIL] > (levelDb < INAUDIBLE_DB ? 0.5 : SURELY_SILENT);
    const isQuiet = isSilent && (jaw - this.lastJaw < RISING || jaw < NEARLY_SHUT);
    this.lastJaw = jaw;
    this.presence = isQuiet ? Math.max(0, this.presence - TO_REST_PER_FRAME) : PRESENT;
    const presence = limit(this.presence);
    for (const i of SLOW_SHAPES) {
      const shape = shapes[i] + SLOW_SHARE * (presence * this.answer(i) - shapes[i]);
      shapes[i] = shape < AT_REST ? 0 : shape;
    }
    shapes[MouthShape.lipsPress] = presence * sealed(this.answer(MouthShape.lipsPress), this.closing());
    shapes[MouthShape.lowerLipBite] = presence * sealed(this.answer(MouthShape.lowerLipBite), visemes[FF]);
    const together = TOGETHER * limit(2 * visemes[SIL] - 1);
    shapes[MouthShape.mouthClose] = shapes[MouthShape.jawOpen] * Math.max(shapes[MouthShape.lipsPress], together);
    return true;
  }

  /** The next frame is the first of a conversation. */
  reset(): void {
    this.net.copyState(this.warm);
    this.shapes.fill(0);
    this.lastJaw = 0;
    this.presence = 0;
    this.sinceSilence = 0;
  }

  /**
   * Probability that the lips close. A p that opens an utterance is silent until it bursts: there its share of the possible
   * sounds counts, and more than elsewhere, since lips that stay closed before a d look right, too.
   */
  private closing(): number {
    const probability = this.visemes[PP];
    const silence = this.visemes[SIL];
    this.sinceSilence = silence > SURELY_SILENT ? 0 : this.sinceSilence + 1;
    if (this.sinceSilence > OPENING_FRAMES) return probability;
    const share = probability / (1 - silence + CERTAIN);
    return (OPENING_ODDS * share) / (1 + (OPENING_ODDS - 1) * share);
  }

  /** Output of the net for a shape, 0..1. */
  private answer(shape: number): number {
    return limit(this.net.output[VISEME_COUNT + shape]);
  }
}

/** Closure of the lips: the mean of curve and viseme, with a little gain so that closures are complete. */
function sealed(curve: number, probability: number): number {
  return limit(0.5 * curve + 0.7 * probability);
}

function softmax(logits: Float32Array, out: Float32Array): void {
  let highest = -Infinity;
  for (let i = 0; i < out.length; i++) highest = Math.max(highest, logits[i]);
  let sum = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.exp(logits[i] - highest);
    sum += out[i];
  }
  for (let i = 0; i < out.length; i++) out[i] /= sum;
}

function limit(x: number): number {
  return x < 0 ? 0 : Math.min(x, 1);
}

function warmNet(model: SpeechModel): SpeechNet {
  let net = warmNets.get(model);
  if (!net) {
    net = new SpeechNet(model);
    const quiet = new Float32Array(MEL_BAND_COUNT).fill((QUIET_ROOM_LOG_POWER + 8) / 4);
    for (let i = 0; i < WARM_UP_FRAMES; i++) net.push(quiet);
    warmNets.set(model, net);
  }
  return net;
}
