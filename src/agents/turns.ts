/**
 * Turns: answers of an agent, each with an id. The audio of a turn that is closed is dropped for good, so that late chunks of an
 * interrupted answer are never spoken before the next.
 *
 * A turn is spoken by `speak()` as one or more speeches: one ends when the source has brought nothing for a while, since not every
 * agent marks its end, and audio that comes later goes on with another. Turns are spoken one after the other.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { AgentAvatar, Heard } from './agent-avatar.js';
import { type Alignment, timedText } from './alignment.js';
import { type AgentAudio, pcmBytes } from './pcm-chunk.js';
import { TurnText } from './turn-text.js';

export interface TurnOptions {
  /** Rate of the audio, Hz. Default 24000. */
  readonly sampleRate?: number;
  /** Silence of the source, once all that came was heard, that ends the speech, s; `Infinity` waits for `end()`. Default 0.7. */
  readonly endAfterSeconds?: number;
  /** Phonemes or visemes known before the first audio, and other options of `speak()`. */
  readonly speech?: object;
}

const DEFAULT_RATE = 24_000;
const DEFAULT_END_AFTER_SECONDS = 0.7;
/** Closed ids that are remembered: late chunks are late by seconds. */
const MAX_CLOSED = 1000;

interface Mark {
  readonly itemId: string;
  readonly startSeconds: number;
}

export class Turn {
  readonly id: string;
  private readonly turns: Turns;
  private readonly rate: number;
  private readonly endAfterSeconds: number;
  private readonly speech: object;
  private readonly words = new TurnText();
  private readonly marks: Mark[] = [];
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private bytes = 0;
  /** Sound of the speeches of this turn that are over, s. */
  private baseSeconds = 0;
  private isSpoken = false;
  private hasEnded = false;
  private isClosed = false;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly done: { promise: Promise<void>; resolve(): void };

  /** @internal Use `openTurn()`. */
  constructor(
    turns: Turns,
    id: string,
    { sampleRate = DEFAULT_RATE, endAfterSeconds = DEFAULT_END_AFTER_SECONDS, speech = {} }: TurnOptions,
  ) {
    if (!(sampleRate >= 8000 && sampleRate <= 96_000)) {
      throw new AvatarError(ErrorCode.unsupportedSampleRate, `The sampleRate of a turn is 8000 to 96000 Hz, not ${sampleRate}.`);
    }
    this.turns = turns;
    this.id = id;
    this.rate = sampleRate;
    this.endAfterSeconds = endAfterSeconds;
    this.speech = speech;
    let resolve: () => void = () => undefined;
    const promise = new Promise<void>((settle) => (resolve = settle));
    this.done = { promise, resolve };
  }

  /** False once it was interrupted, replaced or played to its end: whatever still comes is dropped. */
  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** Resolves when it was heard to its end, or was closed before. */
  get finished(): Promise<void> {
    return this.done.promise;
  }

  /** Sound received so far, s. */
  get soundSeconds(): number {
    return this.bytes / 2 / this.rate;
  }

  /**
   * Adds audio: base64 or bytes of 16-bit mono PCM, or samples. Dropped when the turn is closed or has ended.
   *
   * @param mark `itemId`: what the agent calls this part of its answer; an interruption tells the position in it.
   * @throws {AvatarError} `invalidAudioInput`.
   */
  audio(chunk: AgentAudio, { itemId }: { itemId?: string } = {}): void {
    if (this.isClosed || this.hasEnded) return;
    const bytes = pcmBytes(chunk);
    if (bytes.length === 0) return;
    if (itemId !== undefined && this.marks.at(-1)?.itemId !== itemId) this.marks.push({ itemId, startSeconds: this.soundSeconds });
    if (!this.controller) this.begin();
    this.bytes += bytes.length;
    this.controller!.enqueue(bytes);
    clearTimeout(this.endTimer);
    this.endTimer = undefined;
    this.caption();
  }

  /** Adds text, as a whole or piece by piece; times are seconds of the turn. */
  text(text: string, { startSeconds, endSeconds }: { startSeconds?: number; endSeconds?: number } = {}): void {
    if (this.isClosed) return;
    this.words.add(text, startSeconds, endSeconds);
    this.caption();
  }

  /** Adds text with times. @param fromSeconds Added to the times. @throws {AvatarError} `invalidTimings`. */
  timings(alignment: Alignment, fromSeconds = 0): void {
    if (this.isClosed) return;
    for (const { text, startSeconds, endSeconds } of timedText(alignment, fromSeconds)) this.words.add(text, startSeconds, endSeconds);
    this.caption();
  }

  /** No more audio will come. */
  end(): void {
    if (this.isClosed || this.hasEnded) return;
    this.hasEnded = true;
    this.caption();
    this.closeSpeech();
    if (!this.isSpoken) this.close();
  }

  // ---- for the turns of the same avatar ----------------------------------------------------------------------------

  /** @internal Fills in what was heard of it. */
  describe(heard: Heard): void {
    const seconds = this.baseSeconds + heard.heardSeconds;
    const mark = this.marks.findLast(({ startSeconds }) => startSeconds <= seconds) ?? null;
    heard.turnId = this.id;
    heard.itemId = mark?.itemId ?? null;
    heard.heardSeconds = seconds;
    heard.itemSeconds = seconds - (mark?.startSeconds ?? 0);
    heard.heardText = this.words.text ? this.words.heardText(seconds, this.soundSeconds, this.hasEnded) : null;
  }

  /** @internal Drops what has not been heard, and all that still comes. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.endTimer);
    this.closeSpeech();
    this.turns.forget(this);
    this.done.resolve();
  }

  /** @internal Playback of its speech waits for audio. */
  handleStall(isStalled: boolean): void {
    clearTimeout(this.endTimer);
    if (isStalled && this.endAfterSeconds < Infinity) this.endTimer = setTimeout(() => this.closeSpeech(), this.endAfterSeconds * 1000);
  }

  private begin(): void {
    const base = this.soundSeconds;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.controller = controller),
      // The speech was interrupted, or other speech has taken its place.
      cancel: () => void (this.controller = null),
    });
    this.isSpoken = true;
    void this.turns.speak(this, stream, { ...this.speech, sampleRateHz: this.rate, encoding: 's16le' }, () => (this.baseSeconds = base));
  }

  private closeSpeech(): void {
    clearTimeout(this.endTimer);
    this.controller?.close();
    this.controller = null;
  }

  /** @internal A speech of it is over. */
  handleSpoken(isHeard: boolean): void {
    if (!isHeard) return this.close();
    this.isSpoken = this.controller !== null;
    if (this.hasEnded && !this.isSpoken) this.close();
  }

  private caption(): void {
    if (!this.turns.isSpeaking(this)) return;
    for (const { start, end, text } of this.words.takeCues(this.soundSeconds, this.hasEnded)) {
      this.turns.addCue({ start: Math.max(0, start - this.baseSeconds), end: Math.max(0.1, end - this.baseSeconds), text });
    }
  }

  /** @internal Its speech begins: it is the newest of the avatar. */
  handleBegun(): void {
    this.caption();
  }
}

const turnsOf = new WeakMap<AgentAvatar, Turns>();

/** The turns of one avatar. */
export class Turns {
  private readonly avatar: AgentAvatar;
  private readonly open = new Map<string, Turn>();
  private readonly closed = new Set<string>();
  private speaking: Turn | null = null;
  private queue: Promise<void> = Promise.resolve();

  static of(avatar: AgentAvatar): Turns {
    let turns = turnsOf.get(avatar);
    if (!turns) turnsOf.set(avatar, (turns = new Turns(avatar)));
    return turns;
  }

  private constructor(avatar: AgentAvatar) {
    this.avatar = avatar;
    // Before the listeners of the page, which find the turn filled in.
    avatar.addEventListener(
      'avatar-interrupted',
      (event) => this.handleInterrupted((event as Event & { interruption: Heard }).interruption),
      {
        capture: true,
      },
    );
    avatar.addEventListener('avatar-playback-stall', (event) =>
      this.speaking?.handleStall((event as Event & { isStalled: boolean }).isStalled),
    );
  }

  /** @throws {AvatarError} `invalidRequest` for an id that was used before. */
  begin(id: string, options: TurnOptions = {}): Turn {
    if (this.open.has(id) || this.closed.has(id)) throw new AvatarError(ErrorCode.invalidRequest, `A turn ${id} was opened before.`);
    const turn = new Turn(this, id, options);
    // What came before it is complete.
    for (const other of [...this.open.values()]) other.end();
    this.open.set(id, turn);
    return turn;
  }

  /** The open turn of this id, opened if the id is new; null if the turn is closed. */
  for(id: string, options: TurnOptions = {}): Turn | null {
    return this.open.get(id) ?? (this.closed.has(id) ? null : this.begin(id, options));
  }

  /** The newest open turn, or null. */
  get newest(): Turn | null {
    return [...this.open.values()].at(-1) ?? null;
  }

  /** Closes all turns. @returns What was heard of the one that played, or null. */
  interrupt(): Heard | null {
    const heard = this.avatar.interrupt() as Heard | null | undefined;
    this.closeAll();
    return heard ?? null;
  }

  /** @internal */
  forget(turn: Turn): void {
    this.open.delete(turn.id);
    this.closed.add(turn.id);
    for (const id of this.closed) {
      if (this.closed.size <= MAX_CLOSED) break;
      this.closed.delete(id);
    }
  }

  /** @internal Speaks after the turns before. */
  speak(turn: Turn, stream: ReadableStream<Uint8Array>, options: object, handleBegin: () => void): Promise<void> {
    this.queue = this.queue.then(async () => {
      if (!turn.isOpen) return;
      this.speaking = turn;
      handleBegin();
      let isHeard = true;
      try {
        const speech = this.avatar.speak(stream, options);
        turn.handleBegun();
        await speech;
      } catch {
        // Interrupted, or reported by the element.
        isHeard = false;
      }
      this.speaking = null;
      turn.handleSpoken(isHeard);
    });
    return this.queue;
  }

  /** @internal */
  isSpeaking(turn: Turn): boolean {
    return this.speaking === turn;
  }

  /** @internal Of the newest speech. */
  addCue(cue: { start: number; end: number; text: string }): void {
    // Captions come after the speech has gone where the element has left the document.
    this.avatar.addCue(cue).catch(() => undefined);
  }

  private handleInterrupted(heard: Heard): void {
    this.speaking?.describe(heard);
    this.closeAll();
  }

  private closeAll(): void {
    for (const turn of [...this.open.values()]) turn.close();
  }
}

/**
 * Opens a turn: one answer of an agent. The turns before it end, and are heard first.
 *
 * @param id Of the agent, such as its response id; once only.
 * @throws {AvatarError} `invalidRequest` for an id that was used before; `unsupportedSampleRate`.
 */
export function openTurn(avatar: AgentAvatar, id: string, options?: TurnOptions): Turn {
  return Turns.of(avatar).begin(id, options);
}
