/** A room's session: what its source reports goes to the stage and to the page, and the page's requests to the source. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFeed } from '../../shared/contracts/playback-messages.js';
import type { SessionStats } from '../../shared/contracts/session.js';
import type { RoomSourceOptions } from '../../shared/contracts/source-options.js';
import type { OpenPageSession, PageHost, PageSession, PageSessionEvents, PageSessionListener } from '../page-session.js';
import { MotionStats } from '../session/motion-stats.js';
import { LiveKitSource } from './livekit-source.js';
import { RoomAgent } from './room-agent.js';

export const openRoom: OpenPageSession<RoomSourceOptions> = (options, listener, events, host) =>
  new RoomSession(options, listener, events, host);

class RoomSession implements PageSession {
  readonly stagePorts: readonly [playhead: MessagePort, motion: MessagePort];
  private readonly source: LiveKitSource;
  private readonly listener: PageSessionListener;
  private readonly events: PageSessionEvents;
  private readonly playheads = new MessageChannel();
  private readonly motion = new MessageChannel();
  private readonly counts = new MotionStats();
  private readonly agent: RoomAgent | null;
  private voice: AbortController | null = null;
  private isDisposed = false;

  constructor(options: RoomSourceOptions, listener: PageSessionListener, events: PageSessionEvents, host: PageHost | null) {
    this.agent = host && new RoomAgent(host);
    this.listener = listener;
    this.events = events;
    this.stagePorts = [this.playheads.port2, this.motion.port2];
    this.source = new LiveKitSource(options, {
      handleState: (state, error) => listener.handleConnectionState(state, error),
      handleError: (error) => listener.handleError(error),
      handleMotion: (round, frames, byteLength) => {
        this.counts.noteBytes(byteLength);
        this.counts.noteMotion(frames);
        this.show({ type: 'frames', round, frames }, [frames.values.buffer as ArrayBuffer]);
      },
      handleMotionEnd: (round) => this.show({ type: 'finish', round }),
      handleRoundError: (_round, error) => error && listener.handleError(error),
      handleRoundOpened: (round, conversationId) => listener.handleRoundOpened(round, conversationId),
      handleRoundHeard: (round, hasMotion) => listener.handleRoundMotion(round, hasMotion ? 'server' : 'none'),
      handleInterrupted: (round) => this.show({ type: 'flush', beforeRound: round + 1 }),
      handlePlaybackState: (state) => listener.handlePlaybackState(state),
      handlePlayhead: (report) => this.isDisposed || this.playheads.port1.postMessage(report),
      handleAudioBlocked: (isBlocked) => listener.handleAudioBlocked(isBlocked),
      handleOutputLatency: () => events.handleOutputLatency(),
      handleVisitor: (isSpeaking) => events.handleVisitor(isSpeaking),
      handleAgentState: (state) => this.agent?.setState(state),
      handleText: (text) => this.agent?.handleText(text),
      handleVoiceAlone: (voice) => this.playAlone(voice),
      isVoiceHeard: () => listener.conversationState !== 'idle',
      requestToken: (isRefresh) => listener.requestToken(isRefresh),
    });
  }

  open(): Promise<void> {
    if (this.isDisposed) return Promise.reject(new AvatarError(ErrorCode.aborted, 'The session was disposed.'));
    return this.source.open();
  }

  interrupt(beforeRound: number): void {
    this.source.interrupt(beforeRound);
  }

  async stats(): Promise<SessionStats> {
    return this.counts.stats(this.source);
  }

  close(): void {
    this.source.close();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.source.close();
    this.isDisposed = true;
    this.agent?.close();
    this.playheads.port1.close();
    this.motion.port1.close();
    this.events.handleDisposed();
  }

  publishMicrophone(isOn: boolean): Promise<void> {
    return this.source.publishMicrophone(isOn);
  }

  unlock(): Promise<void> {
    return this.source.unlock();
  }

  pause(): void {
    if (this.source.isVoiceAlone) return;
    this.listener.handleError(
      new AvatarError(ErrorCode.networkLayerNotAvailable, 'A room is live and cannot be paused: use muted or interrupt().'),
    );
  }

  setVolume(volume: number): void {
    this.source.sound.setVolume(volume);
  }

  setMuted(isMuted: boolean): void {
    this.source.sound.setMuted(isMuted);
  }

  setLatencyOffset(seconds: number): void {
    this.source.sound.setLatencyOffset(seconds);
  }

  get outputLatencySeconds(): number | null {
    return this.source.isVoiceAlone ? null : this.source.sound.outputLatencySeconds;
  }

  mediaSeconds(): number | null {
    return this.source.isVoiceAlone ? null : this.source.mediaSeconds;
  }

  watchTrack(listener: (track: MediaStreamTrack | null) => void): () => void {
    return this.source.sound.watchTrack(listener);
  }

  private playAlone(track: MediaStreamTrack | null): number {
    this.voice?.abort();
    this.voice = null;
    this.events.handleOutputLatency();
    if (track) {
      const { signal } = (this.voice = new AbortController());
      this.listener.listen(new MediaStream([track]), { sound: 'delayed', signal }, true).catch((reason: unknown) => {
        if (!signal.aborted) this.listener.handleError(avatarErrorFrom(reason, ErrorCode.noAudio));
      });
    }
    return this.listener.nextRound;
  }

  private show(message: MotionFeed, transfer: ArrayBuffer[] = []): void {
    if (!this.isDisposed) this.motion.port1.postMessage(message, transfer);
  }
}
