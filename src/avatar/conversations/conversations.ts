/**
 * The conversations of one avatar: opens, ends and pauses their rounds, and keeps the state of the audible one as the worklet
 * reports it.
 */

import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { PlaybackState } from '../../shared/contracts/playback-messages.js';
import type { Emitter } from '../../shared/core/emitter.js';
import type { SessionLink } from '../connection/session-link.js';
import type { SpeechEvents } from '../speech-events.js';
import type { SpeechOutput } from '../speech-parts.js';
import {
  type Conversation,
  type ConversationChange,
  type ConversationState,
  conversationChange,
  IDLE_CONVERSATION,
} from './conversation-state.js';
import { type Round, Rounds } from './rounds.js';
import type { SpeechInput } from './speech-input.js';

export class Conversations {
  readonly rounds = new Rounds();
  private readonly output: SpeechOutput;
  private readonly session: SessionLink;
  private readonly input: SpeechInput;
  private readonly events: Emitter<SpeechEvents>;
  private heard: Conversation = IDLE_CONVERSATION;
  private isPaused = false;

  constructor(output: SpeechOutput, session: SessionLink, input: SpeechInput, events: Emitter<SpeechEvents>) {
    this.output = output;
    this.session = session;
    this.input = input;
    this.events = events;
  }

  get state(): ConversationState {
    return this.heard.state;
  }

  /** The conversation that is audible or paused, or null. */
  get heardId(): string | null {
    return this.heard.state === 'idle' ? null : (this.rounds.find(this.heard.round)?.conversationId ?? null);
  }

  /** Opens a round; interrupts the one that still plays. */
  begin(conversationId?: string): Round {
    const { newest } = this.rounds;
    const entry = this.rounds.open(conversationId);
    if (newest && !newest.isOver) this.dropBefore(entry.round, newest.isLive);
    return entry;
  }

  /** Takes over a round that the source has opened; the source has dropped those before it. */
  adopt(round: number, conversationId: string): void {
    const entry = this.rounds.adopt(round, conversationId);
    if (!entry) return;
    this.rounds.dropBefore(round);
    this.resume();
    entry.markAudio();
    entry.appendedSeconds = NaN;
  }

  /** Adds speech to a round. Without a session the round ends. */
  append(entry: Round, samples: Int16Array | Float32Array, sampleRateHz: number, isEnd: boolean): void {
    entry.markAudio();
    entry.appendedSeconds += samples.length / sampleRateHz;
    this.session.send(
      (session) => session.append(entry.round, samples, sampleRateHz, isEnd),
      (error) => {
        if (this.isNewest(entry)) this.input.drop();
        entry.settle(error);
      },
    );
  }

  pause(): void {
    if (this.isPaused || !this.rounds.newest || this.rounds.newest.isOver) return;
    this.isPaused = true;
    this.output.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.output.resume();
  }

  /** Media time at which the heard conversation begins in its round, s. */
  get startSeconds(): number {
    return this.rounds.find(this.heard.round)?.startSeconds ?? 0;
  }

  /** @returns False when there was nothing to interrupt. */
  interrupt(): boolean {
    this.input.drop();
    const { newest } = this.rounds;
    if (!newest || newest.isOver) return false;
    this.dropBefore(newest.round + 1, newest.isLive);
    return true;
  }

  /**
   * Opens a conversation, has it filled, and waits until it was heard to its end.
   *
   * @throws {AvatarError} `aborted` by an interrupt or `signal`, and why it could not be filled.
   */
  async untilHeard(signal: AbortSignal | undefined, fill: (entry: Round) => Promise<void>): Promise<void> {
    if (signal?.aborted) throw new AvatarError(ErrorCode.aborted, 'The speech was aborted before it began.');
    this.input.drop();
    const entry = this.begin();
    const heard = entry.untilHeard;
    const abort = () => this.isNewest(entry) && this.interrupt();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([fill(entry), heard]);
      await heard;
    } catch (reason) {
      const error = avatarErrorFrom(reason, ErrorCode.invalidAudioInput);
      if (this.isNewest(entry) && !entry.isOver) this.interrupt();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  handlePlaybackState(report: PlaybackState): void {
    const entry = this.rounds.find(report.round);
    if (report.state === 'voiced') entry?.beginUtterance(report.mediaSeconds);
    const conversationId = entry?.conversationId ?? '';
    const isLiveStart = report.state === 'started' && entry?.isLive;
    if (report.state === 'started' && !isLiveStart) entry?.markSound();
    const change = isLiveStart ? null : conversationChange(this.heard, report);
    if (change) this.move(change, conversationId);
    if (report.state === 'stalled' && entry) entry.stalls++;
    if (report.state === 'stalled' || report.state === 'recovered') {
      this.events.emit('playback-stall', { conversationId, isStalled: report.state === 'stalled' });
    }
    if (report.state === 'ended' && entry) entry.settle(null);
  }

  /** The session died, and with it the newest round. */
  handleLostSession(error: AvatarError): void {
    this.input.drop();
    const { newest } = this.rounds;
    if (!newest || newest.isOver) return;
    newest.settle(error);
    this.output.flush(newest.round + 1);
  }

  private isNewest(entry: Round): boolean {
    return this.rounds.newest === entry;
  }

  private dropBefore(beforeRound: number, isLive: boolean): void {
    this.output.flush(beforeRound);
    // A pause applies to the rounds of its time, not to later ones.
    this.resume();
    // Live rounds are the motion worker's, whatever the mode.
    if (isLive) this.session.sendToWorker((session) => session.interrupt(beforeRound));
    else this.session.sendToExisting((session) => session.interrupt(beforeRound));
    const { round } = this.heard;
    const change = round < beforeRound ? conversationChange(this.heard, { round, state: 'flushed' }) : null;
    if (change) this.move(change, this.rounds.find(round)?.conversationId ?? '');
    this.rounds.dropBefore(beforeRound);
  }

  private move(change: ConversationChange, conversationId: string): void {
    this.heard = { state: change.state, round: change.round };
    if (change.state === change.previous) return;
    this.events.emit('conversation-state', { ...change, conversationId });
  }
}
