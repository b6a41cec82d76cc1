/** Gives every session a desk: in the engine threads, or here where only this thread can serve it. */
import { MotionEngine } from '../motion/engine/motion-engine.js';
import { loadMouthModel } from '../motion/engine/mouth-model.js';
import { EngineThreads } from './engine-threads.js';
import { FairScheduler } from './fair-scheduler.js';
import type { LiveKitEgress } from './livekit/livekit-egress.js';
import { type CreateEngine, type Desk, type DeskListener, type DeskOptions, SpeechDesk } from './speech-desk.js';

export interface SpeechDesksOptions {
  /** Engines of somebody else's making are functions, which cannot be sent to a thread; null for the built-in one. */
  createEngine: CreateEngine | null;
  /** 1 or more. */
  threadCount: number;
  /** `models/mouth.bin`. */
  modelPath: string;
  /** Sessions may go to LiveKit rooms, whose connections belong to this thread. */
  hasRooms: boolean;
  /** Told what a thread died of, and what broke in an engine. */
  onError: (error: unknown) => void;
}

export class SpeechDesks {
  private readonly createEngine: CreateEngine;
  private readonly threads: EngineThreads | null;
  private readonly needsModelHere: boolean;
  private readonly onError: (error: unknown) => void;
  private readonly scheduler = new FairScheduler();

  constructor({ createEngine, threadCount, modelPath, hasRooms, onError }: SpeechDesksOptions) {
    this.createEngine = createEngine ?? ((options) => new MotionEngine(options));
    this.threads = createEngine ? null : new EngineThreads(threadCount, { modelPath }, onError);
    this.needsModelHere = !createEngine && hasRooms;
    this.onError = onError;
  }

  /** @throws {AvatarError} `invalidConfiguration` when the threads cannot be started. */
  async start(): Promise<void> {
    if (this.needsModelHere) await loadMouthModel();
    await this.threads?.start();
  }

  /** @param room Where the session's speech and motion go, if not back to its client. */
  open(options: DeskOptions, listener: DeskListener, room: LiveKitEgress | null): Desk {
    if (this.threads && !room) return this.threads.openDesk(options, listener);
    return new SpeechDesk(options, this.createEngine, this.scheduler, listener, this.onError, room);
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    await this.threads?.close();
  }
}
