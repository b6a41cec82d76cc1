/** How an avatar speaks and connects, and which options take effect when. */
import type { AvatarMode } from '../shared/contracts/avatar-mode.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { FrameStarvation } from '../shared/contracts/speech-session.js';
import { type Expression, NATURAL_EXPRESSION, type SpeechStyle } from '../shared/contracts/speech-style.js';
import { DEFAULT_SAMPLE_RATE_HZ } from '../shared/samples/sample-rates.js';
import { isSameTokenSource, type TokenSource } from './connection/token-source.js';

export interface AvatarOptions {
  /**
   * `direct`: a Motion Server computes the motion. `local`: the engine in this browser does. `backend`: the app's own
   * backend brings speech and motion. `livekit`: a room does.
   */
  readonly mode: AvatarMode;
  readonly appId: string;
  readonly avatarId: string;
  /** Motion Server (ingress) URL, `ws(s)` or `http(s)`, absolute or relative to the page. Wins over `region`. */
  readonly serverUrl: string | null;
  /** Region of a Spatius Motion Server, such as `us-west`. Default with `serverUrl` unset: the page's own origin. */
  readonly region: string | null;
  /** Backend mode: the relay, `ws(s)` or `http(s)`, absolute or relative to the page. Default: the app passes speech and motion itself. */
  readonly relayUrl: string | null;
  /** LiveKit mode: the LiveKit server, `ws(s)` or `http(s)`. `token` brings participants' tokens then. */
  readonly livekitUrl: string | null;
  /** Identity of the room's participant that speaks, or on whose behalf it speaks; null takes the first that brings motion. */
  readonly livekitIdentity: string | null;
  /** A `Room` of livekit-client that the app joins and leaves itself, in place of `livekitUrl`. */
  readonly livekitRoom: object | null;
  readonly token: TokenSource;
  /** Rate of the PCM passed to `send`, Hz: one of `PCM_SAMPLE_RATES`. */
  readonly sampleRateHz: number;
  readonly frameStarvation: FrameStarvation;
  /** Without a connection: sound alone (`audio`), or motion of the local engine. */
  readonly fallback: 'audio' | 'local';
  /** How speech moves the face, from the next round on; `speak()` can override it, see `SpeechManner`. */
  readonly style: SpeechStyle;
  readonly intensity: number;
  /** After this many ms without a connection the state is `failed` and speech is audio only. */
  readonly connectTimeoutMs: number;
  /** The first speech waits this many ms for a connection that is being made, see `MotionTimeout`. */
  readonly startTimeoutMs: number;
}

export const DEFAULT_AVATAR_OPTIONS: AvatarOptions = {
  mode: 'local',
  appId: '',
  avatarId: '',
  serverUrl: null,
  region: null,
  relayUrl: null,
  livekitUrl: null,
  livekitIdentity: null,
  livekitRoom: null,
  token: {},
  sampleRateHz: DEFAULT_SAMPLE_RATE_HZ,
  frameStarvation: 'audio-independent',
  fallback: 'audio',
  ...NATURAL_EXPRESSION,
  connectTimeoutMs: 15_000,
  startTimeoutMs: 3000,
};

type OptionName = keyof AvatarOptions;

const CONNECTION_OPTIONS: ReadonlySet<OptionName> = new Set([
  'mode',
  'appId',
  'avatarId',
  'serverUrl',
  'region',
  'relayUrl',
  'livekitUrl',
  'livekitIdentity',
  'livekitRoom',
  'token',
  'sampleRateHz',
  'fallback',
  'connectTimeoutMs',
  'startTimeoutMs',
]);

/** Options that take effect only when connecting. */
export function isConnectionOption(name: OptionName): boolean {
  return CONNECTION_OPTIONS.has(name);
}

export function changedOptions(before: AvatarOptions, after: AvatarOptions): OptionName[] {
  return (Object.keys(after) as OptionName[]).filter((name) =>
    name === 'token' ? !isSameTokenSource(before.token, after.token) : before[name] !== after[name],
  );
}

/** The part of the options that the motion worker gets. */
export function expressionOf({ style, intensity }: AvatarOptions): Expression {
  return { style, intensity };
}

/** The names of `SpeakOptions`; `cues` and `lang` concern captions. */
const SPEAK_OPTIONS = ['signal', 'sampleRateHz', 'encoding', 'style', 'intensity', 'visemes', 'phonemes', 'words', 'cues', 'lang'];

/** @throws {AvatarError} `invalidConfiguration` for an unknown name: a misspelt option would silently do nothing. */
export function checkSpeakOptions(options: object): void {
  const unknown = Object.keys(options).find((name) => !SPEAK_OPTIONS.includes(name));
  if (unknown === undefined) return;
  throw new AvatarError(ErrorCode.invalidConfiguration, `speak() has no option ${unknown}. There are ${SPEAK_OPTIONS.join(', ')}.`);
}
