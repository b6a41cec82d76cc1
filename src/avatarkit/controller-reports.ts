/** States and callbacks of an `AvatarController`; each callback has one listener. */
import type { AvatarSpeech } from '../avatar/avatar-speech.js';
import type { AnimationType, ConnectionState, ConversationState, StateChangeReason } from './enums.js';
import { AvatarError, documentedError } from './errors.js';
import { type FrameRateInfo, FrameRateMonitor } from './frame-rate-monitor.js';
import { logInfo, logWarning } from './log.js';
import type { ViewCore } from './view-core.js';

export class ControllerReports {
  /** Direct mode only. */
  onConnectionState: ((state: ConnectionState, reason?: StateChangeReason) => void) | null = null;
  onConversationState: ((state: ConversationState, reason?: StateChangeReason) => void) | null = null;
  onError: ((error: AvatarError) => void) | null = null;
  /** `mono` while motion of speech drives the face. */
  onAnimationState: ((type: AnimationType) => void) | null = null;
  /** With `strictSync` only: sound waits for data, or goes on. */
  onPlaybackStall: ((stalled: boolean) => void) | null = null;
  /** Every two seconds while `frameRateMonitorEnabled`. */
  onFrameRateInfo: ((info: FrameRateInfo) => void) | null = null;

  private readonly view: ViewCore;
  private readonly monitor: FrameRateMonitor;
  private _conversationState: ConversationState = 'idle';
  private animation: AnimationType = 'idle';
  /** Whether the newest round has motion. */
  private hasMotion = false;
  private conversationId: string | null = null;

  constructor(view: ViewCore) {
    this.view = view;
    this.monitor = new FrameRateMonitor(
      async () => (await view.lifecycle.avatar?.stageStats()) ?? null,
      (info) => this.onFrameRateInfo?.(info),
    );
    view.on('avatar', ({ speech }) => this.follow(speech));
    view.on('error', (error) => this.onError?.(error));
    view.on('closed', () => this.moveConversation('idle', undefined));
    view.on('disposed', () => this.end());
  }

  get connectionState(): ConnectionState {
    return this.view.mode === 'direct' ? (this.view.speech?.connectionState ?? 'disconnected') : 'disconnected';
  }

  get conversationState(): ConversationState {
    return this._conversationState;
  }

  /** Off by default; costs a question to the renderer every two seconds. */
  get frameRateMonitorEnabled(): boolean {
    return this.monitor.isOn;
  }

  set frameRateMonitorEnabled(isOn: boolean) {
    this.monitor.isOn = isOn;
  }

  /** The round that got audio and is not over yet, or null. */
  getCurrentConversationId(): string | null {
    return this.conversationId;
  }

  protected noteConversation(conversationId: string | null): void {
    this.conversationId = conversationId;
  }

  /** Calls back with the avatar's speech; the avatar is made if there is none. @throws {AvatarError} With a documented code. */
  protected async ask(question: (speech: AvatarSpeech) => void | Promise<void>): Promise<void> {
    try {
      await this.view.lifecycle.ask(({ speech }) => question(speech));
    } catch (reason) {
      throw documentedError(reason);
    }
  }

  private follow(speech: AvatarSpeech): void {
    speech.on('connection-state', ({ state, reason }) => {
      if (this.view.mode !== 'direct') return;
      logInfo(`Connection: ${state} (${reason}).`);
      this.onConnectionState?.(state, reason);
    });
    speech.on('conversation-state', ({ state, reason }) => this.moveConversation(state, reason));
    speech.on('conversation-motion', ({ motion }) => {
      this.hasMotion = motion !== 'none';
      this.moveAnimation();
    });
    speech.on('playback-stall', ({ isStalled }) => {
      if (this.view.frameStarvation === 'strict-sync') this.onPlaybackStall?.(isStalled);
    });
    speech.on('audio-blocked', ({ isBlocked }) => {
      if (isBlocked && this.conversationId) {
        this.view.fail(new AvatarError('audioContextNotInitialized', 'Sound is locked: call initializeAudioContext() in a click.'));
      }
    });
    speech.on('frames-discarded', ({ conversationId, payloadCount, reason }) =>
      logWarning(`${payloadCount} motion payloads of ${conversationId} were discarded: ${reason}.`),
    );
    speech.on('error', (error) => this.view.fail(error));
  }

  private moveConversation(state: ConversationState, reason: StateChangeReason | undefined): void {
    if (state === this._conversationState) return;
    this._conversationState = state;
    if (state === 'idle' && reason === 'playbackEnd') this.conversationId = null;
    logInfo(`Conversation: ${state}${reason ? ` (${reason})` : ''}.`);
    this.onConversationState?.(state, reason);
    this.moveAnimation();
  }

  private moveAnimation(): void {
    const animation = this._conversationState !== 'idle' && this.hasMotion ? 'mono' : 'idle';
    if (animation === this.animation) return;
    this.animation = animation;
    this.onAnimationState?.(animation);
  }

  private end(): void {
    this.monitor.isOn = false;
    this._conversationState = 'idle';
    this.conversationId = null;
    this.onConnectionState = this.onConversationState = this.onError = null;
    this.onAnimationState = this.onPlaybackStall = this.onFrameRateInfo = null;
  }
}
