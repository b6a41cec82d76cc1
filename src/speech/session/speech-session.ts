/**
 * Speech and motion of one avatar, in the motion worker: passes speech to the worklet and to the source, motion to the stage, and
 * decides when a round may sound.
 *
 * Everything carries the number of its round; what belongs to an older one than the newest is dropped. The page gets states and
 * errors, never audio or frames.
 */
import { loadMouthModel } from '../../motion/engine/mouth-model.js';
import { MotionStyler } from '../../motion/style/motion-styler.js';
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type { HeardSpeech, MotionFeed, PlaybackFeed } from '../../shared/contracts/playback-messages.js';
import type { SessionListener, SessionStats } from '../../shared/contracts/session.js';
import type { WorkerSourceOptions } from '../../shared/contracts/source-options.js';
import type { SpeechManner } from '../../shared/contracts/speech-manner.js';
import type { FrameStarvation, SpeechSession, SpeechSessionOptions } from '../../shared/contracts/speech-session.js';
import { type Expression, expressionFrom, NATURAL_EXPRESSION } from '../../shared/contracts/speech-style.js';
import { log } from '../../shared/core/log.js';
import { RoundGate } from '../../shared/core/round-gate.js';
import { DEFAULT_SAMPLE_RATE_HZ } from '../../shared/samples/sample-rates.js';
import type { Source, SourceListener } from '../source.js';
import { EngineSource } from '../sources/engine-source.js';
import { createSource } from '../worker-sources.js';
import { MotionStats } from './motion-stats.js';
import { SessionRound } from './round.js';
import { timesError, timesFrom } from './speech-times.js';
import { motionTimeoutMs } from './timeout-policy.js';

export class LiveSpeechSession implements SpeechSession {
  /** Called once, at `dispose()`. */
  handleDisposed: (() => void) | null = null;

  private readonly options: SpeechSessionOptions;
  private readonly listener: SessionListener;
  private source: Source;
  private starvation: FrameStarvation;
  private expression = NATURAL_EXPRESSION;
  /** Takes rounds over that the source brings no motion for, or that it cannot. */
  private engine: EngineSource | null = null;
  private state: ConnectionState = 'disconnected';
  private hasBeenConnected = false;
  private isRefused = false;
  private newestRound = 0;
  private readonly gate = new RoundGate();
  private current: SessionRound | null = null;
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private timeoutTimer: ReturnType<typeof setTimeout> | undefined;
  private isDisposed = false;
  private readonly counts = new MotionStats();

  constructor(options: SpeechSessionOptions, listener: SessionListener) {
    this.options = options;
    this.listener = listener;
    this.starvation = options.frameStarvation;
    this.source = this.createSource(options.source);
    options.playbackPort.onmessage = ({ data }) => this.handleHeard(data as HeardSpeech);
  }

  open(): Promise<void> {
    if (this.isDisposed) return Promise.reject(new AvatarError(ErrorCode.aborted, 'The session was disposed.'));
    return this.source.open();
  }

  async begin(round: number, manner: SpeechManner): Promise<void> {
    const { style = this.expression.style, intensity = this.expression.intensity } = manner;
    const expression = expressionFrom({ style, intensity });
    const times = await timesFrom(manner);
    const current = this.roundFor(round);
    if (!current) return;
    current.styler = MotionStyler.for(expression);
    current.times = times;
    if (times) this.takeOver(current);
  }

  append(round: number, samples: Int16Array | Float32Array, sampleRateHz: number, isEnd: boolean): void {
    const current = this.roundFor(round);
    if (!current) return;
    current.add(samples, sampleRateHz, isEnd);
    if (this.workTimer === undefined) this.work();
  }

  async listen(round: number): Promise<void> {
    await loadMouthModel();
    const current = this.roundFor(round);
    if (!current) return;
    current.isLive = true;
    // Its own rounds would end this one.
    this.source.interrupt(round + 1);
    this.takeOver(current);
  }

  receiveMotion(round: number, messages: Uint8Array[]): void {
    if (this.isDisposed) return;
    const isWanted = this.current?.round === round && !this.current.isLocal;
    if (isWanted && this.source.motion) this.source.motion.receive(round, messages);
    else this.counts.lateMessages += messages.length;
  }

  interrupt(beforeRound: number): void {
    // The page may not know yet of the round that the source has begun.
    const limit = this.source.opensRounds ? Math.max(beforeRound, this.newestRound + 1) : beforeRound;
    if (limit > this.newestRound && this.gate.closeBefore(limit)) this.dropBefore(limit);
  }

  setSource(options: WorkerSourceOptions): void {
    if (this.isDisposed) return;
    this.counts.retire(this.source);
    this.source.close();
    this.engine?.close();
    this.engine = null;
    this.hasBeenConnected = false;
    this.source = this.createSource(options);
  }

  setFrameStarvation(mode: FrameStarvation): void {
    this.starvation = mode;
    if (!this.current) return;
    this.current.gate.setMode(mode);
    this.release(this.current);
  }

  setExpression(expression: Expression): void {
    this.expression = expression;
  }

  async stats(): Promise<SessionStats> {
    return this.counts.stats(this.source);
  }

  close(): void {
    this.hasBeenConnected = false;
    this.source.close();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.dropBefore(Infinity);
    this.isDisposed = true;
    this.source.close();
    this.engine?.close();
    this.options.playbackPort.close();
    this.options.stagePort.close();
    this.handleDisposed?.();
  }

  // ---- rounds ------------------------------------------------------------------------------------------------------

  /** The round of that number, begun if it is new; null when it is over. */
  private roundFor(round: number): SessionRound | null {
    if (this.isDisposed || round < this.newestRound || !this.gate.isOpen(round)) return null;
    return this.current?.round === round ? this.current : this.beginRound(round);
  }

  private beginRound(round: number): SessionRound {
    if (this.current) this.dropBefore(round);
    this.newestRound = round;
    const rates = { contextRateHz: this.options.contextRateHz, sourceRateHz: this.sourceRateHz };
    const current = new SessionRound(round, rates, this.starvation, this.mayTakeOver);
    current.styler = MotionStyler.for(this.expression);
    this.current = current;
    this.counts.restart();
    log.info('round begun', { round });
    this.limitWait(current);
    return current;
  }

  /** Passes one piece of speech on; the rest follows in other tasks, so that messages get through. */
  private work(): void {
    this.workTimer = undefined;
    const { current } = this;
    const piece = current?.next();
    if (!current || !piece) return;
    const { round } = current;
    const { sound, speech, isEnd } = piece;
    const soundSeconds = sound.length / this.options.contextRateHz;
    if (!current.isLive) {
      if (sound.length > 0) this.play({ type: 'append', round, samples: sound }, [sound.buffer]);
      if (isEnd) this.play({ type: 'finish', round });
    }
    if (!current.isLocal) current.backlog?.append(speech);
    // Before the gate: the engine answers at once, and then sound and face leave together.
    if (current.isLocal) this.engine?.send(round, speech, isEnd, { mouth: current.times?.mouth });
    else this.source.speech?.send(round, speech, isEnd);
    current.soundSeconds += soundSeconds;
    const timesFault = isEnd && current.times && timesError(current.times, current.soundSeconds);
    if (timesFault) this.listener.handleError(timesFault);
    current.gate.addAudio(soundSeconds);
    if (isEnd) current.gate.completeAudio();
    this.release(current);
    if (current.hasWaiting) this.workTimer = setTimeout(() => this.work(), 0);
  }

  private handleHeard({ round, samples, isEnd }: HeardSpeech): void {
    if (this.current?.round === round && this.current.isLive) this.append(round, samples, this.options.contextRateHz, isEnd);
  }

  private dropBefore(beforeRound: number): void {
    clearTimeout(this.timeoutTimer);
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    if (this.current && this.current.round < beforeRound) this.current = null;
    const limit = Number.isFinite(beforeRound) ? beforeRound : this.newestRound + 1;
    this.play({ type: 'flush', beforeRound: limit });
    this.show({ type: 'flush', beforeRound: limit });
    this.source.interrupt(limit);
    this.engine?.interrupt(limit);
  }

  /** Sets when a round stops waiting for motion, by the present state of the connection. */
  private limitWait(current: SessionRound): void {
    clearTimeout(this.timeoutTimer);
    if (current.isLocal || current.gate.isReleased) return;
    const { state, hasBeenConnected, isRefused } = this;
    const timeoutMs = motionTimeoutMs(this.source.timeout, { state, hasBeenConnected, isRefused }, this.starvation);
    if (timeoutMs === 0) this.goWithoutSource(current);
    else if (timeoutMs < Infinity) this.timeoutTimer = setTimeout(() => this.handleTimeout(current), timeoutMs);
  }

  private handleTimeout(current: SessionRound): void {
    if (current !== this.current || current.gate.isReleased) return;
    if (this.state === 'connected') {
      this.listener.handleError(new AvatarError(ErrorCode.connectTimeout, 'No motion has come for this speech.'));
    }
    this.goWithoutSource(current);
  }

  /** The engine takes the round over, or it goes on as audio only; motion that still arrives then is shown. */
  private goWithoutSource(current: SessionRound): void {
    if (current.isLocal) return;
    const { backlog } = current;
    if (!backlog) {
      current.gate.goWithoutMotion();
      if (current.motion === null) this.decide(current, 'none');
      this.release(current);
      return;
    }
    const engine = this.takeOver(current);
    const start = backlog.gridSample(current.coveredSeconds);
    for (let at = start; at < backlog.sampleCount; ) {
      const { start: from, samples } = backlog.read(at, backlog.sampleRateHz);
      at = from + samples.length;
      engine.send(current.round, samples, false, { startSeconds: start / backlog.sampleRateHz });
    }
    backlog.dropBefore(backlog.sampleCount);
    if (current.isComplete) engine.send(current.round, new Int16Array(0), true, { startSeconds: start / backlog.sampleRateHz });
  }

  /** The engine computes the round's motion from now on; the source gets nothing more of it, and its motion is dropped. */
  private takeOver(current: SessionRound): EngineSource {
    clearTimeout(this.timeoutTimer);
    current.isLocal = true;
    // Where the source brings the speech, that goes on.
    if (this.source.speech) this.source.interrupt(current.round + 1);
    this.engine ??= new EngineSource(
      this.listenerFor(
        () => 'local',
        () => undefined,
      ),
      this.sourceRateHz,
    );
    return this.engine;
  }

  private get mayTakeOver(): boolean {
    return this.source.timeout?.fallback === 'local';
  }

  private get sourceRateHz(): number {
    return this.source.speech?.sampleRateHz ?? DEFAULT_SAMPLE_RATE_HZ;
  }

  private decide(current: SessionRound, motion: 'server' | 'local' | 'none'): void {
    if (current.motion === motion) return;
    current.motion = motion;
    log.info('motion decided', { round: current.round, mediaSeconds: current.coveredSeconds, motion });
    this.listener.handleRoundMotion(current.round, motion);
  }

  private release(current: SessionRound): void {
    if (current.isLive) return;
    const { untilSeconds } = current.gate;
    if (untilSeconds === current.releasedSeconds) return;
    current.releasedSeconds = untilSeconds;
    if (current.gate.isReleased) clearTimeout(this.timeoutTimer);
    log.debug('audio released', { round: current.round, mediaSeconds: untilSeconds });
    this.play({ type: 'release', round: current.round, untilSeconds });
  }

  // ---- sources -----------------------------------------------------------------------------------------------------

  private createSource(options: WorkerSourceOptions): Source {
    const listener = this.listenerFor(
      () => source.origin,
      (state, error) => this.handleState(state, error),
    );
    const source: Source = createSource(options, listener, (isRefresh) => this.listener.requestToken(isRefresh));
    return source;
  }

  private listenerFor(origin: () => Source['origin'], handleState: SourceListener['handleState']): SourceListener {
    const currentOf = (round: number): SessionRound | null => {
      const { current } = this;
      return current?.round === round && !(origin() === 'server' && current.isLocal) ? current : null;
    };
    return {
      handleState,
      handleRefused: () => this.handleRefused(),
      handleMotion: (round, frames, byteLength) => {
        const current = currentOf(round);
        this.counts.noteBytes(byteLength);
        if (current) this.handleMotion(current, origin(), frames);
        else {
          this.counts.lateMessages++;
          log.debug('late motion dropped', { round });
        }
      },
      handleMotionEnd: (round) => {
        const current = currentOf(round);
        if (current) this.handleMotionEnd(current, origin());
      },
      handleRoundError: (round, error) => {
        const current = currentOf(round);
        if (current) this.handleRoundError(current, error);
      },
      handleError: (error) => this.listener.handleError(error),
      handleRoundOpened: (round, conversationId) => {
        this.beginRound(round);
        this.listener.handleRoundOpened(round, conversationId);
      },
      handleSpeech: (round, samples, sampleRateHz, isEnd) => this.append(round, samples, sampleRateHz, isEnd),
      handleInterrupted: (round) => this.interrupt(round + 1),
    };
  }

  private handleState(state: ConnectionState, error: AvatarError | null): void {
    this.state = state;
    this.isRefused = false;
    log.info('source state', { state, ...(error && { code: error.code, message: error.message }) });
    if (state === 'connected') this.hasBeenConnected = true;
    this.listener.handleConnectionState(state, error);
    const { current } = this;
    if (!current || !this.source.timeout) return;
    if (state === 'connected') this.limitWait(current);
    else if (state === 'failed') this.goWithoutSource(current);
    else if (state === 'connecting' && this.mayTakeOver && this.hasBeenConnected) this.goWithoutSource(current);
    else if (state === 'connecting') this.limitWait(current);
  }

  /** The source goes on trying; speech need not wait for it. */
  private handleRefused(): void {
    this.isRefused = true;
    if (this.current && this.source.timeout) this.limitWait(this.current);
  }

  private handleMotion(current: SessionRound, origin: 'server' | 'local', frames: MotionFrames): void {
    this.counts.noteMotion(frames);
    const { styler } = current;
    for (const shown of styler ? [styler.finishBefore(frames), styler.push(frames)] : [frames]) {
      if (shown) this.showFrames(current, shown, origin);
    }
  }

  private showFrames(current: SessionRound, frames: MotionFrames, origin: 'server' | 'local'): void {
    const { round } = current;
    const untilSeconds = (frames.startFrame + frames.frameCount) / frames.frameRate;
    log.debug('motion', { round, mediaSeconds: untilSeconds, frames: frames.frameCount, origin });
    current.coveredSeconds = Math.max(current.coveredSeconds, untilSeconds);
    current.backlog?.dropBefore(current.backlog.gridSample(current.coveredSeconds));
    this.show({ type: 'frames', round, frames }, [frames.values.buffer]);
    this.decide(current, origin);
    current.gate.coverMotion(untilSeconds);
    this.release(current);
  }

  private handleMotionEnd(current: SessionRound, origin: 'server' | 'local'): void {
    const held = current.styler?.finish();
    if (held) this.showFrames(current, held, origin);
    if (current.motion === null) this.decide(current, 'none');
    this.show({ type: 'finish', round: current.round });
    current.gate.completeMotion();
    this.release(current);
  }

  private handleRoundError(current: SessionRound, error: AvatarError | null): void {
    if (error) this.listener.handleError(error);
    if (this.mayTakeOver && !current.isLocal) {
      this.goWithoutSource(current);
      return;
    }
    this.decide(current, 'none');
    this.show({ type: 'finish', round: current.round });
    current.gate.goWithoutMotion();
    this.release(current);
  }

  // ---- ports -------------------------------------------------------------------------------------------------------

  private play(message: PlaybackFeed, buffers: ArrayBufferLike[] = []): void {
    if (!this.isDisposed) this.options.playbackPort.postMessage(message, buffers as ArrayBuffer[]);
  }

  private show(message: MotionFeed, buffers: ArrayBufferLike[] = []): void {
    if (!this.isDisposed) this.options.stagePort.postMessage(message, buffers as ArrayBuffer[]);
  }
}
