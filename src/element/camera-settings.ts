/** Parses `camera-orbit` and `transform` into settings of the stage. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { CameraOrbit, PictureTransform } from '../shared/contracts/stage-settings.js';

const RADIANS = { deg: Math.PI / 180, rad: 1 } as const;
const LENGTHS = { '%': 0.01, m: 1, cm: 0.01, mm: 0.001 } as const;

/**
 * @param text `theta phi radius`, each `auto` or a number with its unit: `deg` or `rad` for the angles, `%` of the view's own
 *   distance, `m`, `cm` or `mm` for the radius. What is left out is `auto`.
 * @throws {AvatarError} `invalidConfiguration`
 */
export function cameraOrbitFrom(text: string | null): CameraOrbit {
  const words = (text ?? '').trim().toLowerCase().split(/\s+/).filter(Boolean);
  const [theta = 'auto', phi = 'auto', radius = 'auto'] = words;
  const thetaRadians = theta === 'auto' ? 0 : quantity(theta, RADIANS)?.value;
  const phiRadians = phi === 'auto' ? Math.PI / 2 : quantity(phi, RADIANS)?.value;
  const distance = radius === 'auto' ? { value: 1, unit: '%' } : quantity(radius, LENGTHS);
  const isKnown = thetaRadians !== undefined && phiRadians !== undefined && distance !== null && words.length <= 3;
  if (!isKnown || phiRadians < 0 || phiRadians > Math.PI || distance.value <= 0) {
    throw invalid(
      `camera-orbit="${text}" is not understood. Use "theta phi radius" such as "30deg 80deg 110%", phi from 0deg to 180deg, or "auto".`,
    );
  }
  return { thetaRadians, phiRadians, radius: distance.value, isRelative: distance.unit === '%' };
}

/** The other way, as `camera-orbit` would say it. */
export function cameraOrbitText({ thetaRadians, phiRadians, radius, isRelative }: CameraOrbit): string {
  const degrees = (radians: number) => `${+((radians * 180) / Math.PI).toFixed(2)}deg`;
  return `${degrees(thetaRadians)} ${degrees(phiRadians)} ${isRelative ? `${+(radius * 100).toFixed(2)}%` : `${+radius.toFixed(4)}m`}`;
}

/**
 * @param transform `x y scale` as text, or an object; what is left out is 0, 0 and 1.
 * @throws {AvatarError} `invalidConfiguration`
 */
export function pictureTransformFrom(transform: string | Partial<PictureTransform> | null): PictureTransform {
  const { x = 0, y = 0, scale = 1, ...rest } = typeof transform === 'string' ? numbersOf(transform) : (transform ?? {});
  if (![x, y, scale].every(Number.isFinite) || scale <= 0 || Object.keys(rest).length > 0) {
    const said = typeof transform === 'string' ? transform : JSON.stringify(transform);
    throw invalid(`transform="${said}" is not understood. Use "x y scale" such as "0.2 -0.1 1.5", scale above 0.`);
  }
  return { x, y, scale };
}

function numbersOf(text: string): Partial<PictureTransform> {
  const [x, y, scale, ...rest] = text
    .trim()
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return rest.length > 0 ? { scale: Number.NaN } : { x, y, scale };
}

/** Null when it is no number with one of the units. */
function quantity<Unit extends string>(word: string, units: Readonly<Record<Unit, number>>): { value: number; unit: Unit } | null {
  const [, digits, unit] = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([a-z%]+)$/.exec(word) ?? [];
  if (digits === undefined || !Object.hasOwn(units, unit)) return null;
  return { value: Number(digits) * units[unit as Unit], unit: unit as Unit };
}

function invalid(words: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, words);
}
