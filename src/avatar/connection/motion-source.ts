/** The source that a controller's options name. Loaded when the first session is opened. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { regionHosts } from '../../shared/contracts/region-hosts.js';
import type { MotionTimeout, SourceOptions } from '../../shared/contracts/source-options.js';
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

/** The engine uses nothing above 8 kHz: a higher rate upstream costs bytes and gains nothing. */
const UPSTREAM_RATE_HZ = 16_000;

type SourceOf = (options: AvatarOptions, pageUrl: string, firstRound: number) => SourceOptions;

/** By `mode`; another source begins here. */
const SOURCES: { readonly [Mode in AvatarOptions['mode']]: SourceOf } = {
  local: () => ({ kind: 'engine' }),
  direct: (options, pageUrl) => {
    if (!options.appId) throw new AvatarError(ErrorCode.invalidConfiguration, 'Direct mode needs an app-id.');
    const { serverUrl, region, appId, avatarId } = options;
    return {
      kind: 'server',
      serverUrl: ingressUrl(serverUrl, region, pageUrl),
      appId,
      avatarId,
      ...upstream(options),
      ...timeout(options),
    };
  },
  backend: (options, pageUrl, firstRound) => {
    if (!options.relayUrl) return { kind: 'app', ...upstream(options), ...timeout(options) };
    const { href: url } = webSocketUrl('relay-url', options.relayUrl, pageUrl);
    return { kind: 'relay', url, firstRound, ...timeout(options) };
  },
  livekit: ({ livekitUrl, livekitIdentity: identity, livekitRoom: room, connectTimeoutMs }, pageUrl, firstRound) => {
    if (!room && !livekitUrl) {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'LiveKit mode needs a livekit-url and a livekit-token-endpoint, or a room.');
    }
    const url = room || !livekitUrl ? '' : webSocketUrl('livekit-url', livekitUrl, pageUrl).href;
    return { kind: 'livekit', url, identity, room, connectTimeoutMs, firstRound };
  },
};

/**
 * @param firstRound Above every round so far.
 * @throws {AvatarError} `invalidConfiguration`, `unsupportedSampleRate`.
 */
export function motionSource(options: AvatarOptions, pageUrl: string, firstRound: number): SourceOptions {
  checkSampleRate(options.sampleRateHz);
  return SOURCES[options.mode](options, pageUrl, firstRound);
}

function upstream({ sampleRateHz }: AvatarOptions): { sampleRateHz: number } {
  return { sampleRateHz: Math.min(sampleRateHz, UPSTREAM_RATE_HZ) };
}

function timeout({ connectTimeoutMs, startTimeoutMs, fallback }: AvatarOptions): MotionTimeout {
  return { connectTimeoutMs, startTimeoutMs, fallback };
}
