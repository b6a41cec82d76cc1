/** From attributes to what the controller is told. */
import { DEFAULT_AVATAR } from '../avatar/built-in-avatars.js';
import type { AvatarControllerOptions } from '../avatar/controller-options.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import { isIntensity, MAX_INTENSITY, SPEECH_STYLES, type SpeechStyle } from '../shared/contracts/speech-style.js';
import { AttributeChecks, knownOf, numberFrom } from './attribute-checks.js';

const MODES = ['local', 'direct', 'backend', 'livekit'] as const;
export type AvatarMode = (typeof MODES)[number];
const STARVATIONS = ['audio-independent', 'strict-sync'] as const;
const FALLBACKS = ['audio', 'local'] as const;

/** The properties of the element that the controller's options come from. */
export interface ConnectionProperties {
  mode: AvatarMode | null;
  appId: string;
  avatarId: string | null;
  tokenEndpoint: string | null;
  sessionToken: string | null;
  requestToken: ((isRefresh: boolean) => Promise<string>) | null;
  serverUrl: string | null;
  region: string | null;
  relayUrl: string | null;
  livekitUrl: string | null;
  livekitTokenEndpoint: string | null;
  livekitIdentity: string | null;
  room: object | null;
  sampleRate: number;
  frameStarvation: AvatarControllerOptions['frameStarvation'];
  fallback: AvatarControllerOptions['fallback'];
  speechStyle: SpeechStyle;
  intensity: number;
  connectTimeout: number;
  audioLatencyOffset: number;
}

/** Those of them that make a running connection another one. */
export const CONNECTION_PROPERTIES: readonly (keyof ConnectionProperties)[] = [
  'mode',
  'appId',
  'avatarId',
  'tokenEndpoint',
  'sessionToken',
  'requestToken',
  'serverUrl',
  'region',
  'relayUrl',
  'livekitUrl',
  'livekitTokenEndpoint',
  'livekitIdentity',
  'room',
  'sampleRate',
  'frameStarvation',
  'fallback',
  'speechStyle',
  'intensity',
  'connectTimeout',
  'audioLatencyOffset',
];

/** `direct` where there is a way to a token, else `local`. */
export function effectiveMode(properties: ConnectionProperties): AvatarMode {
  if (properties.mode) return properties.mode;
  const { tokenEndpoint, sessionToken, requestToken } = properties;
  return tokenEndpoint || sessionToken || requestToken ? 'direct' : 'local';
}

function numbersOf({ sampleRate, intensity, connectTimeout, audioLatencyOffset }: ConnectionProperties) {
  return {
    sampleRateHz: numberFrom(sampleRate, 16_000),
    intensity: numberFrom(intensity, 1),
    connectTimeout: numberFrom(connectTimeout, 15_000),
    audioLatencyOffset: numberFrom(audioLatencyOffset, 0),
  };
}

/** @returns What is wrong with the properties, each with the attribute's name. Empty when they can work. */
export function configurationErrors(properties: ConnectionProperties): AvatarError[] {
  const checks = new AttributeChecks();
  const { intensity, connectTimeout, audioLatencyOffset } = numbersOf(properties);
  checks.choice('mode', effectiveMode(properties), MODES);
  checks.choice('frame-starvation', properties.frameStarvation, STARVATIONS);
  checks.choice('fallback', properties.fallback, FALLBACKS);
  checks.choice('speech-style', properties.speechStyle, SPEECH_STYLES);
  checks.that(isIntensity(intensity), `intensity is a number from 0 to ${MAX_INTENSITY}.`);
  checks.that(connectTimeout > 0, 'connect-timeout is a number of milliseconds above 0.');
  checks.that(Number.isFinite(audioLatencyOffset), 'audio-latency-offset is a number of milliseconds.');
  return checks.errors;
}

/** Values that cannot work are replaced by their defaults; `configurationErrors` has told of them. */
export function controllerOptions(properties: ConnectionProperties): AvatarControllerOptions {
  const { tokenEndpoint, sessionToken, requestToken } = properties;
  const { sampleRateHz, intensity, connectTimeout, audioLatencyOffset } = numbersOf(properties);
  const mode = effectiveMode(properties);
  return {
    mode: knownOf(mode, MODES),
    appId: properties.appId,
    avatarId: properties.avatarId ?? DEFAULT_AVATAR,
    serverUrl: properties.serverUrl,
    region: properties.region,
    relayUrl: properties.relayUrl,
    livekitUrl: properties.livekitUrl,
    livekitIdentity: properties.livekitIdentity,
    livekitRoom: properties.room,
    token: { tokenEndpoint: mode === 'livekit' ? properties.livekitTokenEndpoint : tokenEndpoint, sessionToken, requestToken },
    sampleRateHz,
    frameStarvation: knownOf(properties.frameStarvation, STARVATIONS),
    fallback: knownOf(properties.fallback, FALLBACKS),
    style: knownOf(properties.speechStyle, SPEECH_STYLES),
    intensity: isIntensity(intensity) ? intensity : 1,
    connectTimeoutMs: connectTimeout > 0 ? connectTimeout : 15_000,
    audioLatencyOffsetSeconds: Number.isFinite(audioLatencyOffset) ? audioLatencyOffset / 1000 : 0,
  };
}
