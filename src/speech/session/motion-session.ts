/**
 * The motion side of one element, in the motion worker: sends speech to the worklet and to the transport, motion to the
 * stage, and decides when a round may sound.
 *
 * Everything carries the number of its round; what belongs to an older one than the newest is dropped. The page hears
 * of states and of what goes wrong, never of audio or frames.
 */
import { loadMouthModel } from '../../motion/engine/mouth-model.js';
import { MotionStyler } from '../../motion/style/motion-styler.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import type {
  FrameStarvation,
  MotionSession,
  MotionSessionListener,
  MotionSessionOptions,
  MotionSessionStats,
} from '../../shared/contracts/motion-session.js';
import type { MotionSource } from '../../shared/contracts/motion-source.js';
import type { HeardSpeech, MotionFeed, PlaybackFeed } from '../../shared/contracts/playback-messages.js';
import type { SpeechManner } from '../../shared/contracts/speech-manner.js';
import { type Expression, expressionFrom, NATURAL_EXPRESSION } from '../../shared/contracts/speech-style.js';
import { LocalTransport } from '../sources/local.js';
import type { Transport, TransportHandlers, TransportState, TurnHandlers } from '../sources/transport.js';
import { MotionFigures } from './motion-figures.js';
import { mayGoLocal, patienceMs } from './patience.js';
import { SessionRound } from './round.js';
import { timesError, timesFrom } from './speech-times.js';
import { transportFor } from './transport-for.js';

export class LiveMotionSession implements MotionSession {
  /** Called once, at `dispose()`. */
  handleDisposed: (() => void) | null = null;

  private readonly options: MotionSessionOptions;
  private readonly listener: MotionSessionListener;
  private source: MotionSource;
  private starvation: FrameStarvation;
  private expression = NATURAL_EXPRESSION;
  private transport: Transport;
  private localEngine: LocalTransport | null = null;
  private state: TransportState = 'disconnected';
  private hasBeenConnected = false;
  private newestRound = 0;
  /** Rounds below were interrupted: what still comes of them is dropped. */
  private firstWantedRound = 0;
  private current: SessionRound | null = null;
  private workTimer: ReturnType<typeof setTimeout> | undefined;
  private patienceTimer: ReturnType<typeof setTimeout> | undefined;
  private isDisposed = false;
  private readonly figures = new MotionFigures();

  constructor(options: MotionSessionOptions, listener: MotionSessionListener) {
    this.options = options;
    this.listener = listener;
    this.source = options.source;
    this.starvation = options.frameStarvation;
    this.transport = this.makeTransport();
    options.playbackPort.onmessage = ({ data }) => this.handleHeard(data as HeardSpeech);
  }

  open(): Promise<void> {
    if (this.isDisposed) return Promise.reject(new AvatarError(ErrorCode.aborted, 'The session was disposed.'));
    return this.transport.open();
  }

  async begin(round: number, manner: SpeechManner): Promise<void> {
    const { style = this.expression.style, intensity = this.expression.intensity } = manner;
    const expression = expressionFrom({ style, intensity });
    const times = await timesFrom(manner);
    const current = this.roundFor(round);
    if (!current) return;
    current.styler = MotionStyler.for(expression);
    current.times = times;
    if (times) this.makeLocal(current);
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
    if (this.source.kind !== 'local') this.makeLocal(current);
  }

  receiveMotion(round: number, messages: Uint8Array[]): void {
    if (this.isDisposed) return;
    const isWanted = this.current?.round === round && !this.current.isLocal;
    if (isWanted && this.transport.receive) this.transport.receive(round, messages);
    else this.figures.lateMessages += messages.length;
  }

  interrupt(beforeRound: number): void {
    // The page may not have heard yet of the round that a relay has begun.
    const limit = this.source.kind === 'relay' ? Math.max(beforeRound, this.newestRound + 1) : beforeRound;
    if (limit <= this.firstWantedRound || limit <= this.newestRound) return;
    this.firstWantedRound = limit;
    this.dropBefore(limit);
  }

  setSource(source: MotionSource): void {
    if (this.isDisposed) return;
    this.figures.retire(this.transport);
    this.transport.close();
    this.localEngine?.close();
    this.localEngine = null;
    this.source = source;
    this.hasBeenConnected = false;
    this.transport = this.makeTransport();
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

  async stats(): Promise<MotionSessionStats> {
    return this.figures.stats(this.transport);
  }

  close(): void {
    this.hasBeenConnected = false;
    this.transport.close();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.dropBefore(Infinity);
    this.isDisposed = true;
    this.transport.close();
    this.localEngine?.close();
    this.options.playbackPort.close();
    this.options.stagePort.close();
    this.handleDisposed?.();
  }

  // ---- rounds ------------------------------------------------------------------------------------------------------

  /** The round of that number, begun if it is new; null when it is over. */
  private roundFor(round: number): SessionRound | null {
    if (this.isDisposed || round < this.newestRound || round < this.firstWantedRound) return null;
    return this.current?.round === round ? this.current : this.beginRound(round);
  }

  private beginRound(round: number): SessionRound {
    if (this.current) this.dropBefore(round);
    this.newestRound = round;
    const rates = { contextRateHz: this.options.contextRateHz, transportRateHz: this.transport.sampleRateHz };
    const current = new SessionRound(round, rates, this.starvation, mayGoLocal(this.source));
    current.styler = MotionStyler.for(this.expression);
    this.current = current;
    this.figures.restart();
    this.limitPatience(current);
    return current;
  }

  /** Passes one piece of speech on; more of it has to let other messages through. */
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
    if (!current.isLocal) current.spare?.append(speech);
    // Before the gate: a local engine answers at once, and then sound and face leave together.
    if (current.isLocal) this.localEngine?.send(round, speech, isEnd, { mouth: current.times?.mouth });
    else this.transport.send(round, speech, isEnd);
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
    clearTimeout(this.patienceTimer);
    clearTimeout(this.workTimer);
    this.workTimer = undefined;
    if (this.current && this.current.round < beforeRound) this.current = null;
    const limit = Number.isFinite(beforeRound) ? beforeRound : this.newestRound + 1;
    this.play({ type: 'flush', beforeRound: limit });
    this.show({ type: 'flush', beforeRound: limit });
    this.transport.interrupt(limit);
    this.localEngine?.interrupt(limit);
  }

  /** Sets the time after which a round without motion is decided, by what is known of the connection now. */
  private limitPatience(current: SessionRound): void {
    clearTimeout(this.patienceTimer);
    if (current.isLocal || current.gate.isReleased) return;
    const patience = patienceMs(this.source, this.state, this.hasBeenConnected);
    if (patience === 0) this.goWithoutServer(current);
    else if (patience < Infinity) this.patienceTimer = setTimeout(() => this.runOutOfPatience(current), patience);
  }

  private runOutOfPatience(current: SessionRound): void {
    if (current !== this.current || current.gate.isReleased) return;
    if (this.state === 'connected') {
      this.listener.handleError(new AvatarError(ErrorCode.connectTimeout, 'No motion has come for this speech.'));
    }
    this.goWithoutServer(current);
  }

  /** The local engine takes the round over, or it goes on as sound alone; motion that still comes then is shown. */
  private goWithoutServer(current: SessionRound): void {
    if (current.isLocal) return;
    const { spare } = current;
    if (!spare) {
      current.gate.goWithoutMotion();
      if (current.motion === null) this.decide(current, 'none');
      this.release(current);
      return;
    }
    const localEngine = this.makeLocal(current);
    const start = spare.gridSample(current.coveredSeconds);
    for (let at = start; at < spare.sampleCount; ) {
      const { start: from, samples } = spare.read(at, spare.sampleRateHz);
      at = from + samples.length;
      localEngine.send(current.round, samples, false, { startSeconds: start / spare.sampleRateHz });
    }
    spare.dropBefore(spare.sampleCount);
    if (current.isComplete) localEngine.send(current.round, new Int16Array(0), true, { startSeconds: start / spare.sampleRateHz });
  }

  /** From now on its motion is computed here; nothing of it goes to the server, and what comes of one is dropped. */
  private makeLocal(current: SessionRound): LocalTransport {
    clearTimeout(this.patienceTimer);
    current.isLocal = true;
    // A relay's speech comes the same way as its motion.
    if (this.source.kind !== 'relay') this.transport.interrupt(current.round + 1);
    this.localEngine ??= new LocalTransport(
      this.handlersFor('local', () => undefined),
      this.transport.sampleRateHz,
    );
    return this.localEngine;
  }

  private decide(current: SessionRound, motion: 'server' | 'local' | 'none'): void {
    if (current.motion === motion) return;
    current.motion = motion;
    this.listener.handleRoundMotion(current.round, motion);
  }

  private release(current: SessionRound): void {
    if (current.isLive) return;
    const { untilSeconds } = current.gate;
    if (untilSeconds === current.releasedSeconds) return;
    current.releasedSeconds = untilSeconds;
    if (current.gate.isReleased) clearTimeout(this.patienceTimer);
    this.play({ type: 'release', round: current.round, untilSeconds });
  }

  // ---- transports --------------------------------------------------------------------------------------------------

  private makeTransport(): Transport {
    if (this.source.kind === 'relay') this.firstWantedRound = Math.max(this.firstWantedRound, this.source.firstRound);
    const origin = this.source.kind === 'local' ? 'local' : 'server';
    const handlers = this.handlersFor(origin, (state, error) => this.handleState(state, error));
    return transportFor(this.source, { ...handlers, ...this.turnHandlers() }, (isRefresh) => this.listener.requestToken(isRefresh));
  }

  private turnHandlers(): TurnHandlers {
    return {
      handleTurn: (conversationId) => {
        const round = Math.max(this.newestRound + 1, this.firstWantedRound);
        this.beginRound(round);
        this.listener.handleRoundOpened(round, conversationId);
        return round;
      },
      handleTurnAudio: (round, samples, sampleRateHz, isEnd) => this.append(round, samples, sampleRateHz, isEnd),
      handleTurnInterrupted: (round) => this.interrupt(round + 1),
    };
  }

  private handlersFor(origin: 'server' | 'local', handleState: TransportHandlers['handleState']): TransportHandlers {
    const currentOf = (round: number): SessionRound | null => {
      const { current } = this;
      return current?.round === round && !(origin === 'server' && current.isLocal) ? current : null;
    };
    return {
      handleState,
      handleMotion: (round, frames, byteLength) => {
        const current = currentOf(round);
        this.figures.noteBytes(byteLength);
        if (current) this.handleMotion(current, origin, frames);
        else this.figures.lateMessages++;
      },
      handleMotionEnd: (round) => {
        const current = currentOf(round);
        if (current) this.handleMotionEnd(current, origin);
      },
      handleRoundError: (round, error) => {
        const current = currentOf(round);
        if (current) this.handleRoundError(current, error);
      },
      handleError: (error) => this.listener.handleError(error),
    };
  }

  private handleState(state: TransportState, error: AvatarError | null): void {
    this.state = state;
    if (state === 'connected') this.hasBeenConnected = true;
    this.listener.handleConnectionState(state, error);
    const { current } = this;
    if (!current || this.source.kind === 'local') return;
    if (state === 'connected') this.limitPatience(current);
    else if (state === 'failed') this.goWithoutServer(current);
    else if (state === 'connecting' && mayGoLocal(this.source) && this.hasBeenConnected) this.goWithoutServer(current);
    else if (state === 'connecting') this.limitPatience(current);
  }

  private handleMotion(current: SessionRound, origin: 'server' | 'local', frames: MotionFrames): void {
    this.figures.noteMotion(frames);
    const { styler } = current;
    for (const shown of styler ? [styler.finishBefore(frames), styler.push(frames)] : [frames]) {
      if (shown) this.showFrames(current, shown, origin);
    }
  }

  private showFrames(current: SessionRound, frames: MotionFrames, origin: 'server' | 'local'): void {
    const { round } = current;
    const untilSeconds = (frames.startFrame + frames.frameCount) / frames.frameRate;
    current.coveredSeconds = Math.max(current.coveredSeconds, untilSeconds);
    current.spare?.dropBefore(current.spare.gridSample(current.coveredSeconds));
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
    if (mayGoLocal(this.source) && !current.isLocal) {
      this.goWithoutServer(current);
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
