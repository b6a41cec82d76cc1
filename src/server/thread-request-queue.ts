/** A session's requests, computed in an engine thread. The session moves to the least busy thread when it begins a request while none is open. */
import type { EngineClient, EngineThread } from './engine-thread.js';
import type { RequestListener, RequestQueue, RequestQueueOptions } from './request-queue.js';
import type { RequestRegistry } from './request-registry.js';
import { ServerErrorCode } from './server-error-code.js';

export class ThreadRequestQueue implements RequestQueue, EngineClient {
  readonly listener: RequestListener;
  private readonly id: number;
  private readonly options: RequestQueueOptions;
  private readonly requests: Pick<RequestRegistry, 'size' | 'ids'>;
  private readonly findThread: () => EngineThread | null;
  private thread: EngineThread | null = null;
  private isBlocked = false;

  /**
   * @param requests The open requests of the session.
   * @param findThread The thread to use, or null while there is none.
   */
  constructor(
    id: number,
    options: RequestQueueOptions,
    requests: Pick<RequestRegistry, 'size' | 'ids'>,
    listener: RequestListener,
    findThread: () => EngineThread | null,
  ) {
    this.id = id;
    this.options = options;
    this.requests = requests;
    this.listener = listener;
    this.findThread = findThread;
  }

  get isBusy(): boolean {
    return this.requests.size > 0;
  }

  begin(reqId: string): void {
    if (this.requests.size === 1) this.moveTo(this.findThread());
    this.thread?.send({ kind: 'begin', queue: this.id, reqId });
  }

  add(reqId: string, audio: Uint8Array, isEnd: boolean): void {
    if (!this.thread) return this.listener.handleFailure(reqId, ServerErrorCode.unavailable, 'no engine is available, try again');
    // The audio is a view of what a socket received, which cannot be transferred.
    const copy = new Uint8Array(audio);
    this.thread.send({ kind: 'add', queue: this.id, reqId, audio: copy, isEnd }, copy.buffer);
  }

  cancel(reqId: string): void {
    this.thread?.send({ kind: 'cancel', queue: this.id, reqId });
  }

  setBlocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    this.thread?.send({ kind: 'block', queue: this.id, isBlocked });
  }

  close(): void {
    this.moveTo(null);
  }

  handleThreadEnd(): void {
    this.thread = null;
    for (const reqId of this.requests.ids) this.listener.handleFailure(reqId, ServerErrorCode.internal, 'internal error');
  }

  private moveTo(thread: EngineThread | null): void {
    if (thread === this.thread) return;
    this.thread?.send({ kind: 'close', queue: this.id });
    this.thread?.clients.delete(this.id);
    this.thread = thread;
    thread?.clients.set(this.id, this);
    thread?.send({ kind: 'open', queue: this.id, options: this.options });
    if (this.isBlocked) thread?.send({ kind: 'block', queue: this.id, isBlocked: true });
  }
}
