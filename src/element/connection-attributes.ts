/** The element's connection attributes, and the options they stand for. */

import type { AvatarOptions } from '../avatar/avatar-options.js';
import { DEFAULT_AVATAR } from '../avatar/built-in-avatars.js';
import type { AttributeTable } from '../shared/contracts/attribute-table.js';
import { AVATAR_MODES, type AvatarMode } from '../shared/contracts/avatar-mode.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import { isIntensity, MAX_INTENSITY, SPEECH_STYLES, type SpeechStyle } from '../shared/contracts/speech-style.js';
import { attributeErrors, propertiesOf, settingsFrom } from './attributes.js';

const MODE = { mode: { property: 'mode', values: AVATAR_MODES } } as const satisfies AttributeTable;
const CONNECT_TIMEOUT = {
  property: 'connectTimeout',
  default: 15_000,
  requirement: 'above 0 ms',
  isValid: (value: number) => value > 0,
} as const;
const CHECKED = {
  // The rate is checked where PCM is read: speech of other kinds needs none.
  sampleRateHz: { property: 'sampleRate', default: 16_000, requirement: 'a number', isValid: () => true },
  frameStarvation: { property: 'frameStarvation', values: ['audio-independent', 'strict-sync'] },
  fallback: { property: 'fallback', values: ['audio', 'local'] },
  style: { property: 'speechStyle', values: SPEECH_STYLES },
  intensity: { property: 'intensity', default: 1, requirement: `a number from 0 to ${MAX_INTENSITY}`, isValid: isIntensity },
  connectTimeoutMs: CONNECT_TIMEOUT,
  startTimeoutMs: { ...CONNECT_TIMEOUT, property: 'startTimeout', default: 3000 },
} as const satisfies AttributeTable;

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
  frameStarvation: AvatarOptions['frameStarvation'];
  fallback: AvatarOptions['fallback'];
  speechStyle: SpeechStyle;
  intensity: number;
  connectTimeout: number;
  startTimeout: number;
}

const UNCHECKED: readonly (keyof ConnectionProperties)[] = [
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
];

export const CONNECTION_PROPERTIES = [...propertiesOf(MODE), ...propertiesOf(CHECKED), ...UNCHECKED] as (keyof ConnectionProperties)[];

/** Default: `direct` if a token source is set, otherwise `local`. */
export function effectiveMode(properties: ConnectionProperties): AvatarMode {
  if (properties.mode) return properties.mode;
  const { tokenEndpoint, sessionToken, requestToken } = properties;
  return tokenEndpoint || sessionToken || requestToken ? 'direct' : 'local';
}

/** @returns One error for each attribute whose value cannot work, with its name. */
export function configurationErrors(properties: ConnectionProperties): AvatarError[] {
  return [...attributeErrors(MODE, { mode: effectiveMode(properties) }), ...attributeErrors(CHECKED, properties)];
}

/** Values that cannot work are replaced by their defaults; `configurationErrors` reports them. */
export function avatarOptions(properties: ConnectionProperties): AvatarOptions {
  const { tokenEndpoint, sessionToken, requestToken } = properties;
  const { mode } = settingsFrom(MODE, { mode: effectiveMode(properties) });
  const settings = settingsFrom(CHECKED, properties);
  return {
    ...settings,
    mode,
    appId: properties.appId,
    avatarId: properties.avatarId ?? DEFAULT_AVATAR,
    serverUrl: properties.serverUrl,
    region: properties.region,
    relayUrl: properties.relayUrl,
    livekitUrl: properties.livekitUrl,
    livekitIdentity: properties.livekitIdentity,
    livekitRoom: properties.room,
    token: { tokenEndpoint: mode === 'livekit' ? properties.livekitTokenEndpoint : tokenEndpoint, sessionToken, requestToken },
  };
}
