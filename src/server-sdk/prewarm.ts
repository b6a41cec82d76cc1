/** Prepares what the first session would wait for. */
import { type EndpointOptions, endpointsFrom } from './endpoints.js';
import { nearestRegion } from './region-finder.js';
import { sharedTokens } from './token-source.js';
import { untilAborted } from './until-aborted.js';

export interface PrewarmOptions extends EndpointOptions {
  appId: string;
  /** For a Session Token; not needed without `prefetchSessionToken`. */
  apiKey?: string;
  /** Fetches a Session Token, which the sessions of this process share until a minute before it expires. Default true with an `apiKey`. */
  prefetchSessionToken?: boolean;
  expireAt?: Date;
  /** Default 10,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface PrewarmResult {
  /** The region, found or given; null with explicit URLs. */
  region: string | null;
  consoleEndpointUrl: string | null;
  ingressEndpointUrl: string | null;
  sessionTokenPrefetched: boolean;
}

/** Finds the nearest region (cached for five minutes) and fetches a Session Token. Best effort: never rejects. */
export async function prewarm(options: PrewarmOptions): Promise<PrewarmResult> {
  const { appId, apiKey, expireAt, timeoutMs = 10_000, signal, prefetchSessionToken = true } = options;
  try {
    let endpoints = endpointsFrom(options);
    if (endpoints.region === 'auto') {
      const isAllGiven = endpoints.consoleUrl && endpoints.ingressUrl;
      if (!isAllGiven) endpoints = endpointsFrom(options, await nearestRegion(appId, options.bootstrapUrl, signal));
    }
    const { region, consoleUrl, ingressUrl } = endpoints;
    let sessionTokenPrefetched = false;
    if (prefetchSessionToken && apiKey && consoleUrl) {
      const fetched = sharedTokens.get({ consoleUrl, apiKey, appId, expireAt, timeoutMs });
      sessionTokenPrefetched = await untilAborted(fetched, signal).then(
        () => true,
        () => false,
      );
    }
    return { region, consoleEndpointUrl: consoleUrl, ingressEndpointUrl: ingressUrl, sessionTokenPrefetched };
  } catch {
    return { region: null, consoleEndpointUrl: null, ingressEndpointUrl: null, sessionTokenPrefetched: false };
  }
}
