/** The open requests of one session: the only record of which are open and how much of their audio waits. */

/** One `req_id` whose answer is not complete. */
export interface OpenRequest {
  readonly reqId: string;
  /** Bytes of audio that no engine has taken. */
  readonly queuedBytes: number;
  /** No more audio is expected. */
  readonly isInputOver: boolean;
  /** Media time up to which motion was computed, s. */
  mediaSeconds: number;
  readonly beganAtMs: number;
}

/** A request counts for this many bytes beside its audio: one that waits costs memory too. */
const REQUEST_BYTES = 1024;
/** Ids of finished requests that are remembered, so that a second use is refused. */
const REMEMBERED_IDS = 256;

type Entry = { -readonly [Name in keyof OpenRequest]: OpenRequest[Name] };

export class RequestRegistry {
  private readonly open = new Map<string, Entry>();
  /** Requests whose `end` has not come, oldest first. */
  private readonly running = new Set<Entry>();
  private audioBytes = 0;
  /** Id of a finished request → whether further audio for it has been reported. */
  private readonly finished = new Map<string, boolean>();

  get size(): number {
    return this.open.size;
  }

  get ids(): string[] {
    return [...this.open.keys()];
  }

  /** Bytes that wait for an engine. */
  get queuedBytes(): number {
    return this.open.size * REQUEST_BYTES + this.audioBytes;
  }

  /** Whether an engine has something to do. */
  get hasWork(): boolean {
    return this.audioBytes > 0 || this.open.size > this.running.size;
  }

  /** How many requests have no `end` yet, and the oldest of them. */
  get unended(): { count: number; oldest: OpenRequest | undefined } {
    return { count: this.running.size, oldest: this.running.values().next().value };
  }

  get(reqId: string): OpenRequest | undefined {
    return this.open.get(reqId);
  }

  add(reqId: string): OpenRequest {
    const request = { reqId, queuedBytes: 0, isInputOver: false, mediaSeconds: 0, beganAtMs: performance.now() };
    this.open.set(reqId, request);
    this.running.add(request);
    return request;
  }

  addAudio(reqId: string, byteCount: number, isEnd: boolean): void {
    const request = this.open.get(reqId);
    if (!request) return;
    request.queuedBytes += byteCount;
    this.audioBytes += byteCount;
    if (!isEnd) return;
    request.isInputOver = true;
    this.running.delete(request);
  }

  /** An engine has taken this much of its audio. */
  takeAudio(reqId: string, byteCount: number): void {
    const request = this.open.get(reqId);
    if (!request) return;
    request.queuedBytes -= byteCount;
    this.audioBytes -= byteCount;
  }

  /** Whether no further audio may come for this id. */
  isInputOver(reqId: string): boolean {
    return this.open.get(reqId)?.isInputOver ?? this.finished.has(reqId);
  }

  finish(reqId: string): void {
    const request = this.open.get(reqId);
    if (request) {
      this.open.delete(reqId);
      this.running.delete(request);
      this.audioBytes -= request.queuedBytes;
    }
    this.finished.set(reqId, false);
    if (this.finished.size > REMEMBERED_IDS) this.finished.delete(this.finished.keys().next().value!);
  }

  /** True once per id: audio still on its way when a request was interrupted or failed is one fault, not many. */
  claimReport(reqId: string): boolean {
    if (this.finished.get(reqId)) return false;
    this.finished.set(reqId, true);
    return true;
  }

  clear(): void {
    this.open.clear();
    this.running.clear();
    this.audioBytes = 0;
  }
}
