/** Finds the nearest region for `region: 'auto'`. Never fails, because a distant region is better than none. */

import { isRegionName } from '../shared/contracts/region-hosts.js';
import { readText } from '../shared/core/read-text.js';
import { jsonObjectFrom } from './console-client.js';

const BOOTSTRAP_URL = 'https://global.spatialwalk.top/bootstrap';
const FALLBACK_REGION = 'us-west';
const TIMEOUT_MS = 5000;
const CACHE_MS = 5 * 60_000;
const MAX_ANSWER_BYTES = 64 * 1024;

interface Found {
  region: string;
  atMs: number;
}

const foundByUrl = new Map<string, Found>();

/**
 * Requests it from the bootstrap service, at most every five minutes.
 *
 * @returns The region; without a response, or when the signal aborts, the last one found, otherwise `us-west`.
 */
export async function nearestRegion(appId: string, bootstrapUrl: string = BOOTSTRAP_URL, signal?: AbortSignal): Promise<string> {
  const known = foundByUrl.get(bootstrapUrl);
  if (known && Date.now() - known.atMs < CACHE_MS) return known.region;
  try {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(bootstrapUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: appId, sdk_version: 'spatius-avatar', region: 'auto', platform: 'node' }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const answer = response.ok ? jsonObjectFrom((await readText(response.body, MAX_ANSWER_BYTES)) ?? '') : null;
    const current = (answer?.region as { current?: unknown } | undefined)?.current;
    if (typeof current === 'string' && isRegionName(current)) {
      foundByUrl.set(bootstrapUrl, { region: current, atMs: Date.now() });
      return current;
    }
  } catch {
    // The caller receives the last known region.
  }
  return known?.region ?? FALLBACK_REGION;
}

/** Forgets what was found. */
export function forgetRegions(): void {
  foundByUrl.clear();
}
