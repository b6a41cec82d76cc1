import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { AvatarMode } from '../shared/contracts/avatar-mode.js';
import type { ChannelNames } from '../shared/contracts/channel-names.js';
import type { View } from '../shared/contracts/framing.js';
import type { GazeHabit, Mood, MotionStyle } from '../shared/contracts/life-settings.js';
import type { SpeechStyle } from '../shared/contracts/speech-style.js';
import type { Renderer } from '../shared/contracts/stage.js';
import type { PictureTransform } from '../shared/contracts/stage-settings.js';
import type { LogLevel } from '../shared/core/logger.js';
import type { ConnectionProperties } from './connection-attributes.js';

/** Declares the attributes and properties of `<spatius-avatar>`; `SpatiusAvatar` and `AvatarShell` apply them. */
export class AvatarProperties extends LitElement implements ConnectionProperties {
  /** Where motion is computed. Default: `direct` if a token source is set, otherwise `local`. */
  @property() mode: AvatarMode | null = null;
  /** App ID that the Session Token is issued for. */
  @property({ attribute: 'app-id' }) appId = '';
  /** A built-in avatar (`aria`, `theo` or `nia`) or an avatar ID of the Motion Server's account. */
  @property({ attribute: 'avatar-id' }) avatarId: string | null = null;
  /** URL of an avatar file (GLB, VRM or a zip with a Gaussian head); overrides `avatar-id`. */
  @property() src: string | null = null;
  /** Meaning of names in the avatar file that are not understood, such as `{ Mund_auf: 'jawOpen' }`; see `setChannelNames`. */
  @property({ attribute: false }) channelNames: ChannelNames | null = null;
  /** URL that answers a POST with a Session Token; requested on connect and before the token expires. */
  @property({ attribute: 'token-endpoint' }) tokenEndpoint: string | null = null;
  /** A fixed Session Token. */
  @property({ attribute: 'session-token' }) sessionToken: string | null = null;
  /** Function that returns a Session Token; overrides `token-endpoint` and `session-token`. */
  @property({ attribute: false }) requestToken: ((isRefresh: boolean) => Promise<string>) | null = null;
  /** Motion Server (ingress) URL, `ws(s)` or `http(s)`. Default: derived from `region`, otherwise the page's origin. */
  @property({ attribute: 'server-url' }) serverUrl: string | null = null;
  /** Region of a Spatius Motion Server, such as `us-west`. */
  @property() region: string | null = null;
  /** `backend` mode: WebSocket URL of your backend's relay, `ws(s)` or `http(s)`. */
  @property({ attribute: 'relay-url' }) relayUrl: string | null = null;
  /** `livekit` mode: URL of the LiveKit server, `ws(s)` or `http(s)`. */
  @property({ attribute: 'livekit-url' }) livekitUrl: string | null = null;
  /** `livekit` mode: URL that answers a POST with the visitor's participant token. */
  @property({ attribute: 'livekit-token-endpoint' }) livekitTokenEndpoint: string | null = null;
  /** `livekit` mode: identity of the agent, or of the participant that publishes for it. Default: the participant that sends motion. */
  @property({ attribute: 'livekit-identity' }) livekitIdentity: string | null = null;
  /** `livekit` mode: a `Room` of `livekit-client` that the page connects and disconnects itself. */
  @property({ attribute: false }) room: object | null = null;
  /** URL that answers a POST of `{ text }` with speech audio; see `say()`. */
  @property({ attribute: 'speech-endpoint' }) speechEndpoint: string | null = null;
  /** Sample rate of the PCM passed to `send()` and `yieldAudioData()`, Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000. */
  @property({ attribute: 'sample-rate', type: Number }) sampleRate = 16_000;
  /** When motion is late: audio continues (`audio-independent`) or waits for it (`strict-sync`). */
  @property({ attribute: 'frame-starvation' }) frameStarvation: 'audio-independent' | 'strict-sync' = 'audio-independent';
  /** Without a connection: play audio only (`audio`), or compute motion in the browser (`local`). */
  @property() fallback: 'audio' | 'local' = 'audio';
  /** Mouth articulation: unchanged (`natural`), larger and sharper (`crisp`), or smaller and softer (`calm`). Timing is unaffected. */
  @property({ attribute: 'speech-style' }) speechStyle: SpeechStyle = 'natural';
  /** Amplitude of speech motion, 0..2. */
  @property({ type: Number }) intensity = 1;
  /** Time until a connection attempt fails, ms. */
  @property({ attribute: 'connect-timeout', type: Number }) connectTimeout = 15_000;
  /** The first speech waits so long for a connection that is being made, ms; then its sound begins, and the face joins. */
  @property({ attribute: 'start-timeout', type: Number }) startTimeout = 3000;
  /** Added to the measured audio output latency, ms; for Bluetooth speakers that do not report theirs. */
  @property({ attribute: 'audio-latency-offset', type: Number }) audioLatencyOffset = 0;
  /** Connects when the element is added to the document. */
  @property({ type: Boolean }) autostart = false;
  /** `lazy` loads the avatar shortly before it scrolls into view, `eager` immediately. */
  @property() loading: 'lazy' | 'eager' = 'lazy';
  /**
   * When to load the code and data of speech (motion worker, audio worklet, mouth model): `auto` when the page is idle after the
   * first picture, unless the browser saves data; `none` with the first speech.
   */
  @property() preload: 'auto' | 'none' = 'auto';
  /**
   * Log in the browser's console, for all avatars of the page: `off`, `error`, `warn`, `info` or `debug`. The query parameter
   * `spatius-log` of the page overrides it. Default: unset, which is `off`.
   */
  @property({ attribute: 'log-level' }) logLevel: LogLevel | null = null;
  /** URL of an image shown until the first frame. */
  @property() poster: string | null = null;
  /** Mutes the audio; playback continues. */
  @property({ type: Boolean }) muted = false;
  /** Audio volume, 0..1. */
  @property({ type: Number }) volume = 1;
  /** Lets the visitor's voice interrupt the avatar and set `listening`. Asks for the microphone on the first user gesture. */
  @property({ type: Boolean }) interruptible = false;
  /** With `interruptible`: a microphone stream that the page already has, preferably with echo cancellation. The page keeps ownership of its tracks. */
  @property({ attribute: false }) microphone: MediaStream | null = null;
  /** Shows controls for start, pause, stop, captions and volume. */
  @property({ type: Boolean }) controls = false;
  /** Shows captions if the speech has any. The visitor can toggle them in the controls. */
  @property({ type: Boolean }) captions = false;
  /** Framing: `portrait` (head), `bust` (head and shoulders) or `full` (whole figure). */
  @property() view: View = 'portrait';
  /** Rendering API: `webgl`, `webgpu` (falls back to WebGL where unavailable; `diagnose()` gives the reason) or `auto`, the same as `webgl`. */
  @property() renderer: Renderer | 'auto' = 'auto';
  /** Camera position around the head: `theta phi radius`, each `auto` or a number with its unit, such as `30deg 80deg 110%`. */
  @property({ attribute: 'camera-orbit' }) cameraOrbit: string | null = null;
  /** Moves and scales the picture: `x y scale`, or an object; x −1 (left)..1 (right), y −1 (bottom)..1 (top). */
  @property() transform: string | Partial<PictureTransform> | null = null;
  /** Lets the visitor turn the camera by dragging or, while the element has focus, with the arrow keys; a double click resets it. */
  @property({ attribute: 'camera-controls', type: Boolean, reflect: true }) cameraControls = false;
  /** Idle and head motion: `lively`, or `calm` for lips and blinks only. `prefers-reduced-motion` implies `calm`. */
  @property() motion: MotionStyle = 'lively';
  /** Facial mood, at rest and while speaking. */
  @property() mood: Mood = 'neutral';
  /** Strength of the mood, 0..1. */
  @property({ attribute: 'mood-intensity', type: Number }) moodIntensity = 1;
  /** Gaze direction: mostly at the `viewer`, following the `pointer`, or wandering (`free`). */
  @property() gaze: GazeHabit = 'viewer';
  /** Shows an attentive listener that nods. Set automatically while speech is detected in the microphone (`interruptible`, or one published in `livekit` mode). */
  @property({ type: Boolean }) listening = false;
}
