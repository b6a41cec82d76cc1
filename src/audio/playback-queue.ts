/**
 * The queue behind the playback worklet: computes the output sample by sample, and reports on it.
 *
 * It owns whole utterances: audio is pushed as soon as it arrives, so a blocked page or a dead port affects nothing that is
 * already here. Every gain change is a raised cosine over a phase that moves by at most one step per
 * sample, so that starts, pauses, underruns, ends and interruptions never click. The fade before an underrun uses the last
 * available samples, and the fade after it the next ones: no sample is lost, repeated or synthesised, and media time counts
 * exactly the played samples.
 *
 * Runs in the audio thread. `process()` allocates nothing; the message handlers may.
 */
import type { PlaybackControl, PlaybackFeed, PlaybackState, PlayheadReport } from '../shared/contracts/playback-messages.js';
import { RoundGate } from '../shared/core/round-gate.js';

/** Fade at starts, ends, underruns and pauses: short enough to keep the first consonant. */
export const EDGE_FADE_SECONDS = 0.003;
/** Fade of an interrupted round. */
export const FLUSH_FADE_SECONDS = 0.006;
/**
 * Quanta between two playhead reports, about 19 ms. Devices request 2, 4 or 8 quanta at once: with an odd interval, reports fall
 * on every position of such a burst, including the last, the only one without delay.
 */
export const REPORT_INTERVAL_QUANTA = 7;

/** Receives the queue's reports. The objects are reused: copy or post them. */
export interface PlaybackQueueListener {
  handleState(state: PlaybackState): void;
  handlePlayhead(report: PlayheadReport): void;
}

/** Replaces a played chunk, so that its memory is free before the array is compacted. */
const PLAYED = new Float32Array(0);
/** Played chunks tolerated at the head of the array before it is compacted. */
const COMPACT_AFTER = 64;

/** One conversation's samples and how far they are played. Counts are frames at the context's rate. */
class Round {
  readonly chunks: Float32Array[] = [];
  head = 0;
  headOffset = 0;
  appended = 0;
  played = 0;
  /** May play up to this frame, exclusive. */
  releasedTo = 0;
  isFinished = false;
  isStarted = false;
  isStalled = false;
  /** Silent because of a pause. */
  isHeld = false;
  isOver = false;
  isInterrupted = false;
  /** Runs as usual but is silent. */
  isMute = false;
  /** Live, between two utterances: the sound goes on, and the face rests. */
  isSilent = false;
  /** 0 silent, 1 full; the gain is its raised cosine. */
  phase = 0;
  /** Same for an interruption; falls from 1 to 0. */
  flushPhase = 1;
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  get available(): number {
    return Math.min(this.appended, this.releasedTo) - this.played;
  }

  append(samples: Float32Array): void {
    if (this.head > COMPACT_AFTER) {
      this.chunks.splice(0, this.head);
      this.head = 0;
    }
    this.chunks.push(samples);
    this.appended += samples.length;
  }

  /** The next sample. Only while `available > 0`. */
  take(): number {
    const sample = this.next();
    return this.isMute ? 0 : sample;
  }

  private next(): number {
    while (this.headOffset >= this.chunks[this.head].length) {
      this.chunks[this.head++] = PLAYED;
      this.headOffset = 0;
    }
    this.played++;
    return this.chunks[this.head][this.headOffset++];
  }

  clear(): void {
    this.chunks.length = 0;
    this.head = 0;
    this.headOffset = 0;
  }
}

export class PlaybackQueue {
  private readonly rateHz: number;
  private readonly listener: PlaybackQueueListener;
  private readonly edgeFrames: number;
  private readonly flushFrames: number;
  private round: Round | null = null;
  /** Interrupted rounds that are fading out. */
  private readonly tails: Round[] = [];
  private readonly gate = new RoundGate();
  private isPaused = false;
  /** Frame of the quantum that comes next. The handlers use it: it is exact between quanta, `currentFrame` is not. */
  private nextFrame = 0;
  private quantaToReport = REPORT_INTERVAL_QUANTA;
  private readonly state: PlaybackState = { round: 0, state: 'started', contextSeconds: 0, mediaSeconds: 0 };
  private readonly report: PlayheadReport = {
    round: 0,
    contextSeconds: 0,
    mediaSeconds: 0,
    isAdvancing: false,
    isOver: false,
    isInterrupted: false,
    isPaused: false,
  };

  constructor(sampleRateHz: number, listener: PlaybackQueueListener) {
    this.rateHz = sampleRateHz;
    this.listener = listener;
    this.edgeFrames = Math.round(EDGE_FADE_SECONDS * sampleRateHz);
    this.flushFrames = Math.round(FLUSH_FADE_SECONDS * sampleRateHz);
  }

  handleFeed(message: PlaybackFeed): void {
    if (message.type === 'flush') return this.flush(message.beforeRound);
    const round = this.roundFor(message.round);
    if (!round) return;
    if (message.type === 'append') round.append(message.samples);
    else if (message.type === 'finish') this.finish(round);
    else this.release(round, message.untilSeconds);
  }

  /**
   * Opens the round of a live source unless a newer one has arrived; silent until `setVoiced`.
   *
   * @param isAudible False: it is played elsewhere, keeps the time and is silent here.
   */
  openLive(number: number, isAudible: boolean): void {
    const round = this.roundFor(number);
    if (!round) return;
    round.isSilent = true;
    round.isMute = !isAudible;
  }

  /** An utterance of the live round begins or is over. */
  setVoiced(number: number, isVoiced: boolean): void {
    const { round } = this;
    if (!round || round.number !== number || round.isOver) return;
    round.isSilent = !isVoiced;
    this.change(round, isVoiced ? 'voiced' : 'silent', this.nextFrame);
  }

  /** Frames played of a round; 0 unless it is the current one. */
  playedFrames(number: number): number {
    return this.round?.number === number ? this.round.played : 0;
  }

  /** True while this round is the current one and has not ended. */
  isOpen(number: number): boolean {
    return this.round?.number === number && !this.round.isOver && !this.isPaused;
  }

  /** Messages for the worklet itself are ignored here. */
  handleControl(message: PlaybackControl): void {
    if (message.type === 'flush') this.flush(message.beforeRound);
    else if (message.type === 'pause') this.isPaused = true;
    else if (message.type === 'resume') this.resume();
    // `process()` does not run any more and cannot report it to the face.
    else if (message.type === 'suspend' && this.round && isAdvancing(this.round)) this.stall(this.round, this.nextFrame);
  }

  /**
   * Renders one quantum.
   *
   * @param out Overwritten, mono, −1..1.
   * @param contextFrame The context's frame at `out[0]`.
   */
  process(out: Float32Array, contextFrame: number): void {
    out.fill(0);
    const round = this.round;
    // If the audio thread is late, the browser plays silence and continues: an underrun.
    if (round && contextFrame !== this.nextFrame && isAdvancing(round)) this.stall(round, this.nextFrame);
    this.nextFrame = contextFrame + out.length;
    if (round && !round.isOver) this.playRound(round, out, contextFrame);
    for (let index = this.tails.length - 1; index >= 0; index--) {
      if (this.playTail(this.tails[index], out)) continue;
      this.tails[index].clear();
      this.tails[index] = this.tails[this.tails.length - 1];
      this.tails.length--;
    }
    if (--this.quantaToReport <= 0 && round && !round.isOver) this.reportPlayhead(round, this.nextFrame);
  }

  private playRound(round: Round, out: Float32Array, contextFrame: number): void {
    const step = 1 / this.edgeFrames;
    let available = round.available;
    let index = 0;
    for (; index < out.length && available > 0; index++, available--) {
      const phase = this.isPaused ? round.phase - step : Math.min(round.phase + step, 1);
      // Rounding may leave a fraction of a step.
      if (phase < step / 2) {
        round.phase = 0;
        break;
      }
      if (!round.isStarted) this.start(round, contextFrame + index);
      else if (round.isStalled) this.recover(round, contextFrame + index);
      // Reaches 0 with the last available sample, so that an underrun is already silent.
      round.phase = Math.min(phase, available * step);
      out[index] = round.take() * gainAt(round.phase);
    }
    if (round.isFinished && round.played === round.appended) return this.end(round, contextFrame + index);
    if (index === out.length) return;
    if (this.isPaused) {
      if (round.isHeld) return;
      round.isHeld = true;
      this.change(round, 'paused', contextFrame + index);
    } else if (round.isStarted && !round.isStalled) {
      this.stall(round, contextFrame + index);
    }
  }

  /** Adds an interrupted round to `out`; false once it is silent. */
  private playTail(round: Round, out: Float32Array): boolean {
    const step = 1 / this.edgeFrames;
    const flushStep = 1 / this.flushFrames;
    let available = round.available;
    for (let index = 0; index < out.length; index++, available--) {
      round.flushPhase -= flushStep;
      if (available <= 0 || round.flushPhase <= 0) return false;
      round.phase = Math.min(round.phase + step, 1, available * step);
      out[index] += round.take() * gainAt(round.phase) * gainAt(round.flushPhase);
    }
    return true;
  }

  /** The round of a message, created if it is newer than the current one; null if it is over. */
  private roundFor(number: number): Round | null {
    if (!this.gate.isOpen(number)) return null;
    if (this.round && number <= this.round.number) {
      return number === this.round.number && !this.round.isOver ? this.round : null;
    }
    this.drop();
    this.gate.closeBefore(number);
    this.round = new Round(number);
    this.reportPlayhead(this.round, this.nextFrame);
    return this.round;
  }

  private flush(beforeRound: number): void {
    this.gate.closeBefore(beforeRound);
    if (this.round && this.round.number < beforeRound) this.drop();
  }

  private drop(): void {
    const round = this.round;
    if (!round || round.isOver) return;
    round.isOver = true;
    round.isInterrupted = true;
    if (round.phase > 0) this.tails.push(round);
    else round.clear();
    this.change(round, 'flushed', this.nextFrame);
  }

  private release(round: Round, untilSeconds: number): void {
    // Leaves enough samples for the fade when the gate closes.
    const soonest = round.played + Math.ceil(round.phase * this.edgeFrames);
    round.releasedTo = Math.max(Math.round(untilSeconds * this.rateHz), soonest);
  }

  private finish(round: Round): void {
    round.isFinished = true;
    if (round.played === round.appended) this.end(round, this.nextFrame);
  }

  private resume(): void {
    this.isPaused = false;
    const round = this.round;
    if (!round?.isHeld || round.isOver) return;
    round.isHeld = false;
    this.change(round, 'resumed', this.nextFrame);
  }

  private start(round: Round, frame: number): void {
    round.isStarted = true;
    this.change(round, 'started', frame);
  }

  private stall(round: Round, frame: number): void {
    round.isStalled = true;
    round.phase = 0;
    this.change(round, 'stalled', frame);
  }

  private recover(round: Round, frame: number): void {
    round.isStalled = false;
    this.change(round, 'recovered', frame);
  }

  private end(round: Round, frame: number): void {
    round.isOver = true;
    round.phase = 0;
    round.clear();
    this.change(round, 'ended', frame);
  }

  private change(round: Round, state: PlaybackState['state'], frame: number): void {
    this.state.round = round.number;
    this.state.state = state;
    this.state.contextSeconds = frame / this.rateHz;
    this.state.mediaSeconds = round.played / this.rateHz;
    this.listener.handleState(this.state);
    this.reportPlayhead(round, frame);
  }

  private reportPlayhead(round: Round, frame: number): void {
    this.quantaToReport = REPORT_INTERVAL_QUANTA;
    this.report.round = round.number;
    this.report.contextSeconds = frame / this.rateHz;
    this.report.mediaSeconds = round.played / this.rateHz;
    this.report.isAdvancing = isAdvancing(round);
    this.report.isOver = round.isOver || round.isSilent;
    this.report.isInterrupted = round.isInterrupted;
    this.report.isPaused = round.isHeld;
    this.listener.handlePlayhead(this.report);
  }
}

function isAdvancing(round: Round): boolean {
  return round.isStarted && !round.isStalled && !round.isHeld && !round.isOver;
}

/** Raised cosine: 0 at 0, 1 at 1, level at both ends. */
function gainAt(phase: number): number {
  return phase >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * phase);
}
