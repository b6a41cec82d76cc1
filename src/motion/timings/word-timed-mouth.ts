/**
 * A mouth driven by the audio together with words and their times. Sounds within a word come from the audio: spelling says little
 * about their times, and nothing in many languages. But spelling shows whether lips may close or tuck at all, where audio is
 * wrong most often (n for m), and the pauses between words are known exactly.
 */
import { VISEME_COUNT, VISEME_INDEX } from '../../shared/contracts/visemes.js';
import type { Span } from '../../shared/core/read-spans.js';
import type { AcousticFrame } from '../engine/acoustic-front-end.js';
import type { AcousticHistory } from '../engine/acoustic-history.js';
import type { Mouth } from '../engine/mouth.js';
import { MOUTH_SHAPE_COUNT, MouthShape } from '../engine/mouth-shapes.js';

/** Error of the services' word boundaries, s; the neighbours' sounds count within it. */
const TOLERANCE_SECONDS = 0.06;
/** Time to rest outside of words, s. */
const TO_REST_SECONDS = 0.1;
/** Factor on the odds of closed lips for a spelling with such a letter. */
const SPELT_ODDS = 2;
/** Gain of the viseme's probability for closed lips, see `TrainedMouth`. */
const SEAL_PER_PROBABILITY = 0.7;
/** Letters of scripts whose spelling shows lip closures. Spanish v closes the lips, too. */
const READABLE = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Mark}'’.,;:!?()"“”„«»¿¡–—-]+$/u;
const PRESSED = /[pbmvпбмπμψβ]/u;
const TUCKED = /[fvwφβфв]|ph|gh|ευ|αυ/u;

interface Spelling {
  readonly mayPress: boolean;
  readonly mayTuck: boolean;
}

export class WordTimedMouth implements Mouth {
  readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  private readonly inner: Mouth;
  private readonly spans: readonly Span<Spelling>[];
  private readonly visemes = new Float32Array(VISEME_COUNT);
  /** The first word that has not ended. */
  private first = 0;

  /** @param inner The mouth driven by the audio; this one takes ownership. */
  constructor(inner: Mouth, words: readonly Span<string>[]) {
    this.inner = inner;
    this.spans = words.map((span) => ({ ...span, label: spellingOf(span.label) }));
  }

  hear(frame: AcousticFrame, history: AcousticHistory, index: number): void {
    const { inner, shapes, visemes, spans } = this;
    inner.hear(frame, history, index);
    if (index < 0 || index % 2 !== 0) return;
    const seconds = index / 100;
    while (this.first < spans.length && spans[this.first].endSeconds + TOLERANCE_SECONDS < seconds) this.first++;
    const around = { mayPress: false, mayTuck: false };
    for (let i = this.first; i < spans.length && spans[i].startSeconds - TOLERANCE_SECONDS <= seconds; i++) {
      around.mayPress ||= spans[i].label.mayPress;
      around.mayTuck ||= spans[i].label.mayTuck;
    }
    shapes.set(inner.shapes);
    inner.writeVisemes(visemes, 0);
    this.weigh(MouthShape.lipsPress, VISEME_INDEX.PP, around.mayPress);
    this.weigh(MouthShape.lowerLipBite, VISEME_INDEX.FF, around.mayTuck);
    const presence = Math.max(0, 1 - Math.max(0, this.distance(seconds) - TOLERANCE_SECONDS) / TO_REST_SECONDS);
    for (let k = 0; k < MOUTH_SHAPE_COUNT; k++) shapes[k] *= presence;
    shapes[MouthShape.mouthClose] = shapes[MouthShape.jawOpen] * shapes[MouthShape.lipsPress];
    let sum = 0;
    for (let k = 0; k < VISEME_COUNT; k++) sum += visemes[k] *= k === VISEME_INDEX.sil ? 1 : presence;
    if (sum === 0) visemes[VISEME_INDEX.sil] = sum = 1;
    for (let k = 0; k < VISEME_COUNT; k++) visemes[k] /= sum;
  }

  writeVisemes(out: Float32Array, offset: number): void {
    out.set(this.visemes, offset);
  }

  reset(): void {
    this.inner.reset();
    this.shapes.fill(0);
    this.first = 0;
  }

  private weigh(shape: number, viseme: number, isSpelt: boolean): void {
    const { shapes, visemes } = this;
    if (!isSpelt) {
      shapes[shape] = 0;
      visemes[viseme] = 0;
      return;
    }
    const audible = visemes[viseme];
    const adjusted = (SPELT_ODDS * audible) / (1 + (SPELT_ODDS - 1) * audible);
    shapes[shape] = Math.min(1, shapes[shape] + SEAL_PER_PROBABILITY * (adjusted - audible));
    visemes[viseme] = adjusted;
  }

  /** Seconds to the nearest word, 0 within one. */
  private distance(seconds: number): number {
    const before = this.spans[this.first - 1];
    const next = this.spans[this.first];
    const sinceBefore = before ? seconds - before.endSeconds : Infinity;
    const untilNext = next ? (seconds > next.endSeconds ? seconds - next.endSeconds : next.startSeconds - seconds) : Infinity;
    return Math.max(0, Math.min(sinceBefore, untilNext));
  }
}

/** Other scripts, figures and initials may be anything. */
function spellingOf(word: string): Spelling {
  const bare = word.trim();
  const isInitials = bare.length > 1 && bare === bare.toUpperCase();
  if (!READABLE.test(bare) || isInitials || bare.length === 1) return { mayPress: true, mayTuck: true };
  const letters = bare.toLowerCase();
  return { mayPress: PRESSED.test(letters), mayTuck: TUCKED.test(letters) };
}
