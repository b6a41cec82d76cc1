/** The rounds of one avatar: their numbers, ids and ends. A round is one utterance; the public API calls it a conversation. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { Deferred } from '../../shared/core/deferred.js';
import { createLogId } from '../../shared/core/ids.js';

export class Round {
  readonly round: number;
  private _conversationId: string;
  private readonly abortion = new AbortController();
  private audioAtMs = NaN;
  private soundAtMs = NaN;
  isOver = false;
  /** How often playback ran out of data. */
  stalls = 0;
  /** Audio received, s; NaN if it does not pass through here. */
  appendedSeconds = 0;
  /** Speech of a live source, which has silences between its utterances; each is a conversation of its own. */
  isLive = false;
  /** Live, and dropped by `interrupt()`: the source goes on with another round. */
  isContinued = false;
  /** Media time at which the present utterance begins, s. */
  startSeconds = 0;
  private readonly heard = new Deferred();

  constructor(round: number, conversationId: string) {
    this.round = round;
    this._conversationId = conversationId;
  }

  get conversationId(): string {
    return this._conversationId;
  }

  /** The next utterance of a live source begins. */
  beginUtterance(mediaSeconds: number): void {
    if (!Number.isNaN(this.soundAtMs)) this._conversationId = createLogId();
    this.startSeconds = mediaSeconds;
    this.markSound();
  }

  /** Aborted when the round is over, however it ended. */
  get signal(): AbortSignal {
    return this.abortion.signal;
  }

  /** First audio received → first audible sample, ms; NaN before. */
  get firstSoundMs(): number {
    return this.soundAtMs - this.audioAtMs;
  }

  markAudio(): void {
    if (Number.isNaN(this.audioAtMs)) this.audioAtMs = performance.now();
  }

  markSound(): void {
    if (Number.isNaN(this.soundAtMs)) this.soundAtMs = performance.now();
  }

  /** Resolves when the round was played to its end; rejects with `aborted` when it was dropped before. */
  get untilHeard(): Promise<void> {
    return this.heard.promise;
  }

  /** Ends the round. @param error Why, or null when it was played to its end. */
  settle(error: AvatarError | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.abortion.abort();
    if (error) this.heard.reject(error);
    else this.heard.resolve();
  }
}

export class Rounds {
  private readonly entries = new Map<number, Round>();
  private lastRound = 0;

  get newest(): Round | null {
    return this.entries.get(this.lastRound) ?? null;
  }

  find(round: number): Round | null {
    return this.entries.get(round) ?? null;
  }

  /** Opens the next round; numbers count up from 1. Finished rounds are forgotten, except the newest. */
  open(conversationId = createLogId()): Round {
    return this.add(new Round(this.lastRound + 1, conversationId));
  }

  /** Adds a round that the source has numbered. @returns Null unless it is newer than all known ones. */
  adopt(round: number, conversationId: string): Round | null {
    return round > this.lastRound ? this.add(new Round(round, conversationId)) : null;
  }

  dropBefore(beforeRound: number): void {
    for (const entry of this.entries.values()) {
      if (entry.round < beforeRound) entry.settle(new AvatarError(ErrorCode.aborted, 'The speech was interrupted.'));
    }
  }

  private add(entry: Round): Round {
    for (const [round, { isOver }] of this.entries) if (isOver) this.entries.delete(round);
    this.lastRound = entry.round;
    this.entries.set(entry.round, entry);
    return entry;
  }
}
