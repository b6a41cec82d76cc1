/** Three numbers in centimetres: +x = the character's left, +y up, +z out of the face; y = 0 at the eye line. */
export type Vec3 = readonly [number, number, number];

/** A point of the plane the head is unrolled to, radians of polar angle. See `plane-map.ts`. */
export type PlanePoint = readonly [number, number];

export const DEGREES = Math.PI / 180;
export const ZERO: Vec3 = [0, 0, 0];

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor];
/** a + b · factor. */
export const addScaled = (a: Vec3, b: Vec3, factor: number): Vec3 => [a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const length = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);
export const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
/** Unit vector; the zero vector stays zero. */
export const normalize = (a: Vec3): Vec3 => scale(a, 1 / (length(a) || 1));
export const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

export const clamp = (x: number, low = 0, high = 1): number => Math.min(high, Math.max(low, x));
export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)];

/** Hermite step: 0 at `from`, 1 at `to`; `from` may be the larger one. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = clamp((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** exp(-(x/width)²): 1 at 0, 0.37 at `width`. */
export const gaussian = (x: number, width: number): number => Math.exp(-(x * x) / (width * width));

/** Rotates `point` about the x axis through `pivot`; positive angles move +y towards +z. */
export function rotateAboutX(point: Vec3, pivot: Vec3, angleRadians: number): Vec3 {
  const y = point[1] - pivot[1];
  const z = point[2] - pivot[2];
  const c = Math.cos(angleRadians);
  const s = Math.sin(angleRadians);
  return [point[0], pivot[1] + y * c - z * s, pivot[2] + y * s + z * c];
}

/**
 * Point of the uniform Catmull-Rom spline through all `points`; the end points are doubled.
 *
 * @param t 0..1 over the whole curve.
 * @see Catmull & Rom 1974.
 */
export function catmullRom<T extends readonly number[]>(points: readonly T[], t: number): T {
  const last = points.length - 1;
  const x = clamp(t) * last;
  const index = Math.min(last - 1, Math.floor(x));
  const u = x - index;
  const at = (k: number): T => points[clamp(k, 0, last)];
  const [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
  return b.map((_, k) => {
    const [p, q, r, s] = [a[k], b[k], c[k], d[k]];
    return 0.5 * (2 * q + (r - p) * u + (2 * p - 5 * q + 4 * r - s) * u * u + (3 * q - p - 3 * r + s) * u * u * u);
  }) as unknown as T;
}
