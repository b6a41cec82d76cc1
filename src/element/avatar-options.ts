/** From attributes to what the controller is told. */
import { DEFAULT_AVATAR } from '../controller/built-in-avatars.js';
import type { AvatarControllerOptions } from '../controller/controller-options.js';
import { AvatarError, ErrorCode } from '../shared/errors.js';
import { isIntensity, MAX_INTENSITY, SPEECH_STYLES, type SpeechStyle } from '../shared/speech-style.js';

export type AvatarMode = 'direct' | 'local' | 'backend' | 'livekit';

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
  'mode', 'appId', 'avatarId', 'tokenEndpoint', 'sessionToken', 'requestToken', 'serverUrl', 'region', 'relayUrl', 'livekitUrl',
  'livekitTokenEndpoint', 'livekitIdentity', 'room', 'sampleRate',
  'frameStarvation', 'fallback', 'speechStyle', 'intensity', 'connectTimeout', 'audioLatencyOffset',
];

/** `direct` where there is a way to a token, else `local`. */
export function effectiveMode(properties: ConnectionProperties): AvatarMode {
  if (properties.mode) return properties.mode;
  const { tokenEndpoint, sessionToken, requestToken } = properties;
  return tokenEndpoint || sessionToken || requestToken ? 'direct' : 'local';
}

function isConnectable(mode: AvatarMode): mode is AvatarControllerOptions['mode'] {
  return mode === 'direct' || mode === 'local' || mode === 'backend' || mode === 'livekit';
}

/** @returns What is wrong with the properties, each with the attribute's name. Empty when they can work. */
export function configurationErrors(properties: ConnectionProperties): AvatarError[] {
  const errors: AvatarError[] = [];
  const complain = (words: string): void => {
    errors.push(new AvatarError(ErrorCode.invalidConfiguration, words));
  };
  const mode = effectiveMode(properties);
  if (!isConnectable(mode)) complain(`mode="${String(mode)}" is not known. Use "direct", "backend", "livekit" or "local".`);
  const check = (attribute: string, value: string, allowed: readonly string[]): void => {
    if (!allowed.includes(value)) complain(`${attribute}="${value}" is not known. Use ${allowed.map((word) => `"${word}"`).join(' or ')}.`);
  };
  check('frame-starvation', properties.frameStarvation, ['audio-independent', 'strict-sync']);
  check('fallback', properties.fallback, ['audio', 'local']);
  check('speech-style', properties.speechStyle, SPEECH_STYLES);
  if (!isIntensity(properties.intensity)) complain(`intensity is a number from 0 to ${MAX_INTENSITY}.`);
  if (!(properties.connectTimeout > 0)) complain('connect-timeout is a number of milliseconds above 0.');
  if (!Number.isFinite(properties.audioLatencyOffset)) complain('audio-latency-offset is a number of milliseconds.');
  return errors;
}

/** Values that cannot work are replaced by their defaults; `configurationErrors` has told of them. */
export function controllerOptions(properties: ConnectionProperties): AvatarControllerOptions {
  const { tokenEndpoint, sessionToken, requestToken, connectTimeout, audioLatencyOffset } = properties;
  const mode = effectiveMode(properties);
  return {
    mode: isConnectable(mode) ? mode : 'local',
    appId: properties.appId,
    avatarId: properties.avatarId ?? DEFAULT_AVATAR,
    serverUrl: properties.serverUrl,
    region: properties.region,
    relayUrl: properties.relayUrl,
    livekitUrl: properties.livekitUrl,
    livekitIdentity: properties.livekitIdentity,
    livekitRoom: properties.room,
    token: { tokenEndpoint: mode === 'livekit' ? properties.livekitTokenEndpoint : tokenEndpoint, sessionToken, requestToken },
    sampleRateHz: properties.sampleRate,
    frameStarvation: properties.frameStarvation === 'strict-sync' ? 'strict-sync' : 'audio-independent',
    fallback: properties.fallback === 'local' ? 'local' : 'audio',
    style: SPEECH_STYLES.includes(properties.speechStyle) ? properties.speechStyle : 'natural',
    intensity: isIntensity(properties.intensity) ? properties.intensity : 1,
    connectTimeoutMs: connectTimeout > 0 ? connectTimeout : 15_000,
    audioLatencyOffsetSeconds: Number.isFinite(audioLatencyOffset) ? audioLatencyOffset / 1000 : 0,
  };
}
