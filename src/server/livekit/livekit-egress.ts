/** One session's way into a LiveKit room: its speeches leave there in real time, voice and motion together. */
import { createMessage, encodeMessage } from '../../motion/protocol/envelope.js';
import { ServerPlaybackState_State } from '../../motion/protocol/generated/message_pb.js';
import { packMotion } from '../../motion/protocol/packed-motion.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { CLOCK_TOPIC, encodeRoomPacket, MOTION_TOPIC, type RoomPacketType } from '../../shared/contracts/room-packets.js';
import { Resampler } from '../../shared/samples/resampler.js';
import { float32FromInt16, int16FromFloat32 } from '../../shared/samples/sample-arithmetic.js';
import type { SpeechEngine } from '../speech-request.js';
import { AgentPlayback } from './agent-playback.js';
import type { RoomTarget } from './livekit-configuration.js';
import { type PlayoutEvent, RequestPlayout } from './request-playout.js';
import { RoomPublisher } from './room-publisher.js';

/** Of the request that is played, or was played last. */
export interface Playback {
  state: ServerPlaybackState_State;
  /** Sound that has left, s. */
  seconds: number;
  reason?: InterruptionReason;
}

export type InterruptionReason = 'explicit' | 'pause_timeout';

export interface LiveKitEgressListener {
  /** The last sample of a speech has left, or it was cut off from inside the room. */
  handleFinished(reqId: string): void;
  /** There is room for more after `isFull`. */
  handleRoom(): void;
  /** The room is closed, or this participant was removed. */
  handleLost(): void;
  /** Playback began, ended, was cut, or was asked for by `setPaused`. */
  handlePlayback(reqId: string, playback: Playback): void;
  /** The agent that playback is reported to was not reached. */
  handleAgentFault(message: string): void;
}

/** The encoder's rate: 10 ms are a whole number of samples. */
const SAMPLE_RATE_HZ = 48_000;
/** 20 ms, what Opus takes. */
const FRAME_SAMPLES = SAMPLE_RATE_HZ / 50;
/** Interval of clock packets, s; shorter at first, while the receiver has no estimate. */
const CLOCK_SECONDS = 0.1;
const FIRST_CLOCK_SECONDS = 0.05;
const FIRST_SECONDS = 1;
/** Starved for so long, the encoder sends silence, which moves the track's time; before, it sends nothing. */
const SILENCE_MS = 80;
/** More sound than this waits with the sender, not here, s. */
const MAX_QUEUED_SECONDS = 30;

export class LiveKitEgress {
  private readonly publisher: RoomPublisher;
  private readonly agent: AgentPlayback | null;
  private readonly listener: LiveKitEgressListener;
  private readonly avatarId: string;
  private readonly connectionId: string;
  private readonly playout = new RequestPlayout(SAMPLE_RATE_HZ);
  private readonly resamplers = new Map<string, Resampler>();
  private readonly frame = new Int16Array(FRAME_SAMPLES);
  private sequence = 0;
  private lastClockSeconds = -Infinity;
  private lastClockRun = 0;
  private startedNumber = 0;
  /** While nothing is played. */
  private lastPlayback: Playback = { state: ServerPlaybackState_State.STATE_UNSPECIFIED, seconds: 0 };
  private wake: (() => void) | null = null;
  private isClosed = false;
  private closing: Promise<void> | null = null;

  /** @throws {AvatarError} see `RoomPublisher.join`. */
  static async open(
    target: RoomTarget,
    session: { avatarId: string; connectionId: string },
    listener: LiveKitEgressListener,
  ): Promise<LiveKitEgress> {
    let egress: LiveKitEgress | null = null;
    const publisher = await RoomPublisher.join(target, SAMPLE_RATE_HZ, {
      handleInterrupt: () => egress?.interruptCurrent(),
      handleLost: () => egress?.lose(),
    });
    const { agentIdentity } = target;
    const agent =
      agentIdentity === null
        ? null
        : new AgentPlayback(
            (method, payload) => publisher.call(agentIdentity, method, payload),
            (message) => egress?.isClosed || listener.handleAgentFault(message),
          );
    egress = new LiveKitEgress(publisher, session, listener, agent);
    void egress.pump();
    return egress;
  }

  private constructor(
    publisher: RoomPublisher,
    session: { avatarId: string; connectionId: string },
    listener: LiveKitEgressListener,
    agent: AgentPlayback | null,
  ) {
    this.agent = agent;
    this.publisher = publisher;
    this.avatarId = session.avatarId;
    this.connectionId = session.connectionId;
    this.listener = listener;
  }

  /** Enough is waiting: nothing more should be computed for now. */
  get isFull(): boolean {
    return this.playout.queuedSeconds > MAX_QUEUED_SECONDS;
  }

  /** No request is being played or waits. */
  get isIdle(): boolean {
    return this.playout.current === null;
  }

  begin(reqId: string): void {
    this.playout.begin(reqId);
  }

  /** An engine that does what the other does, while its speech goes into the room. */
  listenTo(reqId: string, engine: SpeechEngine, sampleRateHz: number): SpeechEngine {
    return {
      push: (samples) => {
        this.addAudio(reqId, samples, sampleRateHz);
        return engine.push(samples);
      },
      finish: () => engine.finish(),
    };
  }

  private addAudio(reqId: string, samples: Int16Array | Float32Array, sampleRateHz: number): void {
    let resampler = this.resamplers.get(reqId);
    if (!resampler) this.resamplers.set(reqId, (resampler = new Resampler(sampleRateHz, SAMPLE_RATE_HZ)));
    const floats = samples instanceof Int16Array ? float32FromInt16(samples) : samples;
    this.playout.addAudio(reqId, int16FromFloat32(resampler.push(floats)));
    this.wake?.();
  }

  addMotion(reqId: string, frames: MotionFrames): void {
    this.playout.addMotion(reqId, frames);
    this.wake?.();
  }

  /** All of a request has been given. */
  finish(reqId: string): void {
    const rest = this.resamplers.get(reqId)?.flush();
    if (rest) this.playout.addAudio(reqId, int16FromFloat32(rest));
    this.resamplers.delete(reqId);
    this.playout.finish(reqId);
    this.wake?.();
  }

  /**
   * Holds a request, or lets it play on from the same sample; what the encoder has still leaves. Reports the playback after it in any case.
   *
   * @returns Whether this request is the one that is played.
   */
  setPaused(reqId: string, isPaused: boolean): boolean {
    const isCurrent = this.playout.setPaused(reqId, isPaused);
    this.listener.handlePlayback(reqId, this.playback);
    this.wake?.();
    return isCurrent;
  }

  private get playback(): Playback {
    const { current, isHeld } = this.playout;
    if (!current) return this.lastPlayback;
    if (isHeld) return { state: ServerPlaybackState_State.PAUSED, seconds: current.takenSeconds };
    return { state: ServerPlaybackState_State.PLAYING, seconds: this.leavingSeconds(current.reqId) };
  }

  private finishPlayback(reqId: string, playback: Playback): void {
    this.lastPlayback = playback;
    this.listener.handlePlayback(reqId, playback);
  }

  /** Silence at once: drops what has not left of a request. @returns Whether there was anything to drop. */
  interrupt(reqId: string, reason: InterruptionReason = 'explicit'): boolean {
    const isCurrent = this.playout.current?.reqId === reqId;
    const heardSeconds = isCurrent ? this.leavingSeconds(reqId) : 0;
    this.resamplers.delete(reqId);
    const dropped = this.playout.drop(reqId);
    if (!dropped) return false;
    if (isCurrent) this.publisher.clear();
    this.sendPacket('cut', { reqId, number: dropped.number }, heardSeconds);
    this.agent?.cut(dropped.number, heardSeconds);
    this.finishPlayback(reqId, { state: ServerPlaybackState_State.INTERRUPTED, seconds: heardSeconds, reason });
    this.wake?.();
    return true;
  }

  /** Resolves when the room is left. */
  close(): Promise<void> {
    this.isClosed = true;
    this.wake?.();
    this.closing ??= this.publisher.close();
    return this.closing;
  }

  /** Runs until closed: frame after frame, as fast as the encoder takes them. */
  private async pump(): Promise<void> {
    while (!this.isClosed) {
      for (const event of this.playout.takeEvents()) this.report(event);
      const speech = this.playout.current;
      const wasFull = this.isFull;
      const count = this.playout.take(this.frame);
      if (wasFull && !this.isFull) this.listener.handleRoom();
      if (count === 0 || !speech) {
        for (const event of this.playout.takeEvents()) this.report(event);
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = null;
        continue;
      }
      // A process that was held up too long left the encoder without sound, which it filled with silence of its own.
      if (this.publisher.starvedMs > SILENCE_MS) this.playout.breakRun(count);
      try {
        await this.publisher.play(this.frame);
      } catch {
        // Nothing while closing. An encoder that takes no more would leave the session silent for good.
        return this.lose();
      }
      // It may have been cut off meanwhile.
      if (this.playout.current?.number !== speech.number) continue;
      if (speech.number > this.startedNumber) {
        this.startedNumber = speech.number;
        this.listener.handlePlayback(speech.reqId, this.playback);
      }
      if (this.playout.current.takenSeconds > this.publisher.queuedSeconds - FRAME_SAMPLES / SAMPLE_RATE_HZ)
        this.agent?.start(speech.number);
      this.sendClock(speech);
    }
  }

  private report(event: PlayoutEvent): void {
    const { reqId } = event;
    if (event.type === 'held') return this.sendPacket('held', event, event.seconds);
    if (event.type === 'ended') {
      this.sendPacket('ended', event, event.seconds);
      // The encoder's queue is played before the request counts as finished.
      this.agent?.beginEnd(event.number, event.seconds);
      const ended = { state: ServerPlaybackState_State.ENDED, seconds: event.seconds };
      this.lastPlayback = ended;
      setTimeout(() => {
        if (this.isClosed) return;
        this.agent?.end(event.number);
        this.listener.handlePlayback(reqId, ended);
        this.listener.handleFinished(reqId);
      }, this.publisher.queuedSeconds * 1000);
      return;
    }
    const payload = encodeMessage(
      createMessage({
        case: 'serverResponseAnimation',
        value: {
          connectionId: this.connectionId,
          reqId,
          end: event.frames === null,
          avatarId: this.avatarId,
          ...(event.frames && { packedMotion: packMotion(event.frames) }),
        },
      }),
    );
    this.sendPacket('motion', event, this.leavingSeconds(reqId), payload);
  }

  private sendClock(speech: { reqId: string; number: number }): void {
    const leaving = this.leavingSeconds(speech.reqId);
    const { run, runStartSeconds } = this.playout;
    const interval = leaving - runStartSeconds < FIRST_SECONDS ? FIRST_CLOCK_SECONDS : CLOCK_SECONDS;
    if (run === this.lastClockRun && leaving >= this.lastClockSeconds && leaving - this.lastClockSeconds < interval) return;
    this.lastClockRun = run;
    this.lastClockSeconds = leaving;
    this.sendPacket('clock', speech, leaving);
  }

  /** Media time of a request that leaves for the encoder now, s. */
  private leavingSeconds(reqId: string): number {
    const { current, runStartSeconds } = this.playout;
    if (current?.reqId !== reqId) return 0;
    return Math.max(runStartSeconds, current.takenSeconds - this.publisher.queuedSeconds);
  }

  private sendPacket(
    type: RoomPacketType,
    speech: { reqId: string; number: number },
    mediaSeconds: number,
    payload: Uint8Array = new Uint8Array(0),
  ): void {
    const bytes = encodeRoomPacket({
      type,
      conversation: speech.number,
      conversationId: speech.reqId,
      run: this.playout.run,
      sequence: ++this.sequence,
      mediaSeconds,
      runStartSeconds: this.playout.runStartSeconds,
      payload,
    });
    const isClock = type === 'clock';
    // A closing room is reported separately.
    this.publisher.send(bytes, isClock ? CLOCK_TOPIC : MOTION_TOPIC, !isClock).catch(() => undefined);
  }

  private interruptCurrent(): void {
    const reqId = this.playout.current?.reqId;
    if (reqId === undefined) return;
    this.interrupt(reqId);
    this.listener.handleFinished(reqId);
  }

  private lose(): void {
    if (this.isClosed) return;
    void this.close();
    this.listener.handleLost();
  }
}
