/** A relay's source with everything it reports, and a way to wait for it. */
import { WebSocket } from 'ws';

import type { ConnectionState } from '../../../src/shared/contracts/connection-state.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import { ReconnectPolicy } from '../../../src/shared/core/reconnect-policy.js';
import type { WebSocketConstructor } from '../../../src/speech/sources/direct-connection.js';
import { RelaySource, type RelaySourceSettings } from '../../../src/speech/sources/relay-source.js';

interface RecordedRound {
  readonly turnId: string;
  readonly samples: number[];
  readonly motion: MotionFrames[];
  rateHz: number;
  isAudioOver: boolean;
  isMotionOver: boolean;
  isInterrupted: boolean;
  errorCode: string | null;
}

export class RecordedRelay {
  readonly source: RelaySource;
  readonly states: { state: ConnectionState; code: string | null }[] = [];
  readonly rounds: RecordedRound[] = [];
  readonly errors: string[] = [];

  constructor(options: Partial<RelaySourceSettings> & Pick<RelaySourceSettings, 'url'>) {
    const round = (number: number): RecordedRound => this.rounds[number - 1];
    this.source = new RelaySource(
      {
        connectTimeoutMs: 5000,
        startTimeoutMs: 3000,
        fallback: 'audio',
        firstRound: 1,
        WebSocket: WebSocket as unknown as WebSocketConstructor,
        reconnectPolicy: new ReconnectPolicy({ firstDelayMs: 30, maxDelayMs: 200 }),
        ...options,
      },
      {
        handleState: (state, error) => this.states.push({ state, code: error?.code ?? null }),
        handleMotion: (number, frames) => round(number).motion.push(frames),
        handleMotionEnd: (number) => (round(number).isMotionOver = true),
        handleRoundError: (number, error) => (round(number).errorCode = error?.code ?? 'none'),
        handleError: ({ code }) => this.errors.push(code),
        handleRoundOpened: (_round, turnId) =>
          void this.rounds.push({
            turnId,
            samples: [],
            motion: [],
            rateHz: 0,
            isAudioOver: false,
            isMotionOver: false,
            isInterrupted: false,
            errorCode: null,
          }),
        handleSpeech: (number, samples, rateHz, isEnd) => {
          Object.assign(round(number), { rateHz, isAudioOver: isEnd });
          for (const sample of samples) round(number).samples.push(sample);
        },
        handleInterrupted: (number) => (round(number).isInterrupted = true),
      },
    );
  }

  get state(): ConnectionState {
    return this.states.at(-1)?.state ?? 'disconnected';
  }

  get newest(): RecordedRound | undefined {
    return this.rounds.at(-1);
  }

  get isNewestOver(): boolean {
    return (this.newest?.isAudioOver && this.newest.isMotionOver) ?? false;
  }

  /** End of the newest round's motion without holes from its start, s. */
  get coveredSeconds(): number {
    let end = 0;
    const frames = [...(this.newest?.motion ?? [])].sort(
      (one, other) => one.startFrame / one.frameRate - other.startFrame / other.frameRate,
    );
    for (const { startFrame, frameCount, frameRate } of frames) {
      if (startFrame / frameRate <= end + 1e-6) end = Math.max(end, (startFrame + frameCount) / frameRate);
    }
    return end;
  }

  async until(isTrue: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 20_000; !isTrue(); ) {
      if (Date.now() > deadline) throw new Error(`${String(isTrue)} never held: ${this.summary()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private summary(): string {
    const rounds = this.rounds.map(({ samples, motion, ...rest }) => ({ ...rest, samples: samples.length, motion: motion.length }));
    return JSON.stringify({ states: this.states, errors: this.errors, rounds });
  }
}
