/** The main thread's end of one engine thread. */
import { Worker } from 'node:worker_threads';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { type EngineThreadData, type FromEngineThread, Outbox, type ToEngineThread } from './engine-messages.js';
import type { RequestListener } from './request-queue.js';

/** A session's queue that computes in a thread. */
export interface EngineClient {
  readonly listener: RequestListener;
  /** Whether it has open requests. */
  readonly isBusy: boolean;
  /** The thread has ended, and all requests in it are lost. */
  handleThreadEnd(): void;
}

export class EngineThread {
  /** Resolves when it can work. @throws {AvatarError} `invalidConfiguration` when it ended before. */
  readonly ready: Promise<void>;
  /** By the number of their queue. */
  readonly clients = new Map<number, EngineClient>();
  private readonly worker: Worker;
  private readonly outbox: Outbox<ToEngineThread>;
  private isReady = false;

  /**
   * @param handleEnd Called once when the thread has ended. `wasReady`: it had started. `reason`: the error that ended it, or null.
   * @param onError Receives failures inside an engine.
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
      // The exit follows the error.
      this.worker.on('error', (error) => (reason = error));
      this.worker.on('exit', () => {
        handleEnd(this.isReady, reason);
        for (const client of [...this.clients.values()]) client.handleThreadEnd();
        reject(new AvatarError(ErrorCode.invalidConfiguration, 'an engine thread could not start', { cause: reason }));
      });
    });
    this.ready.catch(() => {});
  }

  /** Sessions with open requests. */
  get busyCount(): number {
    let count = 0;
    for (const { isBusy } of this.clients.values()) if (isBusy) count++;
    return count;
  }

  /** Time that it was busy since its start, s. */
  get busySeconds(): number {
    return this.worker.performance.eventLoopUtilization().active / 1000;
  }

  /** Messages sent before wait until it has. */
  get hasStarted(): boolean {
    return this.isReady;
  }

  /** @param buffer Transferred with the message. */
  send(message: ToEngineThread, buffer?: ArrayBuffer): void {
    this.outbox.push(message, buffer);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private deliver(item: Exclude<FromEngineThread, { kind: 'ready' | 'fault' }>): void {
    // Undefined when the session has left the thread meanwhile.
    const listener = this.clients.get(item.queue)?.listener;
    if (item.kind === 'taken') listener?.handleTaken(item.reqId, item.byteCount);
    else if (item.kind === 'response') listener?.handleResponse(item.reqId, item.message, item.isEnd, item.mediaSeconds);
    else listener?.handleFailure(item.reqId, item.code, item.message);
  }
}
