/** A motion session with its two ports in the test's hands, and everything the page is told. */

import type { ConnectionState } from '../../../src/shared/contracts/connection-state.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { MotionFeed, PlaybackFeed } from '../../../src/shared/contracts/playback-messages.js';
import type { SessionListener } from '../../../src/shared/contracts/session.js';
import type { WorkerSourceOptions } from '../../../src/shared/contracts/source-options.js';
import type { FrameStarvation, MotionService, SpeechSession } from '../../../src/shared/contracts/speech-session.js';

export class SessionProbe implements SessionListener {
  readonly playback: PlaybackFeed[] = [];
  readonly motion: MotionFeed[] = [];
  readonly states: { state: ConnectionState; error: AvatarError | null }[] = [];
  readonly errors: AvatarError[] = [];
  readonly opened: { round: number; conversationId: string }[] = [];
  readonly roundMotion: { round: number; motion: string }[] = [];
  /** What `requestToken` gives. */
  token: (isRefresh: boolean) => Promise<string> = () => Promise.reject(new Error('no token in this test'));
  session!: SpeechSession;
  private readonly waiters = new Set<() => void>();

  static async open(
    service: MotionService,
    source: WorkerSourceOptions,
    frameStarvation: FrameStarvation = 'audio-independent',
    mouthModelUrl = new URL('../../../src/models/mouth.bin', import.meta.url).href,
  ): Promise<SessionProbe> {
    const probe = new SessionProbe();
    const playback = new MessageChannel();
    const stage = new MessageChannel();
    playback.port2.onmessage = ({ data }) => probe.note(() => probe.playback.push(data as PlaybackFeed));
    stage.port2.onmessage = ({ data }) => probe.note(() => probe.motion.push(data as MotionFeed));
    probe.session = await service.createSession(
      { source, frameStarvation, contextRateHz: 48000, playbackPort: playback.port1, stagePort: stage.port1 },
      probe,
      async () => (await fetch(mouthModelUrl)).arrayBuffer(),
    );
    return probe;
  }

  handleConnectionState(state: ConnectionState, error: AvatarError | null): void {
    this.note(() => this.states.push({ state, error }));
  }

  handleError(error: AvatarError): void {
    this.note(() => this.errors.push(error));
  }

  handleRoundOpened(round: number, conversationId: string): void {
    this.note(() => this.opened.push({ round, conversationId }));
  }

  handleRoundMotion(round: number, motion: 'server' | 'local' | 'none'): void {
    this.note(() => this.roundMotion.push({ round, motion }));
  }

  requestToken(isRefresh: boolean): Promise<string> {
    return this.token(isRefresh);
  }

  async until(isTrue: () => boolean, limitMs = 8000): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let check!: () => void;
    try {
      await new Promise<void>((resolve, reject) => {
        check = () => isTrue() && resolve();
        this.waiters.add(check);
        timer = setTimeout(() => reject(new Error(`${String(isTrue)} never held: ${this.summary()}`)), limitMs);
        check();
      });
    } finally {
      clearTimeout(timer);
      this.waiters.delete(check);
    }
  }

  /** The last thing the worklet was told of a round's release, s; 0 before. */
  releasedSeconds(round: number): number {
    return this.playback.reduce((last, item) => (item.type === 'release' && item.round === round ? item.untilSeconds : last), 0);
  }

  soundSeconds(round: number): number {
    return this.playback.reduce(
      (sum, item) => (item.type === 'append' && item.round === round ? sum + item.samples.length / 48000 : sum),
      0,
    );
  }

  /** End of the motion of a round without holes from its start, s. */
  coveredSeconds(round: number): number {
    const runs: [number, number][] = [];
    for (const item of this.motion) {
      if (item.type !== 'frames' || item.round !== round) continue;
      const { startFrame, frameCount, frameRate } = item.frames;
      runs.push([startFrame / frameRate, (startFrame + frameCount) / frameRate]);
    }
    let end = 0;
    for (const [from, to] of runs.sort((one, other) => one[0] - other[0])) if (from <= end + 1e-6) end = Math.max(end, to);
    return end;
  }

  isMotionFinished(round: number): boolean {
    return this.motion.some((item) => item.type === 'finish' && item.round === round);
  }

  private note(add: () => void): void {
    add();
    for (const check of [...this.waiters]) check();
  }

  private summary(): string {
    return JSON.stringify({
      states: this.states.map(({ state, error }) => [state, error?.code]),
      errors: this.errors.map(({ code, message }) => [code, message]),
      roundMotion: this.roundMotion,
      playback: this.playback
        .map(({ type }) => type)
        .join(' ')
        .slice(0, 300),
      motion: this.motion
        .map(({ type }) => type)
        .join(' ')
        .slice(0, 300),
    });
  }
}

/** A vowel-like sound, 16-bit mono. */
export function voice(seconds: number, sampleRateHz = 16000): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * sampleRateHz) }, (_, index) => {
    const t = index / sampleRateHz;
    let value = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++) value += Math.sin(2 * Math.PI * 130 * harmonic * t) / harmonic;
    return value * 7000 * (0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * t));
  });
}
