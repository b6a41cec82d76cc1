import type { AssembledAvatar } from '../avatar/assembled-avatar.js';
import type { ListenOptions } from '../avatar/controller-parts.js';
import { type MotionPayload, readMotionPayloads } from '../avatar/conversations/motion-payloads.js';
import type { PcmInput } from '../avatar/conversations/pcm-input.js';
import { checkSpeechMode } from '../avatar/conversations/speech-checks.js';
import type { ConnectionState } from '../shared/contracts/connection-state.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { configurationErrors, controllerOptions } from './avatar-options.js';
import { AvatarShell } from './avatar-shell.js';
import type { AvatarStats } from './avatar-stats.js';
import type { CaptionCue, SpeakOptions } from './captions/caption-cue.js';
import type { CaptureOptions, RecordOptions } from './capture.js';
import type { Diagnosis } from './diagnosis.js';
import { LazyPiece } from './lazy-piece.js';
import type { SayOptions } from './sayings.js';

/**
 * A talking 3D character: speech audio goes in, a face in sync with the sound comes out.
 *
 * @tag spatius-avatar
 * @summary A real-time talking 3D avatar.
 *
 * @slot - Content above the picture, and `<track kind="captions">` for what is said. It lets pointers through where it is empty.
 * @slot poster - Shown until the first frame, in place of the `poster` image.
 * @slot loading - Shown while the avatar is loaded, in place of silhouette and progress bar.
 * @slot error - Shown when there is no picture, in place of the message and its button.
 *
 * @fires {AvatarLoadProgressEvent} avatar-load-progress - The avatar file is on its way: `progress`, 0..1.
 * @fires {AvatarReadyEvent} avatar-ready - The first frame of an avatar is drawn.
 * @fires {AvatarConnectionStateEvent} avatar-connection-state - `state` is `disconnected`, `connecting`, `connected` or `failed`.
 * @fires {AvatarConversationStateEvent} avatar-conversation-state - `state` is `idle`, `playing` or `paused`.
 * @fires {AvatarConversationMotionEvent} avatar-conversation-motion - Where the face comes from: `server`, `local` or `none`.
 * @fires {AvatarFramesDiscardedEvent} avatar-frames-discarded - Motion of another conversation was handed over: `conversationId`, `payloadCount`, `reason`.
 * @fires {AvatarErrorEvent} avatar-error - Something went wrong: `error` is an `AvatarError` with a `code`.
 * @fires {AvatarAudioBlockedEvent} avatar-audio-blocked - The browser keeps the sound locked until a gesture.
 * @fires {AvatarAudioUnblockedEvent} avatar-audio-unblocked - The sound is free.
 * @fires {AvatarPlaybackStallEvent} avatar-playback-stall - Speech waits for data (`isStalled`) or goes on.
 * @fires {AvatarUserSpeechEvent} avatar-user-speech - With `interruptible`: the visitor speaks (`isSpeaking`) or has ended. Prevented, it interrupts nothing.
 * @fires {AvatarCueChangeEvent} avatar-cue-change - Other captions are due than before: `cues`.
 * @fires {AvatarCaptionsChangeEvent} avatar-captions-change - The visitor has switched captions: `areShown`.
 *
 * @csspart canvas - The picture of the avatar.
 * @csspart poster - The layer of the poster.
 * @csspart poster-image - The image of the `poster` attribute.
 * @csspart loading - The layer shown while loading.
 * @csspart progress - The progress bar's track.
 * @csspart progress-bar - The progress bar's filled part.
 * @csspart error - The layer shown when there is no picture.
 * @csspart error-message - Its text.
 * @csspart button - Every button.
 * @csspart retry-button - Tries to show the avatar again.
 * @csspart sound-button - Unlocks the sound.
 * @csspart captions - The layer of the `captions` attribute.
 * @csspart caption - One caption.
 * @csspart controls - The bar of the `controls` attribute.
 * @csspart start-button - Connects and unlocks the sound; the pause button takes its place.
 * @csspart pause-button - Pauses and resumes.
 * @csspart stop-button - Interrupts the speech.
 * @csspart status - What the bar says: connecting, not connected, waiting.
 * @csspart captions-button - Switches captions, where there are any.
 * @csspart mute-button - Mutes.
 * @csspart volume - The volume slider.
 *
 * @cssprop [--spatius-avatar-background=transparent] - Behind the character.
 * @cssprop [--spatius-avatar-radius=0px] - Rounding of the corners.
 * @cssprop [--spatius-avatar-accent=#5b5bd6] - Progress, focus, hover and the button to begin with.
 * @cssprop [--spatius-avatar-on-accent=#fff] - Icon on the accent.
 * @cssprop [--spatius-avatar-surface] - Behind buttons and controls; translucent, by colour scheme.
 * @cssprop [--spatius-avatar-text] - Text and icons; by colour scheme.
 * @cssprop [--spatius-avatar-shade] - Silhouette and progress track; by colour scheme.
 * @cssprop [--spatius-avatar-caption-text=#fff] - Text of captions.
 * @cssprop [--spatius-avatar-caption-background=rgb(16 16 20 / 0.8)] - Behind it.
 * @cssprop [--spatius-avatar-caption-size] - Its font size; by the element's width, 12 to 24 pixels.
 *
 * @cssstate loading - The avatar is being loaded.
 * @cssstate ready - The avatar is shown.
 * @cssstate error - There is no picture.
 * @cssstate connecting - A connection is being made.
 * @cssstate connected - Motion can flow.
 * @cssstate failed - There is no connection; speech is sound alone.
 * @cssstate playing - Speech is heard.
 * @cssstate paused - Speech is held.
 * @cssstate stalled - Speech waits for data.
 * @cssstate audio-blocked - Sound is locked until a gesture.
 */
export class SpatiusAvatar extends AvatarShell {
  private readonly sayings = new LazyPiece(this, async () => [new (await import('./sayings.js')).Sayings(this)]);

  /** The connection to where motion comes from. */
  get connectionState(): ConnectionState {
    return this.assembly.assembly?.controller.connectionState ?? 'disconnected';
  }

  /** What is heard. */
  get conversationState(): 'idle' | 'playing' | 'paused' {
    return this.assembly.assembly?.controller.conversationState ?? 'idle';
  }

  /** Moment of the speech that is heard now, s from its beginning; 0 when nobody speaks. */
  get currentTime(): number {
    return this.assembly.assembly?.controller.getAudioTime() ?? 0;
  }

  /**
   * Connects to the Motion Server (`direct`) or the relay (`backend` with `relay-url`), joins the room (`livekit`), or
   * loads the engine (`local`).
   *
   * @returns Resolves when connected.
   * @throws {AvatarError} Why there is no connection.
   */
  async start(): Promise<void> {
    const errors = configurationErrors(this);
    if (errors[0]) throw errors[0];
    await this.assembly.ask(({ controller }) => controller.start());
  }

  /** Ends the connection and what plays; the avatar stays. */
  close(): void {
    this.assembly.input.drop();
    this.assembly.tell(({ controller }) => controller.close());
  }

  /**
   * Raw signed 16-bit little-endian mono PCM at `sampleRate`, in chunks of any size. Connects by itself. The first
   * chunk after an end opens a new conversation and interrupts the one before.
   *
   * @param pcm Bytes of PCM.
   * @param end Closes the conversation's input.
   * @returns The conversation's id; null for an empty chunk that belongs to none.
   * @throws {AvatarError} `unsupportedSampleRate`, `invalidAudioInput` when it begins like an audio file,
   *   `networkLayerNotAvailable` in `backend` mode.
   */
  send(pcm: PcmInput, end = false): string | null {
    checkSpeechMode(controllerOptions(this), false);
    return this.read(pcm, end);
  }

  /**
   * `backend` mode: speech that your backend made, as PCM like that of `send()`. Its motion follows by
   * `yieldFramesData()`; sound and face start when both are there.
   *
   * @param end Closes the conversation's input; the chunk may be empty then.
   * @returns The conversation's id, for its motion; null for an empty chunk that belongs to none, or when nothing can be
   *   played because the element is not in a document.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode, and what `send()` throws.
   */
  yieldAudioData(pcm: PcmInput, end = false): string | null {
    checkSpeechMode(controllerOptions(this), true);
    if (this.isConnected) return this.read(pcm, end);
    this.handleError(new AvatarError(ErrorCode.playbackStartFailed, 'The <spatius-avatar> is not in a document.'));
    return null;
  }

  /**
   * `backend` mode: motion of a conversation, as the Motion Server sent it to your backend. What belongs to another
   * conversation is discarded, and `avatar-frames-discarded` says so.
   *
   * @param payloads Whole messages in their order, untouched; they stay yours. An empty list, or an empty or missing
   *   payload: the conversation has no (more) motion and goes on as sound alone.
   * @param conversationId What `yieldAudioData()` returned.
   * @returns True once the final motion of the conversation has come.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode, `invalidMotionData` for what are no byte arrays.
   */
  yieldFramesData(payloads: readonly MotionPayload[] | null | undefined, conversationId: string): boolean {
    checkSpeechMode(controllerOptions(this), true);
    const motion = readMotionPayloads(payloads);
    let isFinal = motion.isFinal;
    this.assembly.tell(({ controller }) => (isFinal = controller.receiveMotion(conversationId, motion)));
    return isFinal;
  }

  private read(pcm: PcmInput, end: boolean): string | null {
    // What goes wrong with the connection is told by state and event.
    const connect = ({ controller }: AssembledAvatar) => (controller.connectionState === 'disconnected' ? controller.start() : undefined);
    this.assembly.ask(connect).catch(() => undefined);
    this.isSoundWanted = true;
    return this.assembly.input.send(pcm, controllerOptions(this).sampleRateHz, end);
  }

  /**
   * Says a URL, `Blob`, `Response`, `ReadableStream`, `AudioBuffer`, `MediaStream` or PCM, or a promise of one.
   * Connects by itself. Its `cues`, or else its `words`, are its captions; those that cannot be read are told by `avatar-error`, and the
   * speech is heard without.
   *
   * @returns Resolves when it was heard to its end.
   * @throws {AvatarError} `aborted` when interrupted, `invalidAudioInput`, `noAudio`, `networkLayerNotAvailable` in
   *   `backend` mode. Also told by `avatar-error`.
   */
  async speak(source: unknown, options: SpeakOptions = {}): Promise<void> {
    const { cues, lang, ...manner } = options;
    await this.untilHeard(({ controller }) => {
      const last = controller.getCurrentConversationId();
      const speech = controller.speak(source, manner);
      const id = controller.getCurrentConversationId();
      const words = cues ?? manner.words;
      if (words && id && id !== last) void this.captioning.want().then((captions) => captions.give(id, words, lang));
      return speech;
    });
  }

  /**
   * Gives a speech a caption, also while it is heard; for live speech, whose words come one by one.
   *
   * @param cue Seconds of its speech, and plain text.
   * @param conversationId What `send()` returned; without it, the newest speech.
   * @throws {AvatarError} `invalidCues`; `aborted` where there is no such speech, or no document.
   */
  async addCue(cue: CaptionCue, conversationId?: string): Promise<void> {
    const id = conversationId ?? (await this.assembly.ask(({ controller }) => controller.getCurrentConversationId()));
    if (!id) throw new AvatarError(ErrorCode.aborted, 'There is no speech to give a caption to.');
    (await this.captioning.want()).add(id, cue);
  }

  /**
   * Lets the face speak what a microphone, a call or a media element says, as it comes; the engine of this browser makes the
   * motion, whatever the mode.
   *
   * @param source `MediaStream`, or an `<audio>` or `<video>` element; one of another origin needs its `crossorigin` attribute, or
   *   the browser gives silence.
   * @param options `sound`: `delayed` plays it as late as the face needs, so that lips are on time (default for an element, whose
   *   own sound it replaces); `elsewhere` leaves it to others (default for a stream). `signal` ends it.
   * @returns Resolves when the source has ended.
   * @throws {AvatarError} `aborted` when interrupted, `noAudio`, `invalidAudioInput`. Also told by `avatar-error`.
   */
  async listen(source: MediaStream | HTMLMediaElement, options: ListenOptions = {}): Promise<void> {
    await this.untilHeard(({ controller }) => controller.listen(source, options));
  }

  private async untilHeard(play: (assembly: AssembledAvatar) => Promise<void>): Promise<void> {
    try {
      const speech = this.assembly.ask(play);
      this.assembly.input.drop();
      this.isSoundWanted = true;
      await speech;
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.invalidAudioInput);
      if (error.code !== ErrorCode.aborted) this.handleError(error);
      throw error;
    }
  }

  /**
   * Says words that the `speech-endpoint` turns into speech. Said while another saying is heard, it follows that; an
   * interruption drops all that wait.
   *
   * @param options Those of `speak()`, and `voice` and `language`, which the endpoint is told.
   * @returns Resolves when it was heard to its end.
   * @throws {AvatarError} `invalidConfiguration` without `speech-endpoint`, `invalidRequest` without words, `speechRequestFailed`,
   *   and what `speak()` throws.
   */
  async say(text: string, options: SayOptions = {}): Promise<void> {
    await (await this.sayings.want()).say(text, options);
  }

  /** Holds sound and face where they are. */
  pause(): void {
    this.assembly.assembly?.controller.pause();
  }

  /** Goes on after `pause()`. */
  async resume(): Promise<void> {
    await this.assembly.assembly?.controller.resume();
  }

  /** Drops what is being said, and what is still to come of it, at once. */
  interrupt(): void {
    if (this.sayings.isWanted) this.sayings.tell((sayings) => sayings.drop());
    this.assembly.input.drop();
    this.assembly.tell(({ controller }) => controller.interrupt());
  }

  /**
   * Makes sound possible; to be called in a click or key handler. The first gesture on the page does it as well.
   *
   * @throws {AvatarError} `audioBlocked` when the browser refuses.
   */
  async initializeAudioContext(): Promise<void> {
    await this.assembly.ask(({ controller }) => controller.initializeAudioContext());
  }

  /**
   * Shows a face of your own in place of speech; life at rest goes on beneath it.
   *
   * @param pose `[58]`: 52 ARKit weights 0..1 in Apple's order, head pitch, yaw, roll in radians, head x, y, z in metres.
   *   Null gives the face back to speech.
   */
  showPose(pose: Float32Array | null): void {
    this.assembly.tell(({ openedStage }) => openedStage?.setPose(pose));
  }

  /**
   * Looks at a point of the page, of the avatar's picture or beside it, until told otherwise; wins over `gaze`. Nothing moves in `calm`.
   *
   * @param x Pixels from the left edge of the viewport, like the `clientX` of a pointer event; null gives gaze back.
   * @param y Pixels from its upper edge, like `clientY`.
   * @throws {AvatarError} `invalidConfiguration` for what is no number.
   */
  lookAt(x: number | null, y?: number): void {
    if (x !== null && !(Number.isFinite(x) && Number.isFinite(y))) {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'lookAt() takes x and y in pixels of the page, or null.');
    }
    this.gazing.tell((gaze) => gaze.lookAt(x === null ? null : { clientX: x, clientY: y! }));
  }

  /**
   * `livekit` mode: lets the room hear the visitor's microphone, or no longer.
   *
   * @throws {AvatarError} `networkLayerNotAvailable` outside a room, or the browser's refusal.
   */
  async publishMicrophone(isOn = true): Promise<void> {
    await this.assembly.ask((assembly) => assembly.publishMicrophone(isOn));
  }

  /** A PNG of the next frame. @throws {AvatarError} `renderingFailed` while no avatar is shown. */
  async toBlob(): Promise<Blob> {
    return this.assembly.toBlob();
  }

  /**
   * Picture and voice as a stream, in sync, until its tracks are stopped or the avatar goes; it is drawn out of sight as well
   * then. Volume and `muted` do not change the voice.
   *
   * @param options `frameRate`: most pictures per second.
   * @throws {AvatarError} `renderingFailed` while no avatar is shown, `playbackInitFailed`, `recordingFailed`.
   */
  async captureStream(options?: CaptureOptions): Promise<MediaStream> {
    return (await import('./capture.js')).captureStream(this, this.assembly, options);
  }

  /**
   * Records picture and voice to a file, from now on; players can seek in it.
   *
   * @param options `signal` ends it; without one it ends with the speech that is heard, or with the next. `maxSeconds`
   *   (600), `mimeType` (WebM), `videoBitsPerSecond`, `frameRate`.
   * @returns What was recorded, also when the avatar goes before the end.
   * @throws {AvatarError} `invalidConfiguration` for a type the browser cannot write, `audioBlocked`, `recordingFailed`, and what
   *   `captureStream()` throws.
   */
  async record(options?: RecordOptions): Promise<Blob> {
    return (await import('./capture.js')).record(this, this.assembly, options);
  }

  /** How the avatar is doing: frames drawn and dropped, sync, latency, buffered sound, motion. */
  async stats(): Promise<AvatarStats> {
    return (await import('./avatar-stats.js')).avatarStats(this.assembly.assembly);
  }

  /** Says why the mouth would not move, why there is no sound and what draws (`findings`), with all it is judged by; no token. */
  async diagnose(): Promise<Diagnosis> {
    const { diagnose } = await import('./diagnosis.js');
    return diagnose(this, this.assembly, this.errors.list());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'spatius-avatar': SpatiusAvatar;
  }
}
