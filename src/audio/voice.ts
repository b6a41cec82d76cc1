import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { PlaybackState } from '../shared/contracts/playback-messages.js';
import type { SoundSettings } from '../shared/contracts/sound-settings.js';
import { Lazy } from '../shared/core/lazy.js';
import type { AudioOutput } from './audio-output.js';
import type { LiveFeed, LivePlayback, Player } from './player.js';
import type { SoundCapture } from './sound-capture.js';
import type { TrackListener, TrackSource } from './voice-tap.js';

/** Reports of a voice; none after its `dispose()`. */
export interface VoiceListener {
  /** Every state the worklet reports. */
  handlePlaybackState(state: PlaybackState): void;
  /** The browser has locked or unlocked sound. */
  handleAudioBlocked(isBlocked: boolean): void;
  /** Context time minus audible time has changed, s; includes `latencyOffsetSeconds`. */
  handleOutputLatency(seconds: number): void;
  /** The sound device's context was closed from outside: this voice is dead. */
  handleLost(error: AvatarError): void;
}

/** Sound of another source, such as a room; the sound settings apply to it too. */
export interface OtherSound extends TrackSource {
  unlock(): Promise<void>;
  pause(): void;
  setVolume(volume: number): void;
  setMuted(isMuted: boolean): void;
  setLatencyOffset(seconds: number): void;
  /** Null while the player plays it. */
  mediaSeconds(): number | null;
}

/** The sound of one avatar. Its player is made at first use, so that a silent page opens no audio device. */
export class Voice {
  private readonly output: () => Promise<AudioOutput>;
  private readonly playheadPort: MessagePort;
  private readonly unsubscribe: (() => void)[] = [];
  private listener: VoiceListener | null;
  private readonly opening = new Lazy(() => this.open());
  private current: Player | null = null;
  private settings: SoundSettings;
  private other: OtherSound | null = null;
  /** Each with the function that stops it at the current other sound. */
  private readonly trackWatches = new Map<TrackListener, (() => void) | undefined>();

  /** @param output Called at first use. */
  constructor(output: () => Promise<AudioOutput>, playheadPort: MessagePort, settings: SoundSettings, listener: VoiceListener) {
    this.output = output;
    this.playheadPort = playheadPort;
    this.settings = settings;
    this.listener = listener;
  }

  get sampleRateHz(): number {
    return this.current?.sampleRateHz ?? 0;
  }

  /** @throws {AvatarError} `playbackInitFailed`; the next call tries again. `aborted` after `dispose()`. */
  player(): Promise<Player> {
    if (!this.listener) return Promise.reject(disposedError());
    return this.opening.get();
  }

  /** Detects whether the user speaks, see `hearUser` of `user-voice.ts`. */
  async hearUser(stream: MediaStream, workletUrl: string, handleVoice: (isSpeaking: boolean) => void): Promise<() => void> {
    const [player, { hearUser }] = await Promise.all([this.player(), import('./user-voice.js')]);
    return hearUser(this, player, stream, workletUrl, handleVoice);
  }

  /** Reports the track of the other sound, or null, at once and at every change. */
  watchTrack(listener: TrackListener): () => void {
    this.trackWatches.set(listener, this.other?.watchTrack(listener));
    return () => {
      this.trackWatches.get(listener)?.();
      this.trackWatches.delete(listener);
    };
  }

  /** Switches to another sound; null: back to the player. */
  useOther(other: OtherSound | null): void {
    this.other = other;
    for (const [listener, forget] of this.trackWatches) {
      forget?.();
      if (!other) listener(null);
      this.trackWatches.set(listener, other?.watchTrack(listener));
    }
    this.applySettings();
  }

  /** The voice as a track, independent of volume and mute. @throws {AvatarError} `playbackInitFailed`. */
  async capture(): Promise<SoundCapture> {
    const [player, { SoundCapture }] = await Promise.all([this.player(), import('./sound-capture.js')]);
    return new SoundCapture(this, player);
  }

  async unlock(): Promise<void> {
    await this.other?.unlock();
    if (this.other && !this.current) return;
    await this.player();
    await (await this.output()).unlock();
  }

  pause(): void {
    this.other?.pause();
    this.tell((player) => player.pause());
  }

  resume(): void {
    this.tell((player) => player.resume());
  }

  flush(beforeRound: number): void {
    this.tell((player) => player.flush(beforeRound));
  }

  /** @throws {AvatarError} see `Player.listen`. */
  async listen(source: unknown, playback: LivePlayback): Promise<LiveFeed> {
    return (await this.player()).listen(source, playback);
  }

  configure(settings: SoundSettings): void {
    this.settings = settings;
    this.applySettings();
  }

  get outputLatencySeconds(): number {
    return this.current?.outputLatencySeconds ?? 0;
  }

  mediaSeconds(): number {
    return this.other?.mediaSeconds() ?? this.current?.mediaSeconds() ?? 0;
  }

  dispose(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.listener = null;
    this.current?.dispose();
  }

  private async open(): Promise<Player> {
    const code = import('./player.js');
    code.catch(() => undefined); // Handled below, unless the output fails first.
    const output = await this.output();
    // The context loads the worklet in the meantime.
    const context = output.acquire();
    let player: Player;
    try {
      const [{ Player }] = await Promise.all([code, context]);
      player = await Player.create(output);
    } finally {
      context.then(
        () => output.release(),
        () => undefined,
      );
    }
    // A player that is never disposed of would keep the audio device awake.
    if (!this.listener) {
      player.dispose();
      throw disposedError();
    }
    this.current = player;
    this.applySettings();
    player.connectPlayhead(this.playheadPort);
    this.unsubscribe.push(
      output.on('blocked', (isBlocked) => this.listener?.handleAudioBlocked(isBlocked)),
      player.on('state', (state) => this.listener?.handlePlaybackState(state)),
      player.on('latency', (seconds) => this.listener?.handleOutputLatency(seconds)),
      player.on('error', (error) => this.listener?.handleLost(error)),
    );
    // Only changes are reported: the state of the output before the player was created has to be forwarded here.
    this.listener?.handleOutputLatency(player.outputLatencySeconds);
    if (output.isBlocked) this.listener?.handleAudioBlocked(true);
    return player;
  }

  private applySettings(): void {
    const { current, other, settings } = this;
    const { volume, isMuted, latencyOffsetSeconds } = settings;
    current?.configure(settings);
    other?.setVolume(volume);
    other?.setMuted(isMuted);
    other?.setLatencyOffset(latencyOffsetSeconds);
  }

  /** In order, also while the player is still being made; without one there is nothing to control. */
  private tell(say: (player: Player) => void): void {
    // `player()` rejects with the reason.
    this.opening.current?.then(say, () => undefined);
  }
}

function disposedError(): AvatarError {
  return new AvatarError(ErrorCode.aborted, 'The avatar was disposed.');
}
