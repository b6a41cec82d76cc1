import type { AcousticFrame } from './acoustic-front-end.js';
import type { AcousticHistory } from './acoustic-history.js';
import type { Mouth } from './mouth.js';
import { MouthDynamics } from './mouth-dynamics.js';
import { MouthRules } from './mouth-rules.js';
import { MOUTH_SHAPE_COUNT } from './mouth-shapes.js';
import { visemesFromShapes } from './viseme-targets.js';

/** The rules are evaluated 10 ms ahead, which makes up for the delay of the smoothing. */
const SMOOTHING_LEAD_FRAMES = 1;

/** The rule-based mouth, smoothed. Its visemes are those that its shapes resemble; sounds that the rules confuse share the probability. */
export class RuleBasedMouth implements Mouth {
  readonly shapes = new Float32Array(MOUTH_SHAPE_COUNT);
  private readonly rules = new MouthRules();
  private readonly dynamics = new MouthDynamics();

  hear(_frame: AcousticFrame, history: AcousticHistory, index: number): void {
    if (index < 0 || index % 2 !== 0) return;
    this.rules.shape(history, index + SMOOTHING_LEAD_FRAMES, this.shapes);
    this.dynamics.smooth(this.shapes, presence(history, index));
  }

  writeVisemes(out: Float32Array, offset: number): void {
    visemesFromShapes(this.shapes, out, offset);
  }

  reset(): void {
    this.dynamics.reset();
  }
}

/** 0 if there is silence from 30 ms before to 60 ms after a moment: then the mouth is at rest. */
function presence(history: AcousticHistory, index: number): number {
  let loudest = 0;
  for (let k = -3; k <= 6; k++) loudest = Math.max(loudest, history.relative(index + k));
  return Math.min(1, loudest * 10);
}
