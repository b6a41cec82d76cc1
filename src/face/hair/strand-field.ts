/**
 * Where the strands of a bob run: from the parting over the skull, then free to the jaw, turning in at the tips.
 * One sheet of strands per side; `f` counts them from the face (0) to the middle of the back (1), `v` runs from
 * root (0) to tip (1).
 */
import type { Character } from '../character.js';
import type { Sculpt } from '../sculpt.js';
import { add, addScaled, catmullRom, clamp, DEGREES, dot, lerp, mix, normalize, scale, smoothstep, subtract } from '../vector.js';
import type { Vec3 } from '../vector.js';

/** Strands are computed at this many values of f and blended between. */
const SAMPLES = 65;
const SKULL_STEPS = 6;

/** Unit vector from the skull's centre: azimuth towards the left, elevation (beyond 90° = over the top to the back). */
export const skullDirection = (azimuth: number, elevation: number): Vec3 => [
  Math.sin(azimuth) * Math.cos(elevation),
  Math.sin(elevation),
  Math.cos(azimuth) * Math.cos(elevation),
];

/** Away from the head's upright axis; flatter than a sphere's normal, so that hanging hair faces sideways. */
export const hairNormal = (p: Vec3): Vec3 => normalize(subtract(p, [0, p[1] * 0.55 + 0.6, -1.6]));

export interface StrandFrame {
  position: Vec3;
  /** Root → tip. */
  tangent: Vec3;
  /** Out of the head, perpendicular to the tangent. */
  normal: Vec3;
}

export class StrandField {
  private readonly sheets: Record<1 | -1, Vec3[][]>;
  private readonly character: Character;
  private readonly sculpt: Sculpt;

  constructor(character: Character, sculpt: Sculpt) {
    this.character = character;
    this.sculpt = sculpt;
    const sheet = (side: 1 | -1): Vec3[][] => Array.from({ length: SAMPLES }, (_, i) => this.controlPoints(side, i / (SAMPLES - 1)));
    this.sheets = { 1: sheet(1), [-1]: sheet(-1) } as Record<1 | -1, Vec3[][]>;
  }

  /** The scalp in a direction from the skull's centre, raised by `height` cm. */
  above(direction: Vec3, height: number): Vec3 {
    const unit = normalize(direction);
    return addScaled(this.sculpt.scalpPoint(unit), unit, height);
  }

  /** @param f 0..1 face → back. @param v 0..1 root → tip. */
  at(side: 1 | -1, f: number, v: number): StrandFrame {
    const position = this.point(side, f, v);
    const tangent = normalize(subtract(this.point(side, f, v + 0.015), this.point(side, f, v - 0.015)));
    const out = hairNormal(position);
    return { position, tangent, normal: normalize(addScaled(out, tangent, -dot(out, tangent))) };
  }

  private point(side: 1 | -1, f: number, v: number): Vec3 {
    const x = clamp(f) * (SAMPLES - 1);
    const index = Math.min(SAMPLES - 2, Math.floor(x));
    const sheet = this.sheets[side];
    return mix(catmullRom(sheet[index]!, clamp(v)), catmullRom(sheet[index + 1]!, clamp(v)), x - index);
  }

  private controlPoints(side: 1 | -1, f: number): Vec3[] {
    const { parting, drop, volume, curl } = this.character.hair;
    const root = skullDirection(parting * DEGREES * (1 - f * 0.6), lerp(42, 128, f) * DEGREES);
    const end = skullDirection(side * lerp(68, 180, f ** 0.85) * DEGREES, lerp(6, 10, f) * DEGREES);
    // Roots start under the scalp, so that the parting is a clean groove and nothing piles up along it.
    const points = [this.above(root, -0.25)];
    for (let step = 1; step <= SKULL_STEPS; step++) {
      const t = step / SKULL_STEPS;
      const bow = Math.sin(Math.PI * t);
      const straight = normalize(mix(root, end, t));
      const bent = add(straight, [side * 0.22 * bow * (1 - f * f), 0.28 * bow * (1 - 0.4 * f), 0.12 * bow * (1 - f)]);
      const height = volume * (0.55 + 0.45 * smoothstep(0, 0.4, t)) + 0.35 * bow * (1 - 0.3 * f);
      points.push(this.above(bent, height));
    }
    const last = points.at(-1)!;
    const out = normalize([last[0], 0, last[2] + 1.6]);
    const inFront = 1 - f;
    const hang = (share: number, outward: number, forward: number): Vec3 =>
      add(last, add([0, -drop * share, forward * inFront], scale(out, outward)));
    points.push(hang(0.36, 0.55, 0), hang(0.72, 0.35, 0.25), hang(1, -curl, 0.5));
    return points;
  }
}
