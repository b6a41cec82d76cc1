/**
 * The threads that compute: the main thread has the sockets, each of these has engines. A session that begins to speak is
 * placed where the fewest others speak, and stays there until all its requests are answered. A thread that dies is replaced;
 * the requests it had fail, their sessions go on.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { EngineThreadData } from './engine-messages.js';
import { EngineThread } from './engine-thread.js';
import { RemoteDesk } from './remote-desk.js';
import type { Desk, DeskListener, DeskOptions } from './speech-desk.js';

/** Pause before the replacement of a thread that died as soon as it had begun, ms. */
const RETRY_MS = 1000;

export class EngineThreads {
  private readonly data: EngineThreadData;
  private readonly count: number;
  private readonly threads = new Set<EngineThread>();
  private readonly retries = new Set<ReturnType<typeof setTimeout>>();
  private readonly onError: (error: unknown) => void;
  private isClosed = false;
  private deskCount = 0;

  /**
   * @param count 1 or more.
   * @param onError Told what a thread died of, and what broke in an engine.
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

  openDesk(options: DeskOptions, listener: DeskListener): Desk {
    return new RemoteDesk(++this.deskCount, options, listener, () => this.leastBusy());
  }

  /** Ends all threads, whatever they are at. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const retry of this.retries) clearTimeout(retry);
    await Promise.all([...this.threads].map((thread) => thread.terminate()));
  }

  private leastBusy(): EngineThread | null {
    const started = [...this.threads].filter(({ hasStarted }) => hasStarted);
    // One that is starting comes to it soon.
    const [first = null, ...others] = started.length > 0 ? started : [...this.threads];
    return others.reduce((best, thread) => (best && thread.busyDesks < best.busyDesks ? thread : best), first);
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
