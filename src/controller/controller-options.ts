/** Options of an `AvatarController` and what follows from them: the ingress URL and the motion source. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import { DEFAULT_SAMPLE_RATE_HZ, isPcmSampleRate, PCM_SAMPLE_RATES } from '../shared/sample-rates.js';
import type { FrameStarvation, MotionSource } from '../workers/worker-api.js';
import { isSameTokenSource, type TokenSource } from './token-source.js';

export interface AvatarControllerOptions {
  /** `direct`: a Motion Server computes the motion. `local`: the engine in this browser does. */
  readonly mode: 'direct' | 'local';
  readonly appId: string;
  readonly avatarId: string;
  /** Motion Server (ingress) URL, `ws(s)` or `http(s)`, absolute or relative to the page. Wins over `region`. */
  readonly serverUrl: string | null;
  /** Region of a Spatius Motion Server, e.g. `us-west`. Without it and `serverUrl`: the page's own origin. */
  readonly region: string | null;
  readonly token: TokenSource;
  /** Rate of the PCM passed to `send`, Hz: one of `PCM_SAMPLE_RATES`. */
  readonly sampleRateHz: number;
  readonly frameStarvation: FrameStarvation;
  /** What the face does without a server: rest, or follow the local engine. */
  readonly fallback: 'audio' | 'local';
  /** Not connected after this many ms: the state is `failed` and speech is audio only. */
  readonly connectTimeoutMs: number;
  /** Added to the measured output latency, s; for Bluetooth speakers that hide theirs. */
  readonly audioLatencyOffsetSeconds: number;
}

export const DEFAULT_CONTROLLER_OPTIONS: AvatarControllerOptions = {
  mode: 'local',
  appId: '',
  avatarId: '',
  serverUrl: null,
  region: null,
  token: {},
  sampleRateHz: DEFAULT_SAMPLE_RATE_HZ,
  frameStarvation: 'audio-independent',
  fallback: 'audio',
  connectTimeoutMs: 15_000,
  audioLatencyOffsetSeconds: 0,
};

type OptionName = keyof AvatarControllerOptions;

const CONNECTION_OPTIONS: ReadonlySet<OptionName> = new Set([
  'mode',
  'appId',
  'avatarId',
  'serverUrl',
  'region',
  'token',
  'sampleRateHz',
  'fallback',
  'connectTimeoutMs',
]);

/** Options that count when connecting only. */
export function isConnectionOption(name: OptionName): boolean {
  return CONNECTION_OPTIONS.has(name);
}

export function changedOptions(before: AvatarControllerOptions, after: AvatarControllerOptions): OptionName[] {
  return (Object.keys(after) as OptionName[]).filter((name) =>
    name === 'token' ? !isSameTokenSource(before.token, after.token) : before[name] !== after[name],
  );
}

const INGRESS_PATH = '/v2/driveningress';

/**
 * The WebSocket base of a Motion Server, `ws(s)://host/v2/driveningress`.
 *
 * @param pageUrl Base of a relative `serverUrl` and of none at all.
 * @throws {AvatarError} `invalidConfiguration`.
 */
export function ingressUrl(serverUrl: string | null, region: string | null, pageUrl: string): string {
  if (!serverUrl && region) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(region)) {
      throw new AvatarError(ErrorCode.invalidConfiguration, `region is no region name: ${region}`);
    }
    const domain = region.startsWith('cn-') ? 'spatialwalk.top' : 'spatius.ai';
    return `wss://api.${region}.${domain}${INGRESS_PATH}`;
  }
  let url: URL;
  try {
    url = new URL(serverUrl || '/', pageUrl);
  } catch {
    throw new AvatarError(ErrorCode.invalidConfiguration, `server-url is no valid URL: ${serverUrl ?? ''}`);
  }
  const scheme = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }[url.protocol];
  if (!scheme) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `server-url must be a ws(s) or http(s) URL: ${url.protocol}`);
  }
  const path = url.pathname.replace(/\/websocket\/?$/, '').replace(/\/$/, '');
  return `${scheme}//${url.host}${path || INGRESS_PATH}${url.search}`;
}

/** @throws {AvatarError} `unsupportedSampleRate`. */
export function checkSampleRate(rateHz: number): void {
  if (isPcmSampleRate(rateHz)) return;
  throw new AvatarError(
    ErrorCode.unsupportedSampleRate,
    `unsupported sample rate: ${rateHz}. Raw PCM may have ${PCM_SAMPLE_RATES.join(', ')} Hz.`,
  );
}

/** The engine hears nothing above 8 kHz: more than this rate upstream costs bytes and brings nothing. */
const UPSTREAM_RATE_HZ = 16_000;

/** @throws {AvatarError} `invalidConfiguration`, `unsupportedSampleRate`. */
export function motionSource(options: AvatarControllerOptions, pageUrl: string): MotionSource {
  checkSampleRate(options.sampleRateHz);
  if (options.mode === 'local') return { kind: 'local' };
  if (!options.appId) throw new AvatarError(ErrorCode.invalidConfiguration, 'Direct mode needs an app-id.');
  return {
    kind: 'direct',
    serverUrl: ingressUrl(options.serverUrl, options.region, pageUrl),
    appId: options.appId,
    avatarId: options.avatarId,
    sampleRateHz: Math.min(options.sampleRateHz, UPSTREAM_RATE_HZ),
    connectTimeoutMs: options.connectTimeoutMs,
    fallback: options.fallback,
  };
}
