/** Reads `SPATIUS_RATES`. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { RateLimits, Rates } from '../shared/rates.js';

const OWNERS: readonly (keyof Rates)[] = ['address', 'token', 'app'];
const LIMITS: readonly (keyof RateLimits)[] = ['messagesPerSecond', 'requestsPerSecond', 'audioSecondsPerSecond'];

/** @param text JSON: `{"address": {"requestsPerSecond": 5}}`. @throws {AvatarError} `invalidConfiguration`. */
export function ratesFrom(text: string): Rates {
  let rates: unknown;
  try {
    rates = JSON.parse(text);
  } catch {
    throw invalid('is not valid JSON');
  }
  for (const [owner, limits] of entriesOf(rates, OWNERS))
    for (const [name, limit] of entriesOf(limits, LIMITS)) {
      if (typeof limit !== 'number' || !(limit > 0)) throw invalid(`: ${owner}.${name} must be a number above 0`);
    }
  return rates as Rates;
}

function entriesOf(value: unknown, names: readonly string[]): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('must hold objects');
  for (const name of Object.keys(value)) if (!names.includes(name)) throw invalid(`: "${name}" is not known, use ${names.join(', ')}`);
  return Object.entries(value);
}

function invalid(why: string): AvatarError {
  return new AvatarError(ErrorCode.invalidConfiguration, `SPATIUS_RATES ${why}`);
}
