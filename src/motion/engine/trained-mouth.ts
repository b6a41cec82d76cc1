/**
 * The mouth of the speech net: its answers → mouth shapes that move as lips do.
 *
 * Slow shapes (jaw, rounding, spreading, tongue) go half of the way with every frame; the net gives them one frame ahead, so
 * that this costs no delay. Lips that close or tuck are left as sharp as they come, and lean on the viseme as well as on the curve:
 * a regression shrinks what it doubts, a classifier does not.
 */
import { type AcousticFrame, MEL_BAND_COUNT } from './acoustic-front-end.js';
import type { AcousticHistory } from './acoustic-history.js';
import type { Mouth } from './mouth.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from './mouth-shapes.js';
import type { SpeechModel } from './speech-model.js';
import { SpeechNet, VISEME_COUNT } from './speech-net.js';

/**
 * Acoustic frames of 10 ms heard after the moment that is answered: the look-ahead of the net. The answer that comes with
 * acoustic frame m is for the time of 10 · (m − 9) ms.
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
/** The net is sure that there is none. */
const SURELY_SILENT = 0.8;
/**
 * In what the net calls silence the mouth goes to rest, exactly, within 220 ms: for 60 ms the net closes it by itself, which it
 * does as lips do, then what is left fades. Unless it is on its way to the first sound, which the net knows before it is
 * heard: then the jaw rises from frame to frame.
 */
const NEARLY_SHUT = 0.08;
const RISING = 0.01;
const TO_REST_PER_FRAME = 0.5;
const PRESENT = 1 + 3 * TO_REST_PER_FRAME;
/** What is less cannot be seen. */
const AT_REST = 0.004;
/** Share of the way that slow shapes go in a frame: as late, in the mean, as the net is early. */
const SLOW_SHARE = 0.5;
/** Before the first sound the jaw sets out while lips part late: so much of its way they take back. */
const TOGETHER = 0.6;
/** So likely sound has to be before anything is made of which. */
const CERTAIN = 0.1;
/** How long after silence a speech counts as opening, answers of 20 ms, and what that makes of the odds that lips close. */
const OPENING_FRAMES = 5;
const OPENING_ODDS = 3;
/** A net that starts from nothing is surprised by its first frames: it hears a quiet room first. */
const WARM_UP_FRAMES = 50;
const QUIET_ROOM_LOG_POWER = -14;

const warmNets = new WeakMap<SpeechModel, SpeechNet>();

/** One conversation's mouth. Takes every acoustic frame, answers with every second one. */
export class TrainedMouth implements Mouth {
  /** `[8]`, see `MOUTH_SHAPES`; rewritten with every answer. */
  readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  /** `[15]`, sum 1; rewritten with every answer. */
  readonly visemes = new Float32Array(VISEME_COUNT);
  private readonly net: SpeechNet;
  private readonly warm: SpeechNet;
  /** Of the last answer, 0..1. */
  private lastJaw = 0;
  /** 0: at rest; 1 and more: moved by the net alone. */
  private presence = 0;
  /** Answers since the last silent one. */
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
   * Hears 10 ms.
   *
   * @param logMel `[40]`, see `AcousticFrame.logMel`.
   * @param levelDb Level at the moment that is answered, dB re full scale.
   * @returns True when `shapes` and `visemes` were renewed.
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
   * How likely lips close. A p that opens an utterance is silence until it bursts: there counts its share of all that may come,
   * and more than elsewhere, since lips that wait together for a d are no mistake.
   */
  private closing(): number {
    const heard = this.visemes[PP];
    const silence = this.visemes[SIL];
    this.sinceSilence = silence > SURELY_SILENT ? 0 : this.sinceSilence + 1;
    if (this.sinceSilence > OPENING_FRAMES) return heard;
    const share = heard / (1 - silence + CERTAIN);
    return (OPENING_ODDS * share) / (1 + (OPENING_ODDS - 1) * share);
  }

  /** What the net says of a shape, 0..1. */
  private answer(shape: number): number {
    return limit(this.net.output[VISEME_COUNT + shape]);
  }
}

/** How far lips are closed: the curve and the viseme, each with its half, and a little more so that a closure is one. */
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
