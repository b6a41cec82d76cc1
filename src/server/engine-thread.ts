/** The main thread's end of one engine thread. */
import { Worker } from 'node:worker_threads';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { type EngineThreadData, type FromEngineThread, Outbox, type ToEngineThread } from './engine-messages.js';
import type { DeskListener } from './speech-desk.js';

/** Whoever has something done in a thread. */
export interface Tenant extends DeskListener {
  /** The thread is gone, and all that was in it. */
  handleThreadEnd(): void;
}

export class EngineThread {
  /** Resolves when it can work. @throws {AvatarError} `invalidConfiguration` when it ended before. */
  readonly ready: Promise<void>;
  /** Sessions with open requests that were placed here. */
  busyDesks = 0;
  /** By the numbers of their desks. */
  readonly tenants = new Map<number, Tenant>();
  private readonly worker: Worker;
  private readonly outbox: Outbox<ToEngineThread>;
  private isReady = false;

  /**
   * @param handleEnd Called once when the thread ended, whoever ended it; `wasReady` tells whether it ever worked, `reason` what it
   *   died of, or null.
   * @param onError Told what broke in an engine.
   */
  constructor(data: EngineThreadData, handleEnd: (wasReady: boolean, reason: unknown) => void, onError: (error: unknown) => void) {
    this.worker = new Worker(new URL('./engine.worker.js', import.meta.url), { workerData: data });
    this.outbox = new Outbox(this.worker);
    this.ready = new Promise((resolve, reject) => {
      let reason: unknown = null;
      this.worker.on('message', (items: FromEngineThread[]) => {
        for (const item of items) {
          if (item.kind === 'fault') onError(item.error);
          else if (item.kind !== 'ready') this.deliver(item);
          else {
            this.isReady = true;
            resolve();
          }
        }
      });
      // What a thread dies of is followed by its exit.
      this.worker.on('error', (error) => (reason = error));
      this.worker.on('exit', () => {
        handleEnd(this.isReady, reason);
        for (const tenant of [...this.tenants.values()]) tenant.handleThreadEnd();
        reject(new AvatarError(ErrorCode.invalidConfiguration, 'an engine thread could not start', { cause: reason }));
      });
    });
    this.ready.catch(() => {});
  }

  /** Until then, what is sent waits. */
  get hasStarted(): boolean {
    return this.isReady;
  }

  /** @param buffer Given away with the message. */
  send(message: ToEngineThread, buffer?: ArrayBuffer): void {
    this.outbox.push(message, buffer);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private deliver(item: Exclude<FromEngineThread, { kind: 'ready' | 'fault' }>): void {
    // Not for somebody who left meanwhile.
    const tenant = this.tenants.get(item.desk);
    if (item.kind === 'taken') tenant?.handleTaken(item.request, item.byteCount);
    else if (item.kind === 'answer') tenant?.handleAnswer(item.request, item.message, item.isEnd);
    else tenant?.handleFailure(item.request, item.code, item.message);
  }
}
