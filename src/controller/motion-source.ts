/** From a controller's options to where its motion comes from. Loaded when the first session is opened. */
import { AvatarError, ErrorCode } from '../shared/errors.js';
import type { MotionSource } from '../workers/worker-api.js';
import { checkSampleRate, type AvatarControllerOptions } from './controller-options.js';

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

/** The engine hears nothing above 8 kHz: more than this rate upstream costs bytes and brings nothing. */
const UPSTREAM_RATE_HZ = 16_000;

/** @throws {AvatarError} `invalidConfiguration`, `unsupportedSampleRate`. */
export function motionSource(options: AvatarControllerOptions, pageUrl: string): MotionSource {
  checkSampleRate(options.sampleRateHz);
  if (options.mode === 'local') return { kind: 'local' };
  const { connectTimeoutMs, fallback } = options;
  const sampleRateHz = Math.min(options.sampleRateHz, UPSTREAM_RATE_HZ);
  if (options.mode === 'backend') return { kind: 'app', sampleRateHz, connectTimeoutMs, fallback };
  if (!options.appId) throw new AvatarError(ErrorCode.invalidConfiguration, 'Direct mode needs an app-id.');
  return {
    kind: 'direct',
    serverUrl: ingressUrl(options.serverUrl, options.region, pageUrl),
    appId: options.appId,
    avatarId: options.avatarId,
    sampleRateHz,
    connectTimeoutMs,
    fallback,
  };
}
