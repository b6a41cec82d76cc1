/**
 * The conversations of one avatar: opens their rounds, ends them, holds them, and keeps the state of the one that is heard,
 * as the worklet reports it.
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

  /** Conversation of what is heard, or null. */
  get heardId(): string | null {
    return this.heard.state === 'idle' ? null : (this.rounds.find(this.heard.round)?.conversationId ?? null);
  }

  /** A new one; whatever still plays is interrupted. */
  begin(conversationId?: string): Round {
    const { newest } = this.rounds;
    const entry = this.rounds.open(conversationId);
    if (newest && !newest.isOver) this.dropBefore(entry.round);
    return entry;
  }

  /** One that began elsewhere; the source of motion has dropped those before it. */
  adopt(round: number, conversationId: string): void {
    const entry = this.rounds.adopt(round, conversationId);
    if (!entry) return;
    this.rounds.dropBefore(round);
    this.resume();
    entry.markAudio();
    entry.appendedSeconds = NaN;
  }

  /** Speech of a conversation. Without a way to the loudspeaker the conversation ends. */
  append(entry: Round, samples: Int16Array | Float32Array, sampleRateHz: number, isEnd: boolean): void {
    entry.markAudio();
    entry.appendedSeconds += samples.length / sampleRateHz;
    this.session.tell(
      (session) => session.append(entry.round, samples, sampleRateHz, isEnd),
      (error) => {
        if (this.isNewest(entry)) this.input.drop();
        this.rounds.settle(entry, error);
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

  /** @returns False when there was nothing to interrupt. */
  interrupt(): boolean {
    this.input.drop();
    const { newest } = this.rounds;
    if (!newest || newest.isOver) return false;
    this.dropBefore(newest.round + 1);
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
    const heard = this.rounds.heard(entry);
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
    const conversationId = entry?.conversationId ?? '';
    if (report.state === 'started' && entry) entry.markSound();
    const change = conversationChange(this.heard, report);
    if (change) this.move(change, conversationId);
    if (report.state === 'stalled' && entry) entry.stalls++;
    if (report.state === 'stalled' || report.state === 'recovered') {
      this.events.emit('playback-stall', { conversationId, isStalled: report.state === 'stalled' });
    }
    if (report.state === 'ended' && entry) this.rounds.settle(entry, null);
  }

  /** The way to the worklet is gone: what was to be said cannot go on. */
  handleLostSession(error: AvatarError): void {
    this.input.drop();
    const { newest } = this.rounds;
    if (!newest || newest.isOver) return;
    this.rounds.settle(newest, error);
    this.output.flush(newest.round + 1);
  }

  private isNewest(entry: Round): boolean {
    return this.rounds.newest === entry;
  }

  private dropBefore(beforeRound: number): void {
    this.output.flush(beforeRound);
    // A pause holds what it was asked for, not what comes after it.
    this.resume();
    this.session.tell((session) => session.interrupt(beforeRound));
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
