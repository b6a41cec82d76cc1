/** The engines of a server: gives every session a request queue, in an engine thread, or in this one where only this thread can serve it. */
import { MotionEngine } from '../motion/engine/motion-engine.js';
import { loadMouthModel } from '../motion/engine/mouth-model.js';
import { EngineThreadPool } from './engine-thread-pool.js';
import { FairScheduler } from './fair-scheduler.js';
import type { LiveKitEgress } from './livekit/livekit-egress.js';
import { LocalRequestQueue } from './local-request-queue.js';
import type { CreateEngine, RequestListener, RequestQueue, RequestQueueOptions } from './request-queue.js';
import type { RequestRegistry } from './request-registry.js';

export interface EnginePoolOptions {
  /** Custom engines, which are functions and cannot be sent to a thread; null for the built-in one. */
  createEngine: CreateEngine | null;
  /** 1 or more. */
  threadCount: number;
  /** `models/mouth.bin`. */
  modelPath: string;
  /** Sessions may go to LiveKit rooms, whose connections belong to this thread. */
  hasRooms: boolean;
  /** Receives why a thread ended, and failures inside an engine. */
  onError: (error: unknown) => void;
}

export class EnginePool {
  private readonly createEngine: CreateEngine;
  private readonly threads: EngineThreadPool | null;
  private readonly needsModelHere: boolean;
  private readonly onError: (error: unknown) => void;
  private readonly scheduler = new FairScheduler();

  constructor({ createEngine, threadCount, modelPath, hasRooms, onError }: EnginePoolOptions) {
    this.createEngine = createEngine ?? ((options) => new MotionEngine(options));
    this.threads = createEngine ? null : new EngineThreadPool(threadCount, { modelPath }, onError);
    this.needsModelHere = !createEngine && hasRooms;
    this.onError = onError;
  }

  /** @throws {AvatarError} `invalidConfiguration` when the threads cannot be started. */
  async start(): Promise<void> {
    if (this.needsModelHere) await loadMouthModel();
    await this.threads?.start();
  }

  /**
   * @param requests The open requests of the session.
   * @param egress Where the session's audio and motion go, if not back to its client.
   */
  openQueue(
    options: RequestQueueOptions,
    requests: RequestRegistry,
    listener: RequestListener,
    egress: LiveKitEgress | null,
  ): RequestQueue {
    if (this.threads && !egress) return this.threads.openQueue(options, requests, listener);
    return new LocalRequestQueue(options, this.createEngine, this.scheduler, listener, this.onError, egress);
  }

  /** Time that each thread was busy since its start, s. */
  get busySeconds(): readonly number[] {
    return this.threads?.busySeconds ?? [];
  }

  /** Ends the threads, whatever they are computing. */
  async close(): Promise<void> {
    await this.threads?.close();
  }
}
