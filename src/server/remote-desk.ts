import type { EngineThread, Tenant } from './engine-thread.js';
import { ServerErrorCode } from './server-error-code.js';
import type { Desk, DeskListener, DeskOptions } from './speech-desk.js';

/** A session's desk in an engine thread. It moves to the least busy one whenever a request begins and no other is open. */
export class RemoteDesk implements Desk, Tenant {
  private readonly id: number;
  private readonly options: DeskOptions;
  private readonly listener: DeskListener;
  private readonly findThread: () => EngineThread | null;
  private readonly open = new Set<number>();
  private thread: EngineThread | null = null;
  private isBlocked = false;

  /** @param findThread The one to go to, or null while there is none. */
  constructor(id: number, options: DeskOptions, listener: DeskListener, findThread: () => EngineThread | null) {
    this.id = id;
    this.options = options;
    this.listener = listener;
    this.findThread = findThread;
  }

  add(request: number, reqId: string, audio: Uint8Array, isEnd: boolean): void {
    if (!this.open.has(request)) {
      if (this.open.size === 0) this.settle(this.findThread());
      this.open.add(request);
    }
    if (!this.thread) return this.fail(request, ServerErrorCode.unavailable);
    // The audio is a part of what a socket received, which is not ours to give away.
    const copy = new Uint8Array(audio);
    this.thread.send({ kind: 'add', desk: this.id, request, reqId, audio: copy, isEnd }, copy.buffer);
  }

  cancel(request: number): void {
    this.thread?.send({ kind: 'cancel', desk: this.id, request });
    this.finish(request);
  }

  setBlocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    this.thread?.send({ kind: 'block', desk: this.id, isBlocked });
  }

  close(): void {
    for (const request of this.open) this.finish(request);
    this.settle(null);
  }

  handleTaken(request: number, byteCount: number): void {
    this.listener.handleTaken(request, byteCount);
  }

  handleAnswer(request: number, message: Uint8Array | null, isEnd: boolean): void {
    if (isEnd) this.finish(request);
    this.listener.handleAnswer(request, message, isEnd);
  }

  handleFailure(request: number, code: number, message: string): void {
    this.finish(request);
    this.listener.handleFailure(request, code, message);
  }

  handleThreadEnd(): void {
    if (this.thread && this.open.size > 0) this.thread.busyDesks--;
    this.thread = null;
    for (const request of [...this.open]) this.fail(request, ServerErrorCode.internal);
  }

  private fail(request: number, code: number): void {
    this.open.delete(request);
    this.listener.handleFailure(request, code, code === ServerErrorCode.internal ? 'internal error' : 'no engine is available, try again');
  }

  private finish(request: number): void {
    if (this.open.delete(request) && this.open.size === 0 && this.thread) this.thread.busyDesks--;
  }

  private settle(thread: EngineThread | null): void {
    if (thread !== this.thread) {
      this.thread?.send({ kind: 'close', desk: this.id });
      this.thread?.tenants.delete(this.id);
      this.thread = thread;
      thread?.tenants.set(this.id, this);
      thread?.send({ kind: 'open', desk: this.id, options: this.options });
      if (this.isBlocked) thread?.send({ kind: 'block', desk: this.id, isBlocked: true });
    }
    if (thread) thread.busyDesks++;
  }
}
