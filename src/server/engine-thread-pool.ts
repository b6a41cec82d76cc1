/**
 * The engine threads; the main thread keeps the sockets. A session whose first request begins is placed on the thread with the
 * fewest busy sessions and stays there until all its requests are answered. A thread that dies is replaced; its requests fail,
 * their sessions continue.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { EngineThreadData } from './engine-messages.js';
import { EngineThread } from './engine-thread.js';
import type { RequestListener, RequestQueue, RequestQueueOptions } from './request-queue.js';
import type { RequestRegistry } from './request-registry.js';
import { ThreadRequestQueue } from './thread-request-queue.js';

/** Delay before the replacement of a thread that died while starting, ms. */
const RETRY_MS = 1000;

export class EngineThreadPool {
  private readonly data: EngineThreadData;
  private readonly count: number;
  private readonly threads = new Set<EngineThread>();
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();
  private readonly onError: (error: unknown) => void;
  private isClosed = false;
  private queueCount = 0;

  /**
   * @param count 1 or more.
   * @param onError Receives why a thread ended, and failures inside an engine.
   */
  constructor(count: number, data: EngineThreadData, onError: (error: unknown) => void) {
    this.count = count;
    this.data = data;
    this.onError = onError;
  }

  /** @throws {AvatarError} `invalidConfiguration` when the threads cannot be started; then none is left. */
  async start(): Promise<void> {
    this.isClosed = false;
    const threads = Array.from({ length: this.count }, () => this.startOne());
    try {
      await Promise.all(threads.map(({ ready }) => ready));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  openQueue(options: RequestQueueOptions, requests: RequestRegistry, listener: RequestListener): RequestQueue {
    return new ThreadRequestQueue(++this.queueCount, options, requests, listener, () => this.leastBusy());
  }

  get busySeconds(): readonly number[] {
    return [...this.threads].map(({ busySeconds }) => busySeconds);
  }

  /** Ends all threads, whatever they are computing. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const retry of this.retries) clearTimeout(retry);
    await Promise.all([...this.threads].map((thread) => thread.terminate()));
  }

  private leastBusy(): EngineThread | null {
    const started = [...this.threads].filter(({ hasStarted }) => hasStarted);
    // Messages to a thread that is starting wait until it is ready.
    const [first = null, ...others] = started.length > 0 ? started : [...this.threads];
    return others.reduce((best, thread) => (best && thread.busyCount < best.busyCount ? thread : best), first);
  }

  private startOne(): EngineThread {
    const handleEnd = (wasReady: boolean, reason: unknown): void => {
      this.threads.delete(thread);
      if (this.isClosed) return;
      this.onError(reason ?? new AvatarError(ErrorCode.serverError, 'an engine thread ended'));
      if (wasReady) return void this.startOne();
      const retry = setTimeout(() => {
        this.retries.delete(retry);
        this.startOne();
      }, RETRY_MS);
      this.retries.add(retry);
    };
    const thread = new EngineThread(this.data, handleEnd, this.onError);
    this.threads.add(thread);
    return thread;
  }
}
