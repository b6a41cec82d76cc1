/**
 * The rounds of a room, one for each conversation that a publisher sends: numbers them and reports when each begins, stalls, recovers
 * and ends at the loudspeaker, and where its playhead is. The caller passes packets, ticks and time in.
 */
import type { PlaybackState, PlayheadReport } from '../../shared/contracts/playback-messages.js';
import type { RoomPacket } from '../../shared/contracts/room-packets.js';
import type { Heard, TrackClock } from './track-clock.js';

export interface RoomRoundsListener {
  /** A round is heard from now on; those before it are over. */
  handleRoundOpened(round: number, conversationId: string): void;
  /** Follows `handleRoundOpened`; `hasMotion` says whether motion has come for it. */
  handleRoundHeard(round: number, hasMotion: boolean): void;
  handlePlaybackState(state: PlaybackState): void;
  handlePlayhead(report: PlayheadReport): void;
  /** Motion for a round, perhaps before it is heard. */
  handleMotion(round: number, message: Uint8Array): void;
  /** Rounds below are over. */
  handleDropped(beforeRound: number): void;
}

/** After this long without a packet from a publisher that speaks, its round is ended, ms. */
export const STALL_MS = 5000;

interface RoomRound {
  readonly conversation: number;
  readonly id: string;
  readonly round: number;
  hasMotion: boolean;
  isOpened: boolean;
  isHeld: boolean;
  isOver: boolean;
}

export class RoomRounds {
  private readonly clock: TrackClock;
  private readonly listener: RoomRoundsListener;
  private rounds: RoomRound[] = [];
  private nextRound: number;
  /** Conversations up to this one were interrupted here. */
  private droppedConversation = 0;
  private lastPacketMs = Number.NaN;
  private isStalled = false;
  private lastMediaSeconds = 0;
  private _discarded = 0;

  /** @param firstRound Above every round that was before. */
  constructor(clock: TrackClock, firstRound: number, listener: RoomRoundsListener) {
    this.clock = clock;
    this.nextRound = firstRound;
    this.listener = listener;
  }

  /** Packets of conversations that were over. */
  get discarded(): number {
    return this._discarded;
  }

  /** A round is heard, or is about to be. */
  get isActive(): boolean {
    return this.rounds.some(({ isOver }) => !isOver);
  }

  /** A voice is about to be heard. */
  get isWaiting(): boolean {
    return this.rounds.some(({ isOpened, isHeld, isOver }) => !isOver && (!isOpened || isHeld));
  }

  /** Media time heard last, s; 0 when nothing is. */
  get mediaSeconds(): number {
    return this.isActive ? this.lastMediaSeconds : 0;
  }

  /** @param nowMs `performance.now()` at arrival. */
  handlePacket(packet: RoomPacket, nowMs: number): void {
    if (packet.conversation <= this.droppedConversation || packet.conversation < (this.rounds[0]?.conversation ?? 0)) {
      this._discarded++;
      return;
    }
    this.lastPacketMs = nowMs;
    if (packet.type === 'held' || packet.type === 'ended' || packet.type === 'cut') this.clock.handleEnd(packet, packet.type);
    // Motion may be sent long before its voice: only a clock packet tells the time of the voice.
    else if (packet.type === 'clock') this.clock.handleVoiceTime(packet, nowMs);
    const known = this.rounds.find(({ conversation }) => conversation === packet.conversation);
    // The rest of a conversation whose end was heard.
    if (known?.isOver && (packet.type !== 'clock' || !this.isStalled)) return;
    if (!known && packet.type !== 'motion' && packet.type !== 'clock') return;
    const round = known && !known.isOver ? known : this.begin(packet);
    if (packet.type !== 'motion') return;
    round.hasMotion = true;
    this.listener.handleMotion(round.round, packet.payload);
  }

  /** To be called about ten times a second while `isActive`, more often while `isWaiting`. */
  tick(nowMs: number): void {
    const heard = this.clock.heardAt(nowMs);
    const current = heard && this.rounds.find(({ conversation }) => conversation === heard.conversation);
    if (heard && current && !current.isOver) this.hear(current, heard, nowMs);
    if (this.isActive && nowMs - this.lastPacketMs > STALL_MS) this.stall(nowMs);
  }

  /** Ends every known round; later ones get at least the number `beforeRound`. @returns Whether there was any. */
  interrupt(beforeRound: number, nowMs: number): boolean {
    const dropped = this.rounds.filter(({ isOver }) => !isOver);
    this.nextRound = Math.max(this.nextRound, beforeRound);
    for (const round of dropped) {
      this.droppedConversation = Math.max(this.droppedConversation, round.conversation);
      this.finish(round, nowMs, true);
    }
    return dropped.length > 0;
  }

  /** The publisher is gone, or another one takes its place. */
  reset(nowMs: number): void {
    for (const round of this.rounds) if (!round.isOver) this.finish(round, nowMs, true);
    this.rounds = [];
    this.droppedConversation = 0;
    this.isStalled = false;
    this.clock.reset();
  }

  private begin({ conversation, conversationId }: RoomPacket): RoomRound {
    const round: RoomRound = {
      conversation,
      id: conversationId,
      round: this.nextRound++,
      hasMotion: false,
      isOpened: false,
      isHeld: false,
      isOver: false,
    };
    this.rounds = [...this.rounds.filter((other) => !other.isOver && other.conversation !== conversation), round];
    return round;
  }

  private hear(current: RoomRound, heard: Heard, nowMs: number): void {
    if (!current.isOpened) this.open(current, nowMs);
    this.lastMediaSeconds = heard.mediaSeconds;
    const isHeld = heard.end === 'held';
    if (isHeld !== current.isHeld) {
      current.isHeld = isHeld;
      this.reportState(current, isHeld ? 'stalled' : 'recovered', nowMs);
    }
    if (heard.end === 'ended' || heard.end === 'cut') this.finish(current, nowMs, heard.end === 'cut');
    else this.reportPlayhead(current, nowMs, heard.isAdvancing, false, false);
  }

  private open(round: RoomRound, nowMs: number): void {
    for (const other of this.rounds) if (other.round < round.round && !other.isOver) this.finish(other, nowMs, false);
    round.isOpened = true;
    this.listener.handleRoundOpened(round.round, round.id);
    this.listener.handleRoundHeard(round.round, round.hasMotion);
    this.reportState(round, 'started', nowMs);
    if (this.isStalled) this.reportState(round, 'recovered', nowMs);
    this.isStalled = false;
  }

  private stall(nowMs: number): void {
    for (const round of this.rounds) {
      if (round.isOver) continue;
      if (round.isOpened && !round.isHeld) this.reportState(round, 'stalled', nowMs);
      this.isStalled ||= round.isOpened;
      this.finish(round, nowMs, true);
    }
  }

  private finish(round: RoomRound, nowMs: number, isInterrupted: boolean): void {
    round.isOver = true;
    if (round.isOpened) {
      this.reportState(round, isInterrupted ? 'flushed' : 'ended', nowMs);
      this.reportPlayhead(round, nowMs, false, true, isInterrupted);
    }
    if (isInterrupted) this.listener.handleDropped(round.round + 1);
  }

  private reportState({ round }: RoomRound, state: PlaybackState['state'], nowMs: number): void {
    this.listener.handlePlaybackState({ round, state, contextSeconds: nowMs / 1000, mediaSeconds: this.lastMediaSeconds });
  }

  private reportPlayhead({ round }: RoomRound, nowMs: number, isAdvancing: boolean, isOver: boolean, isInterrupted: boolean): void {
    this.listener.handlePlayhead({
      round,
      contextSeconds: nowMs / 1000,
      mediaSeconds: this.lastMediaSeconds,
      isAdvancing,
      isOver,
      isInterrupted,
      isPaused: false,
    });
  }
}
