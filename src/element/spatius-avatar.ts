import type { Avatar } from '../avatar/avatar.js';
import type { Interruption } from '../avatar/conversations/interruption.js';
import { type MotionPayload, readMotionPayloads } from '../avatar/conversations/motion-payloads.js';
import type { PcmInput } from '../avatar/conversations/pcm-input.js';
import { checkSpeechMode } from '../avatar/conversations/speech-checks.js';
import type { ListenOptions, SpeechSource } from '../avatar/speech-parts.js';
import type { ConnectionState } from '../shared/contracts/connection-state.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { AvatarShell } from './avatar-shell.js';
import type { CaptionCue, SpeakOptions } from './captions/caption-cue.js';
import { avatarOptions, configurationErrors } from './connection-attributes.js';
import { LazyPiece } from './lazy-piece.js';
import type { CaptureOptions, RecordOptions } from './recording/capture.js';
import type { AvatarStats } from './report/avatar-stats.js';
import type { Diagnosis } from './report/diagnosis.js';
import type { SayOptions } from './speech-queue.js';

/**
 * A talking 3D character: takes speech audio and renders a face in sync with it.
 *
 * @tag spatius-avatar
 * @summary A real-time talking 3D avatar.
 *
 * @slot - Content above the picture, and `<track kind="captions">` elements. Empty areas let pointer events through.
 * @slot poster - Shown until the first frame; replaces the `poster` image.
 * @slot loading - Shown while the avatar loads; replaces silhouette and progress bar.
 * @slot error - Shown when the avatar cannot be displayed; replaces the message and its button.
 *
 * @fires {AvatarLoadProgressEvent} avatar-load-progress - Download progress of the avatar file: `progress`, 0..1.
 * @fires {AvatarReadyEvent} avatar-ready - The first frame of an avatar was rendered.
 * @fires {AvatarConnectionStateEvent} avatar-connection-state - `state` is `disconnected`, `connecting`, `connected` or `failed`.
 * @fires {AvatarConversationStateEvent} avatar-conversation-state - `state` is `idle`, `playing` or `paused`.
 * @fires {AvatarInterruptedEvent} avatar-interrupted - A speech was interrupted, by `interrupt()` or the visitor's voice: `interruption` says what was heard of it.
 * @fires {AvatarConversationMotionEvent} avatar-conversation-motion - The source of a conversation's motion: `server`, `local` or `none`.
 * @fires {AvatarFramesDiscardedEvent} avatar-frames-discarded - Motion for another conversation was passed in and discarded: `conversationId`, `payloadCount`, `reason`.
 * @fires {AvatarErrorEvent} avatar-error - An error occurred: `error` is an `AvatarError` with a `code`.
 * @fires {AvatarAudioBlockedEvent} avatar-audio-blocked - The browser blocks audio until a user gesture.
 * @fires {AvatarAudioUnblockedEvent} avatar-audio-unblocked - Audio was unblocked.
 * @fires {AvatarPlaybackStallEvent} avatar-playback-stall - Playback stalled for lack of data (`isStalled`) or resumed.
 * @fires {AvatarUserSpeechEvent} avatar-user-speech - With `interruptible`: the visitor started (`isSpeaking`) or stopped speaking. `preventDefault()` prevents the interruption.
 * @fires {AvatarCueChangeEvent} avatar-cue-change - The active captions changed: `cues`.
 * @fires {AvatarCaptionsChangeEvent} avatar-captions-change - The visitor toggled captions: `areShown`.
 *
 * @csspart canvas - The canvas.
 * @csspart poster - The poster layer.
 * @csspart poster-image - The image from the `poster` attribute.
 * @csspart loading - The layer shown while loading.
 * @csspart progress - The progress bar's track.
 * @csspart progress-bar - The progress bar's filled part.
 * @csspart error - The layer shown when the avatar cannot be displayed.
 * @csspart error-message - The text of the error layer.
 * @csspart button - All buttons.
 * @csspart retry-button - Loads the avatar again.
 * @csspart sound-button - Unblocks audio.
 * @csspart captions - The captions layer.
 * @csspart caption - One caption.
 * @csspart controls - The control bar.
 * @csspart start-button - Connects and unblocks audio; then replaced by the pause button.
 * @csspart pause-button - Pauses and resumes.
 * @csspart stop-button - Interrupts the speech.
 * @csspart status - The status text in the control bar: connecting, not connected, waiting.
 * @csspart captions-button - Toggles captions; present if there are any.
 * @csspart mute-button - Mutes and unmutes.
 * @csspart volume - The volume slider.
 *
 * @cssprop [--spatius-avatar-background=transparent] - Background behind the character.
 * @cssprop [--spatius-avatar-radius=0px] - Corner radius.
 * @cssprop [--spatius-avatar-accent=#5b5bd6] - Colour of progress, focus, hover and the start button.
 * @cssprop [--spatius-avatar-on-accent=#fff] - Colour of icons on the accent colour.
 * @cssprop [--spatius-avatar-surface] - Background of buttons and controls. Default: translucent, depends on the colour scheme.
 * @cssprop [--spatius-avatar-text] - Colour of text and icons. Default: depends on the colour scheme.
 * @cssprop [--spatius-avatar-shade] - Colour of silhouette and progress track. Default: depends on the colour scheme.
 * @cssprop [--spatius-avatar-caption-text=#fff] - Text colour of captions.
 * @cssprop [--spatius-avatar-caption-background=rgb(16 16 20 / 0.8)] - Background of captions.
 * @cssprop [--spatius-avatar-caption-size] - Font size of captions. Default: 12px to 24px, depending on the element's width.
 *
 * @cssstate loading - The avatar is loading.
 * @cssstate ready - The avatar is shown.
 * @cssstate error - The avatar cannot be displayed.
 * @cssstate connecting - Connecting.
 * @cssstate connected - Connected; motion can be received.
 * @cssstate failed - The connection failed; speech is audio only.
 * @cssstate playing - Speech is playing.
 * @cssstate paused - Speech is paused.
 * @cssstate stalled - Playback waits for data.
 * @cssstate audio-blocked - Audio is blocked until a user gesture.
 */
export class SpatiusAvatar extends AvatarShell {
  private readonly sayings = new LazyPiece(this, async () => [new (await import('./speech-queue.js')).SpeechQueue(this)]);

  /** State of the connection to the motion source. */
  get connectionState(): ConnectionState {
    return this.lifecycle.avatar?.speech.connectionState ?? 'disconnected';
  }

  /** Playback state. */
  get conversationState(): 'idle' | 'playing' | 'paused' {
    return this.lifecycle.avatar?.speech.conversationState ?? 'idle';
  }

  /** Audible playback position within the current speech, s; 0 when idle. */
  get currentTime(): number {
    return this.lifecycle.avatar?.speech.audibleSeconds ?? 0;
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
    await this.lifecycle.ask(({ speech }) => speech.start());
  }

  /** Closes the connection and stops playback; the avatar stays displayed. */
  close(): void {
    this.lifecycle.input.drop();
    this.lifecycle.tell(({ speech }) => speech.close());
  }

  /**
   * Plays signed 16-bit little-endian mono PCM at `sampleRate`, in chunks of any size. Connects if necessary. The first
   * chunk after `end` starts a new conversation and interrupts the current one.
   *
   * @param pcm Bytes of PCM.
   * @param end Marks the end of the conversation's audio.
   * @returns The conversation ID; null for an empty chunk outside a conversation.
   * @throws {AvatarError} `unsupportedSampleRate`; `invalidAudioInput` if the data starts with an audio file header;
   *   `networkLayerNotAvailable` in `backend` mode.
   */
  send(pcm: PcmInput, end = false): string | null {
    checkSpeechMode(avatarOptions(this), false);
    return this.read(pcm, end);
  }

  /**
   * `backend` mode: plays speech audio from your backend, in the format of `send()`. Pass its motion to
   * `yieldFramesData()`; playback starts when both are available.
   *
   * @param end Marks the end of the conversation's audio; the chunk may be empty.
   * @returns The conversation ID, for `yieldFramesData()`; null for an empty chunk outside a conversation, or if the element
   *   is not in a document and cannot play.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode; the errors of `send()`.
   */
  yieldAudioData(pcm: PcmInput, end = false): string | null {
    checkSpeechMode(avatarOptions(this), true);
    if (this.isConnected) return this.read(pcm, end);
    this.handleError(new AvatarError(ErrorCode.playbackStartFailed, 'The <spatius-avatar> is not in a document.'));
    return null;
  }

  /**
   * `backend` mode: passes in motion of a conversation, as your backend received it from the Motion Server. Motion for
   * another conversation is discarded and reported by `avatar-frames-discarded`.
   *
   * @param payloads Complete, unmodified messages in order; the caller keeps ownership. An empty list, or an empty or
   *   missing payload: the conversation has no further motion and continues as audio only.
   * @param conversationId Return value of `yieldAudioData()`.
   * @returns True once the final motion of the conversation was received.
   * @throws {AvatarError} `networkLayerNotAvailable` in another mode; `invalidMotionData` if a payload is not a byte array.
   */
  yieldFramesData(payloads: readonly MotionPayload[] | null | undefined, conversationId: string): boolean {
    checkSpeechMode(avatarOptions(this), true);
    const motion = readMotionPayloads(payloads);
    let isFinal = motion.isFinal;
    this.lifecycle.tell(({ speech }) => (isFinal = speech.receiveMotion(conversationId, motion)));
    return isFinal;
  }

  private read(pcm: PcmInput, end: boolean): string | null {
    // Connection errors are reported by state and event.
    const connect = ({ speech }: Avatar) => (speech.connectionState === 'disconnected' ? speech.start() : undefined);
    this.lifecycle.ask(connect).catch(() => undefined);
    this.isSoundWanted = true;
    return this.lifecycle.input.send(pcm, avatarOptions(this).sampleRateHz, end);
  }

  /**
   * Plays speech from a URL, `Blob`, `Response`, `ReadableStream`, `AudioBuffer`, `MediaStream` or PCM, or a promise of one.
   * WAV, AIFF, AU, MP3 and PCM play while they arrive; other formats as the browser decodes them. Raw PCM is played if a content type, a
   * name, `sampleRateHz`, `encoding` or the bytes themselves indicate it. Connects if necessary. `cues`, or else `words`, become its
   * captions; unreadable captions fire `avatar-error` and are skipped.
   *
   * @returns Resolves when playback has ended.
   * @throws {AvatarError} `aborted` when interrupted; `invalidAudioInput` with the name of a format that cannot be played; `noAudio`; `networkLayerNotAvailable` in
   *   `backend` mode. All but `aborted` also fire `avatar-error`.
   */
  async speak(source: SpeechSource | PromiseLike<SpeechSource>, options: SpeakOptions = {}): Promise<void> {
    const { cues, lang, ...manner } = options;
    await this.untilHeard(({ speech }) => {
      const last = speech.newestConversationId;
      const speaking = speech.speak(source, manner);
      const id = speech.newestConversationId;
      const words = cues ?? manner.words;
      if (words && id && id !== last) void this.captioning.load().then((captions) => captions.give(id, words, lang));
      return speaking;
    });
  }

  /**
   * Adds a caption to a speech, also during playback; for live speech whose text arrives gradually.
   *
   * @param cue Start and end in seconds of the speech, and plain text.
   * @param conversationId Return value of `send()`. Default: the newest speech.
   * @throws {AvatarError} `invalidCues`; `aborted` if there is no such speech or the element is not in a document.
   */
  async addCue(cue: CaptionCue, conversationId?: string): Promise<void> {
    const id = conversationId ?? (await this.lifecycle.ask(({ speech }) => speech.newestConversationId));
    if (!id) throw new AvatarError(ErrorCode.aborted, 'There is no speech to give a caption to.');
    (await this.captioning.load()).add(id, cue);
  }

  /**
   * Speaks live audio from a microphone, a call, a voice agent or a media element as it arrives. Motion is computed in the
   * browser in every mode. `conversationState` is `playing` while the source speaks, and `idle` in its silences, which
   * begin after 0.6 s. `interrupt()` drops the rest of what is being said, until such a silence; then the source speaks again.
   * A source that brings nothing (muted, switched off, no CORS) is reported by `avatar-error` with `noAudio`, and plays on.
   *
   * @param source `MediaStream`, or an `<audio>` or `<video>` element, with a file or a stream; a file of another origin needs the
   *   `crossorigin` attribute.
   * @param options `sound`: `delayed` plays the audio delayed to match the lips (default for an element, whose own output it
   *   replaces); `elsewhere` does not play it (default for a stream). `signal` stops it.
   * @returns Resolves when the source has ended.
   * @throws {AvatarError} `aborted` by `signal`, `close()` or other speech; `noAudio`; `invalidAudioInput`. All but `aborted`
   *   also fire `avatar-error`.
   */
  async speakLive(source: MediaStream | HTMLMediaElement, options: ListenOptions = {}): Promise<void> {
    await this.untilHeard(({ speech }) => speech.listen(source, options));
  }

  /** Former name of `speakLive()`, kept as an alias; unrelated to the attribute `listening`. */
  listen(source: MediaStream | HTMLMediaElement, options?: ListenOptions): Promise<void> {
    return this.speakLive(source, options);
  }

  private async untilHeard(play: (avatar: Avatar) => Promise<void>): Promise<void> {
    try {
      const speech = this.lifecycle.ask(play);
      this.lifecycle.input.drop();
      this.isSoundWanted = true;
      await speech;
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.invalidAudioInput);
      if (error.code !== ErrorCode.aborted) this.handleError(error);
      throw error;
    }
  }

  /**
   * Speaks text using the `speech-endpoint`. Calls queue; `interrupt()` clears the queue.
   *
   * @param options Those of `speak()`, and `voice` and `language`, which are sent to the endpoint.
   * @returns Resolves when playback has ended.
   * @throws {AvatarError} `invalidConfiguration` without `speech-endpoint`; `invalidRequest` for empty text;
   *   `speechRequestFailed`; the errors of `speak()`.
   */
  async say(text: string, options: SayOptions = {}): Promise<void> {
    await (await this.sayings.load()).say(text, options);
  }

  /** Pauses audio and face. */
  pause(): void {
    this.lifecycle.avatar?.speech.pause();
  }

  /** Resumes after `pause()`. */
  async resume(): Promise<void> {
    await this.lifecycle.avatar?.speech.resume();
  }

  /**
   * Stops the current speech immediately and discards its remaining audio, motion and queued `say()` calls.
   *
   * @returns What was heard of it, as `avatar-interrupted` tells too; null if there was no speech.
   */
  interrupt(): Interruption | null {
    let heard: Interruption | null = null;
    if (this.sayings.isRequested) this.sayings.tell((sayings) => sayings.drop());
    this.lifecycle.input.drop();
    this.lifecycle.tell(({ speech }) => (heard = speech.interrupt()));
    return heard;
  }

  /**
   * Unblocks audio. Call it in a click or key handler; the first user gesture on the page does the same.
   *
   * @throws {AvatarError} `audioBlocked` when the browser refuses.
   */
  async initializeAudioContext(): Promise<void> {
    await this.lifecycle.ask(({ speech }) => speech.unlockSound());
  }

  /**
   * Shows a given facial pose instead of speech; idle motion continues.
   *
   * @param pose `[58]`: 52 ARKit weights 0..1 in Apple's order, head pitch, yaw, roll in radians, head x, y, z in metres.
   *   Null returns to speech.
   */
  showPose(pose: Float32Array | null): void {
    this.lifecycle.tell(({ openedStage }) => openedStage?.setPose(pose));
  }

  /**
   * Looks at a point of the page until the next call; overrides `gaze`. No effect with `motion="calm"`.
   *
   * @param x Pixels from the left edge of the viewport, like the `clientX` of a pointer event; null returns to `gaze`.
   * @param y Pixels from its top edge, like `clientY`.
   * @throws {AvatarError} `invalidConfiguration` if x or y is not a finite number.
   */
  lookAt(x: number | null, y?: number): void {
    if (x !== null && !(Number.isFinite(x) && Number.isFinite(y))) {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'lookAt() takes x and y in pixels of the page, or null.');
    }
    this.gazing.tell((gaze) => gaze.lookAt(x === null ? null : { clientX: x, clientY: y! }));
  }

  /**
   * `livekit` mode: publishes the visitor's microphone to the room, or stops publishing it.
   *
   * @throws {AvatarError} `networkLayerNotAvailable` outside a room; the browser's error if it refuses the microphone.
   */
  async publishMicrophone(isOn = true): Promise<void> {
    await this.lifecycle.ask((avatar) => avatar.publishMicrophone(isOn));
  }

  /** Returns the next frame as a PNG. @throws {AvatarError} `renderingFailed` while no avatar is displayed. */
  async toBlob(): Promise<Blob> {
    return this.lifecycle.toBlob();
  }

  /**
   * Captures synchronised video and audio as a stream until its tracks are stopped or the element is removed. Meanwhile the
   * avatar is rendered off screen, too. `volume` and `muted` do not affect the captured audio.
   *
   * @param options `frameRate`: maximum frames per second.
   * @throws {AvatarError} `renderingFailed` while no avatar is displayed; `playbackInitFailed`; `recordingFailed`.
   */
  async captureStream(options?: CaptureOptions): Promise<MediaStream> {
    return (await import('./recording/capture.js')).captureStream(this, this.lifecycle, options);
  }

  /**
   * Records video and audio to a seekable file, starting now.
   *
   * @param options `signal` stops the recording; default: the end of the current speech, or of the next one. `maxSeconds`
   *   (600), `mimeType` (WebM), `videoBitsPerSecond`, `frameRate`.
   * @returns The recording, also if the element is removed before the end.
   * @throws {AvatarError} `invalidConfiguration` for a type the browser cannot write; `audioBlocked`; `recordingFailed`; the
   *   errors of `captureStream()`.
   */
  async record(options?: RecordOptions): Promise<Blob> {
    return (await import('./recording/capture.js')).record(this, this.lifecycle, options);
  }

  /** Returns statistics: frames rendered and dropped, A/V sync, latency, buffered audio, motion. */
  async stats(): Promise<AvatarStats> {
    return (await import('./report/avatar-stats.js')).avatarStats(this.lifecycle.avatar);
  }

  /** Reports why the mouth does not move, why there is no sound and what renders (`findings`), with the data behind each; never a token. */
  async diagnose(): Promise<Diagnosis> {
    const { diagnose } = await import('./report/diagnosis.js');
    return diagnose(this, this.lifecycle, this.errors.list());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'spatius-avatar': SpatiusAvatar;
  }
}
