/** A Motion Server's source with everything it reports, and a way to wait for it. */
import { WebSocket } from 'ws';

import type { ConnectionState } from '../../../src/shared/contracts/connection-state.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { MotionFrames } from '../../../src/shared/contracts/motion-frames.js';
import { ReconnectPolicy } from '../../../src/shared/core/reconnect-policy.js';
import type { WebSocketConstructor } from '../../../src/speech/sources/direct-connection.js';
import { ServerSource, type ServerSourceSettings } from '../../../src/speech/sources/server-source.js';
import { NO_OWN_ROUNDS } from '../source-listener.js';
import { TEST_APP_ID } from './motion-server.js';

export class RecordedServerSource {
  readonly source: ServerSource;
  readonly states: { state: ConnectionState; code: string | null }[] = [];
  readonly motion: { round: number; frames: MotionFrames }[] = [];
  readonly ended: number[] = [];
  readonly roundErrors: { round: number; error: AvatarError | null }[] = [];
  readonly errors: AvatarError[] = [];
  refusals = 0;
  private readonly waiters = new Set<() => void>();

  constructor(options: Partial<ServerSourceSettings> & Pick<ServerSourceSettings, 'serverUrl' | 'requestToken'>) {
    this.source = new ServerSource(
      {
        appId: TEST_APP_ID,
        avatarId: 'aria',
        sampleRateHz: 16000,
        connectTimeoutMs: 5000,
        startTimeoutMs: 3000,
        fallback: 'audio',
        WebSocket: WebSocket as unknown as WebSocketConstructor,
        reconnectPolicy: new ReconnectPolicy({ firstDelayMs: 30, maxDelayMs: 200 }),
        ...options,
      },
      {
        handleState: (state, error) => this.note(() => this.states.push({ state, code: error?.code ?? null })),
        handleRefused: () => this.note(() => this.refusals++),
        handleMotion: (round, frames) => this.note(() => this.motion.push({ round, frames })),
        handleMotionEnd: (round) => this.note(() => this.ended.push(round)),
        handleRoundError: (round, error) => this.note(() => this.roundErrors.push({ round, error })),
        handleError: (error) => this.note(() => this.errors.push(error)),
        ...NO_OWN_ROUNDS,
      },
    );
  }

  get state(): ConnectionState {
    return this.states.at(-1)?.state ?? 'disconnected';
  }

  /** Resolves once `isTrue` holds; rejects after 8 s with what was seen. */
  async until(isTrue: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let check!: () => void;
    try {
      await new Promise<void>((resolve, reject) => {
        check = () => isTrue() && resolve();
        this.waiters.add(check);
        timer = setTimeout(() => reject(new Error(`${String(isTrue)} never held: ${this.summary()}`)), 8000);
        check();
      });
    } finally {
      clearTimeout(timer);
      this.waiters.delete(check);
    }
  }

  /** End of the motion of a round without holes from its start, s. */
  coveredSeconds(round: number): number {
    const runs = this.motion
      .filter((item) => item.round === round)
      .map(({ frames }) => [frames.startFrame / frames.frameRate, (frames.startFrame + frames.frameCount) / frames.frameRate] as const)
      .sort((one, other) => one[0] - other[0]);
    let end = 0;
    for (const [from, to] of runs) if (from <= end + 1e-6) end = Math.max(end, to);
    return end;
  }

  private note(add: () => void): void {
    add();
    for (const check of [...this.waiters]) check();
  }

  private summary(): string {
    const { states, ended, roundErrors, errors, motion } = this;
    return JSON.stringify({
      states,
      ended,
      roundErrors,
      errors: errors.map(({ code, message }) => ({ code, message })),
      motionCount: motion.length,
    });
  }
}
