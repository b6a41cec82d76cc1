/**
 * One turn: its audio is relayed to the clients at once and sent to a Motion Server, whose motion follows
 * in the same log. The audio continues even if there is no motion.
 */
import { decodeMessage } from '../motion/protocol/envelope.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { createLogId } from '../shared/core/ids.js';
import { requestMotion } from './motion-request.js';
import { pcmPieces, type SpeechAudio } from './pcm-pieces.js';
import { PlayClock } from './play-clock.js';
import type { ClientTurn, RelayClient } from './relay-client.js';
import type { RelayLimits, SessionProvider } from './relay-options.js';
import { SpeechFeed } from './speech-feed.js';
import { TurnLog } from './turn-log.js';

/** The result of a turn. */
export interface TurnSummary {
  readonly turnId: string;
  /** `failed`: the speech broke off, see `error`. A turn without motion is `complete` all the same. */
  readonly outcome: 'complete' | 'interrupted' | 'failed';
  /** Speech passed on, s. */
  readonly audioSeconds: number;
  /** Messages of motion passed on. */
  readonly motionMessages: number;
  /** From the first speech to the first motion, ms; NaN without motion. */
  readonly firstMotionMs: number;
  /** Why the speech broke off, or why there is no (more) motion. */
  readonly error: AvatarError | null;
}

export interface TurnSetup {
  readonly audio: SpeechAudio;
  readonly sampleRateHz: number;
  readonly motion: SessionProvider;
  readonly motionSampleRateHz: number;
  readonly limits: RelayLimits;
  /** Whether a client receives it. */
  readonly isFor: (client: RelayClient) => boolean;
}

export interface TurnHandlers {
  /** Its first audio has arrived: its clients enter it. */
  handleBegin(turn: RelayTurn): void;
  /** There is more in the log. */
  handleMore(turn: RelayTurn): void;
  /** There is no (more) motion; the audio continues. */
  handleMotionLost(turn: RelayTurn, error: AvatarError): void;
  /** Everything was relayed, or the turn ended early. */
  handleEnd(turn: RelayTurn, summary: TurnSummary): void;
}

const WATCH_MS = 100;
/** Speech after which a Motion Server owes motion, s. */
const ENOUGH_SECONDS = 0.5;
/** Between a turn and the one that waited for it: clients start to play a little later than speech is passed on. */
const QUEUE_PAUSE_MS = 300;

export class RelayTurn implements ClientTurn {
  readonly id = createLogId();
  readonly log: TurnLog;
  readonly sampleRateHz: number;
  readonly isFor: (client: RelayClient) => boolean;
  /** Settles when all of it was relayed, or it was interrupted; never rejects. */
  readonly finished: Promise<TurnSummary>;
  /** Settles when it was played, by the server's estimate, or interrupted. */
  readonly heard: Promise<void>;
  private readonly setup: TurnSetup;
  private readonly handlers: TurnHandlers;
  private readonly clock = new PlayClock();
  private readonly abortion = new AbortController();
  /** Ends the request for motion alone. */
  private readonly faceAbortion = new AbortController();
  private readonly feed: SpeechFeed;
  private motionMessages = 0;
  private firstAudioAtMs = NaN;
  private firstMotionMs = NaN;
  private heardAtMs = NaN;
  private error: AvatarError | null = null;
  private watchTimer: ReturnType<typeof setInterval> | undefined;
  private resolveHeard!: () => void;
  private _hasBegun = false;
  private isInterrupted = false;

  /** @param ready When the turn may begin. */
  constructor(setup: TurnSetup, handlers: TurnHandlers, ready: Promise<unknown>) {
    this.setup = setup;
    this.handlers = handlers;
    this.sampleRateHz = setup.sampleRateHz;
    this.isFor = setup.isFor;
    this.log = new TurnLog(setup.sampleRateHz);
    this.feed = new SpeechFeed(setup.sampleRateHz, setup.motionSampleRateHz, setup.limits.maxAheadSeconds * 2);
    this.heard = new Promise((resolve) => (this.resolveHeard = resolve));
    this.finished = this.run(ready);
  }

  get heardSeconds(): number {
    return this.clock.seconds;
  }

  get isHeard(): boolean {
    return this.isInterrupted || (this.log.isAudioComplete && this.clock.aheadSeconds === 0);
  }

  /** Between the first audio that was relayed and the end of playback: clients that join now enter it. */
  get isRunning(): boolean {
    return this._hasBegun && !this.isHeard;
  }

  /** Ends the turn at once. The caller notifies the clients. */
  interrupt(): void {
    if (this.isInterrupted) return;
    this.isInterrupted = true;
    this.abortion.abort();
    clearInterval(this.watchTimer);
    this.resolveHeard();
  }

  private async run(ready: Promise<unknown>): Promise<TurnSummary> {
    await Promise.race([ready, this.heard]);
    let outcome: TurnSummary['outcome'] = 'complete';
    if (!this.isInterrupted) {
      const face = this.passMotion();
      try {
        await this.passSpeech();
      } catch (reason) {
        outcome = 'failed';
        this.error = avatarErrorFrom(reason, ErrorCode.invalidAudioInput);
      }
      this.feed.finish();
      // Audio that broke off ends too; otherwise its clients would wait for the rest.
      if (this._hasBegun) this.appendAudio(new Uint8Array(0), true);
      else this.interrupt();
      await face;
    }
    const summary: TurnSummary = {
      turnId: this.id,
      outcome: outcome === 'complete' && this.isInterrupted ? 'interrupted' : outcome,
      audioSeconds: this.log.end.startSeconds,
      motionMessages: this.motionMessages,
      firstMotionMs: this.firstMotionMs,
      error: this.error,
    };
    this.handlers.handleEnd(this, summary);
    return summary;
  }

  /** On the first audio, because a text-to-speech service may take a while. */
  private begin(): void {
    this._hasBegun = true;
    this.firstAudioAtMs = performance.now();
    this.watchTimer = setInterval(() => this.watch(), WATCH_MS);
    this.handlers.handleBegin(this);
  }

  private async passSpeech(): Promise<void> {
    const { audio, sampleRateHz, limits } = this.setup;
    const { signal } = this.abortion;
    for await (const piece of pcmPieces(audio, sampleRateHz, signal)) {
      if (signal.aborted) return;
      // The source may use its buffer again.
      const pcm = piece.slice();
      this.appendAudio(pcm, false);
      if (!this.log.isMotionComplete && !this.feed.push(pcm)) {
        this.loseMotion(new AvatarError(ErrorCode.connectionFailed, 'The Motion Server does not read the audio.'));
      }
      while (this.clock.aheadSeconds > limits.maxAheadSeconds && !signal.aborted) await pause(WATCH_MS);
    }
    if (!this._hasBegun && !signal.aborted) {
      throw new AvatarError(ErrorCode.noAudio, 'The speech contains no audio.');
    }
  }

  private async passMotion(): Promise<void> {
    const signal = AbortSignal.any([this.abortion.signal, this.faceAbortion.signal]);
    try {
      await requestMotion(this.setup.motion, this.feed, signal, {
        handleMotion: ({ envelope, isLast }) => this.appendMotion(envelope, isLast),
        isOverdue: () => this.isMotionOverdue(),
      });
      this.appendMotionEnd();
    } catch (reason) {
      this.loseMotion(avatarErrorFrom(reason, ErrorCode.serverError));
    }
  }

  private isMotionOverdue(): boolean {
    if (this.motionMessages > 0 || Number.isNaN(this.firstAudioAtMs)) return false;
    if (!this.log.isAudioComplete && this.log.end.startSeconds < ENOUGH_SECONDS) return false;
    return performance.now() - this.firstAudioAtMs > this.setup.limits.motionTimeoutMs;
  }

  private loseMotion(error: AvatarError): void {
    if (this.isInterrupted || this.log.isMotionComplete) return;
    this.error = error;
    this.handlers.handleMotionLost(this, error);
    this.appendMotionEnd();
    this.faceAbortion.abort();
  }

  // ---- the log -----------------------------------------------------------------------------------------------------

  private appendAudio(pcm: Uint8Array, isLast: boolean): void {
    if (this.isInterrupted) return;
    if (!this._hasBegun) this.begin();
    this.log.appendAudio(pcm, isLast);
    this.clock.extendTo(this.log.end.startSeconds);
    this.handlers.handleMore(this);
  }

  private appendMotion(envelope: Uint8Array, isLast: boolean): void {
    if (this.isInterrupted || this.log.isMotionComplete) return;
    if (this.motionMessages === 0) this.firstMotionMs = performance.now() - this.firstAudioAtMs;
    this.motionMessages++;
    this.log.appendMotion([envelope], keyframesIn(envelope), isLast);
    this.handlers.handleMore(this);
  }

  private appendMotionEnd(): void {
    if (this.isInterrupted || this.log.isMotionComplete) return;
    this.log.appendMotion([], 0, true);
    this.handlers.handleMore(this);
  }

  private watch(): void {
    const { maxLagSeconds, motionTimeoutMs } = this.setup.limits;
    this.log.dropBefore(this.heardSeconds - maxLagSeconds);
    if (!this.isHeard) return;
    if (Number.isNaN(this.heardAtMs)) {
      this.heardAtMs = performance.now();
      setTimeout(this.resolveHeard, QUEUE_PAUSE_MS);
    }
    // Clients in strict sync may still wait for motion, but not forever.
    if (performance.now() - this.heardAtMs > motionTimeoutMs) {
      this.loseMotion(new AvatarError(ErrorCode.connectTimeout, 'The motion did not end.'));
    }
    if (this.log.isMotionComplete) clearInterval(this.watchTimer);
  }
}

/** FLAME keyframes are timed by their number alone; a client that skips some needs to know how many. */
function keyframesIn(envelope: Uint8Array): number {
  try {
    const { data } = decodeMessage(envelope);
    if (data.case !== 'serverResponseAnimation' || data.value.packedMotion) return 0;
    return data.value.animation?.keyframes.length ?? 0;
  } catch {
    // Relayed unchanged: the clients report what is wrong with it.
    return 0;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
