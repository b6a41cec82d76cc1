/**
 * Writes motion as JSON, piece by piece:
 *
 *     { "fps": 50, "channels": [58 names], "visemes": [15 names], "frames": [[58 numbers], …], "visemeFrames": [[15 numbers], …] }
 *
 * Frame i describes the face at i / fps seconds of the audio. Weights are 0..1, head rotation is in radians, head
 * translation in metres; see `shared/channels.ts` for axes and signs.
 */
import { ARKIT_CHANNEL_COUNT, CHANNEL_COUNT, CHANNELS } from '../../shared/contracts/channels.js';
import { VISEME_COUNT, VISEMES } from '../../shared/contracts/visemes.js';
import type { EngineMotion } from '../engine/motion-engine.js';
import type { MotionTextWriter } from './motion-writer.js';

/** Finer than is visible: 1e-4 of a weight; 1e-5 rad, and 0.01 mm. */
const WEIGHT_STEPS = 1e4;
const HEAD_STEPS = 1e5;

/** Holds the visemes until the end: 1.5 kB per second of speech. */
export class MotionJsonWriter implements MotionTextWriter {
  private readonly frameRate: number;
  /** In quantisation steps of the weights, one array per `add`. */
  private readonly visemes: Uint16Array[] = [];
  private hasFrames = false;

  /** @param frameRate Frames per second. */
  constructor(frameRate: number) {
    this.frameRate = frameRate;
  }

  begin(): string {
    const head = JSON.stringify({ fps: this.frameRate, channels: CHANNELS, visemes: VISEMES });
    return `${head.slice(0, -1)},\n"frames":[`;
  }

  /** @param motion With visemes. */
  add({ frameCount, values, visemes }: EngineMotion): string {
    let text = '';
    for (let frame = 0; frame < frameCount; frame++) {
      text += `${this.hasFrames ? ',' : ''}\n${row(values, frame * CHANNEL_COUNT, CHANNEL_COUNT)}`;
      this.hasFrames = true;
    }
    if (visemes) this.visemes.push(Uint16Array.from(visemes, (weight) => Math.round(weight * WEIGHT_STEPS)));
    return text;
  }

  *end(): Generator<string, void> {
    yield '\n],\n"visemeFrames":[';
    let separator = '\n';
    for (const steps of this.visemes) {
      const rows: string[] = [];
      for (let at = 0; at < steps.length; at += VISEME_COUNT) {
        rows.push(`[${Array.from(steps.subarray(at, at + VISEME_COUNT), (weight) => weight / WEIGHT_STEPS).join(',')}]`);
      }
      yield separator + rows.join(',\n');
      separator = ',\n';
    }
    yield '\n]}\n';
  }
}

/** Columns after the 52nd are those of the head. */
function row(values: Float32Array, offset: number, count: number): string {
  let text = '[';
  for (let i = 0; i < count; i++) {
    text += `${i > 0 ? ',' : ''}${rounded(values[offset + i], i < ARKIT_CHANNEL_COUNT ? WEIGHT_STEPS : HEAD_STEPS)}`;
  }
  return `${text}]`;
}

function rounded(value: number, steps: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(value * steps) / steps + 0;
}
