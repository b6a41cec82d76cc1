import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { View } from '../shared/contracts/framing.js';
import type { GazeHabit, Mood, MotionStyle } from '../shared/contracts/life-settings.js';
import type { SpeechStyle } from '../shared/contracts/speech-style.js';
import type { PictureTransform, Renderer } from '../shared/contracts/stage.js';
import type { AvatarMode, ConnectionProperties } from './avatar-options.js';

/** The attributes and properties of `<spatius-avatar>`; what they do is the element's business. */
export class AvatarProperties extends LitElement implements ConnectionProperties {
  /** Where motion comes from. Without it: `direct` where there is a way to a token, else `local`. */
  @property() mode: AvatarMode | null = null;
  /** The app that the Session Token belongs to. */
  @property({ attribute: 'app-id' }) appId = '';
  /** A built-in avatar (`aria`, `theo` or `nia`) or an avatar of the Motion Server's account. */
  @property({ attribute: 'avatar-id' }) avatarId: string | null = null;
  /** URL of an avatar file (GLB, VRM, zip of a Gaussian head); wins over `avatarId`. */
  @property() src: string | null = null;
  /** URL that answers a POST with a Session Token; called on connect and before expiry. */
  @property({ attribute: 'token-endpoint' }) tokenEndpoint: string | null = null;
  /** A Session Token given by hand. */
  @property({ attribute: 'session-token' }) sessionToken: string | null = null;
  /** The page's own way to a Session Token; wins over endpoint and fixed token. */
  @property({ attribute: false }) requestToken: ((isRefresh: boolean) => Promise<string>) | null = null;
  /** Motion Server (ingress) URL, `ws(s)` or `http(s)`. Without it: from `region`, else the page's own origin. */
  @property({ attribute: 'server-url' }) serverUrl: string | null = null;
  /** Region of a Spatius Motion Server, such as `us-west`. */
  @property() region: string | null = null;
  /** `backend` mode: WebSocket of your backend's relay, `ws(s)` or `http(s)`. */
  @property({ attribute: 'relay-url' }) relayUrl: string | null = null;
  /** `livekit` mode: the LiveKit server, `ws(s)` or `http(s)`. */
  @property({ attribute: 'livekit-url' }) livekitUrl: string | null = null;
  /** `livekit` mode: URL that answers a POST with a participant's token for the visitor. */
  @property({ attribute: 'livekit-token-endpoint' }) livekitTokenEndpoint: string | null = null;
  /** `livekit` mode: identity of the agent, or of the participant that speaks for it. Without it: whoever brings motion. */
  @property({ attribute: 'livekit-identity' }) livekitIdentity: string | null = null;
  /** `livekit` mode: a `Room` of `livekit-client` that the page joins and leaves itself. */
  @property({ attribute: false }) room: object | null = null;
  /** URL of your server that answers a POST of `{ text }` with speech; see `say()`. */
  @property({ attribute: 'speech-endpoint' }) speechEndpoint: string | null = null;
  /** Rate of the raw PCM passed to `send()` and `yieldAudioData()`, Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000. */
  @property({ attribute: 'sample-rate', type: Number }) sampleRate = 16_000;
  /** When motion is late: sound goes on (`audio-independent`), or waits for it (`strict-sync`). */
  @property({ attribute: 'frame-starvation' }) frameStarvation: 'audio-independent' | 'strict-sync' = 'audio-independent';
  /** Without a connection: sound alone (`audio`), or motion made in this browser (`local`). */
  @property() fallback: 'audio' | 'local' = 'audio';
  /** How speech moves the face: as it comes (`natural`), more and sharper (`crisp`), less and softer (`calm`). Timing stays. */
  @property({ attribute: 'speech-style' }) speechStyle: SpeechStyle = 'natural';
  /** How much speech moves the face, 0..2. */
  @property({ type: Number }) intensity = 1;
  /** Not connected after this many ms counts as failed. */
  @property({ attribute: 'connect-timeout', type: Number }) connectTimeout = 15_000;
  /** Added to the measured output latency, ms; for Bluetooth speakers that hide theirs. */
  @property({ attribute: 'audio-latency-offset', type: Number }) audioLatencyOffset = 0;
  /** Connects as soon as the element is in the document. */
  @property({ type: Boolean }) autostart = false;
  /** `lazy` loads the avatar when it is about to be seen, `eager` at once. */
  @property() loading: 'lazy' | 'eager' = 'lazy';
  /** URL of an image that is shown until the first frame. */
  @property() poster: string | null = null;
  /** Silences the speech; it goes on unheard. */
  @property({ type: Boolean }) muted = false;
  /** 0..1. */
  @property({ type: Number }) volume = 1;
  /** The visitor's voice interrupts the avatar and sets `listening`. Asks for the microphone with the first gesture on the page. */
  @property({ type: Boolean }) interruptible = false;
  /** With `interruptible`: a microphone that the page has already, best with echo cancellation. Its tracks stay the page's. */
  @property({ attribute: false }) microphone: MediaStream | null = null;
  /** Shows buttons for start, pause, stop, captions and volume. */
  @property({ type: Boolean }) controls = false;
  /** Shows the words that are heard, where the speech brings them. The visitor switches it by the bar. */
  @property({ type: Boolean }) captions = false;
  /** Framing: head, head and shoulders, or all there is. */
  @property() view: View = 'portrait';
  /** Renderer: `webgl`, `webgpu` (falls back to WebGL; `diagnose()` reports the reason), or `auto`, which is `webgl`. */
  @property() renderer: Renderer | 'auto' = 'auto';
  /** Where the camera stands around the head: `theta phi radius`, each `auto` or with its unit, such as `30deg 80deg 110%`. */
  @property({ attribute: 'camera-orbit' }) cameraOrbit: string | null = null;
  /** Shifts and scales the picture: `x y scale`, or an object; x −1 left..1 right, y −1 bottom..1 top. */
  @property() transform: string | Partial<PictureTransform> | null = null;
  /** Dragging, and the arrow keys while the element has the focus, turn the camera; a double click puts it back. */
  @property({ attribute: 'camera-controls', type: Boolean, reflect: true }) cameraControls = false;
  /** How much the character moves on its own; `calm` keeps lips and blinks only. `prefers-reduced-motion` means `calm`. */
  @property() motion: MotionStyle = 'lively';
  /**
   * The mood it is in, at rest and while it speaks: `neutral`, `happy`, `sad`, `surprised`, `angry`, `thinking`, `afraid`,
   * `disgusted`, `sleepy`, `concerned` or `skeptical`.
   */
  @property() mood: Mood = 'neutral';
  /** How much of the mood shows, 0..1. */
  @property({ attribute: 'mood-intensity', type: Number }) moodIntensity = 1;
  /** Where it looks by itself: mostly at the `viewer`, after the `pointer`, or around as it likes (`free`). */
  @property() gaze: GazeHabit = 'viewer';
  /** It listens to somebody: attends, nods. It does so by itself while a microphone that it hears (`interruptible`), or that it publishes in `livekit` mode, is spoken into. */
  @property({ type: Boolean }) listening = false;
}
