import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/** Gaussian splats in the order of the file. */
export interface Splats {
  readonly count: number;
  /** `[count, 3]`, metres. */
  readonly positions: Float32Array;
  /** `[count, 6]`, covariance xx xy xz yy yz zz, square metres. */
  readonly covariances: Float32Array;
  /** `[count, 4]`, red, green, blue, opacity; the colour is the display's (sRGB). */
  readonly colors: Uint8Array;
}

/** LAM heads have 20,000; far more cannot be drawn in time. */
const MAX_SPLATS = 500_000;
const MAX_HEADER_BYTES = 10_000;

const TYPE_BYTES: Readonly<Record<string, number>> = {
  char: 1,
  uchar: 1,
  int8: 1,
  uint8: 1,
  short: 2,
  ushort: 2,
  int16: 2,
  uint16: 2,
  int: 4,
  uint: 4,
  int32: 4,
  uint32: 4,
  float: 4,
  float32: 4,
  double: 8,
  float64: 8,
};
const FIELDS = [
  'x',
  'y',
  'z',
  'f_dc_0',
  'f_dc_1',
  'f_dc_2',
  'opacity',
  'scale_0',
  'scale_1',
  'scale_2',
  'rot_0',
  'rot_1',
  'rot_2',
  'rot_3',
] as const;

/**
 * Reads LAM's Gaussian splats from a PLY file: `f_dc` is the colour itself, 0..1, not a spherical harmonic;
 * `opacity` is a logit, `scale` a logarithm; `rot` is a quaternion, w first.
 *
 * @throws {AvatarError} `unsupportedAvatarAsset` if it is not such a file or damaged.
 */
export function readPlySplats(bytes: Uint8Array): Splats {
  const { count, stride, offsets, start } = readPlyHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const positions = new Float32Array(count * 3);
  const covariances = new Float32Array(count * 6);
  const colors = new Uint8Array(count * 4);
  const row = new Float64Array(FIELDS.length);
  for (let splat = 0; splat < count; splat++) {
    let isFinite = true;
    for (let field = 0; field < FIELDS.length; field++) {
      row[field] = view.getFloat32(splat * stride + offsets[field], true);
      isFinite &&= Number.isFinite(row[field]);
    }
    if (!isFinite) throw unusable('it contains values that are not finite');
    positions.set(row.subarray(0, 3), splat * 3);
    for (let channel = 0; channel < 3; channel++) colors[splat * 4 + channel] = byteOf(row[3 + channel]);
    colors[splat * 4 + 3] = byteOf(1 / (1 + Math.exp(-row[6])));
    writeCovariance(row, covariances, splat * 6);
  }
  return { count, positions, covariances, colors };
}

/**
 * Where the splats lie; all of them are there.
 *
 * @throws {AvatarError} as `readPlySplats`.
 */
export function readPlyHeader(bytes: Uint8Array): { count: number; stride: number; offsets: number[]; start: number } {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MAX_HEADER_BYTES));
  const end = /end_header\r?\n/.exec(text);
  if (!text.startsWith('ply') || !end) throw unusable('it is not a PLY file');
  const lines = text
    .slice(0, end.index)
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/));
  if (!lines.some(([word, format]) => word === 'format' && format === 'binary_little_endian'))
    throw unusable('only binary little-endian is supported');
  const elements = lines.filter(([word]) => word === 'element');
  if (elements[0]?.[1] !== 'vertex') throw unusable('its first element is not vertex');
  const count = Number(elements[0][2]);
  if (!Number.isInteger(count) || count < 1 || count > MAX_SPLATS) throw unusable(`it has ${elements[0][2]} splats`);
  const place = new Map<string, number>();
  let stride = 0;
  const nextElement = elements[1] ? lines.indexOf(elements[1]) : lines.length;
  for (const [word, type, name] of lines.slice(0, nextElement)) {
    if (word !== 'property') continue;
    if (/^float(32)?$/.test(type)) place.set(name, stride);
    stride += TYPE_BYTES[type] ?? NaN;
  }
  const missing = FIELDS.filter((name) => !place.has(name));
  if (missing.length > 0 || Number.isNaN(stride)) throw unusable(`it lacks ${missing.join(', ') || 'known types'}`);
  const start = end.index + end[0].length;
  if (bytes.length < start + count * stride) throw unusable('it ends too early');
  return { count, stride, offsets: FIELDS.map((name) => place.get(name)!), start };
}

function byteOf(fraction: number): number {
  return Math.max(0, Math.min(255, Math.floor(fraction * 255)));
}

/** Σ = R S Sᵀ Rᵀ */
function writeCovariance(row: Float64Array, out: Float32Array, at: number): void {
  const norm = 1 / (Math.hypot(row[10], row[11], row[12], row[13]) || 1);
  const [w, x, y, z] = [row[10] * norm, row[11] * norm, row[12] * norm, row[13] * norm];
  const [a, b, c] = [Math.exp(2 * row[7]), Math.exp(2 * row[8]), Math.exp(2 * row[9])];
  const m00 = 1 - 2 * (y * y + z * z);
  const m01 = 2 * (x * y - w * z);
  const m02 = 2 * (x * z + w * y);
  const m10 = 2 * (x * y + w * z);
  const m11 = 1 - 2 * (x * x + z * z);
  const m12 = 2 * (y * z - w * x);
  const m20 = 2 * (x * z - w * y);
  const m21 = 2 * (y * z + w * x);
  const m22 = 1 - 2 * (x * x + y * y);
  out[at] = a * m00 * m00 + b * m01 * m01 + c * m02 * m02;
  out[at + 1] = a * m00 * m10 + b * m01 * m11 + c * m02 * m12;
  out[at + 2] = a * m00 * m20 + b * m01 * m21 + c * m02 * m22;
  out[at + 3] = a * m10 * m10 + b * m11 * m11 + c * m12 * m12;
  out[at + 4] = a * m10 * m20 + b * m11 * m21 + c * m12 * m22;
  out[at + 5] = a * m20 * m20 + b * m21 * m21 + c * m22 * m22;
}

function unusable(why: string): AvatarError {
  return new AvatarError(ErrorCode.unsupportedAvatarAsset, `The splats of the head cannot be used: ${why}`);
}
