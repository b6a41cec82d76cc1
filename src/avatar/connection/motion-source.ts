/** From a controller's options to where its motion comes from. Loaded when the first session is opened. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionSource, RoomSource } from '../../shared/contracts/motion-source.js';
import { regionHosts } from '../../shared/contracts/region-hosts.js';
import type { AvatarOptions } from '../avatar-options.js';
import { checkSampleRate } from '../conversations/speech-checks.js';

const INGRESS_PATH = '/v2/driveningress';

/**
 * The WebSocket base of a Motion Server, `ws(s)://host/v2/driveningress`.
 *
 * @param pageUrl Base of a relative `serverUrl` and of none at all.
 * @throws {AvatarError} `invalidConfiguration`.
 */
export function ingressUrl(serverUrl: string | null, region: string | null, pageUrl: string): string {
  if (!serverUrl && region) return regionHosts(region).ingressUrl;
  const url = webSocketUrl('server-url', serverUrl || '/', pageUrl);
  const path = url.pathname.replace(/\/websocket\/?$/, '').replace(/\/$/, '');
  return `${url.protocol}//${url.host}${path || INGRESS_PATH}${url.search}`;
}

/** A `ws(s)` URL from what an attribute says. @throws {AvatarError} `invalidConfiguration`. */
function webSocketUrl(attribute: string, value: string, pageUrl: string): URL {
  let url: URL;
  try {
    url = new URL(value, pageUrl);
  } catch {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${attribute} is no valid URL: ${value}`);
  }
  const scheme = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }[url.protocol];
  if (!scheme) {
    throw new AvatarError(ErrorCode.invalidConfiguration, `${attribute} must be a ws(s) or http(s) URL: ${url.protocol}`);
  }
  url.protocol = scheme;
  url.hash = '';
  return url;
}

/** The engine hears nothing above 8 kHz: more than this rate upstream costs bytes and brings nothing. */
const UPSTREAM_RATE_HZ = 16_000;

/**
 * @param firstRound Above every round so far.
 * @throws {AvatarError} `invalidConfiguration`, `unsupportedSampleRate`.
 */
export function motionSource(options: AvatarOptions, pageUrl: string, firstRound: number): MotionSource | RoomSource {
  checkSampleRate(options.sampleRateHz);
  if (options.mode === 'local') return { kind: 'local' };
  const { connectTimeoutMs, fallback } = options;
  const sampleRateHz = Math.min(options.sampleRateHz, UPSTREAM_RATE_HZ);
  if (options.mode === 'livekit') {
    const { livekitUrl, livekitIdentity: identity, livekitRoom: room } = options;
    if (!room && !livekitUrl) {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'LiveKit mode needs a livekit-url and a livekit-token-endpoint, or a room.');
    }
    const url = room || !livekitUrl ? '' : webSocketUrl('livekit-url', livekitUrl, pageUrl).href;
    return { kind: 'livekit', url, identity, room, connectTimeoutMs };
  }
  if (options.mode === 'backend') {
    if (!options.relayUrl) return { kind: 'app', sampleRateHz, connectTimeoutMs, fallback };
    const { href: url } = webSocketUrl('relay-url', options.relayUrl, pageUrl);
    return { kind: 'relay', url, firstRound, connectTimeoutMs, fallback };
  }
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
