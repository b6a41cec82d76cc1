/** The open requests of one session: the only record of which are open and how much of their audio waits. */

/** One `req_id` whose answer is not complete. */
export interface OpenRequest {
  readonly reqId: string;
  /** Bytes of audio that no engine has taken. */
  queuedBytes: number;
  /** No more audio is expected. */
  isInputOver: boolean;
  /** Media time up to which motion was computed, s. */
  mediaSeconds: number;
  readonly beganAtMs: number;
}

/** A request counts for this many bytes beside its audio: one that waits costs memory too. */
const REQUEST_BYTES = 1024;
/** Ids of finished requests that are remembered, so that a second use is refused. */
const REMEMBERED_IDS = 256;

export class RequestRegistry {
  private readonly open = new Map<string, OpenRequest>();
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
    let bytes = this.open.size * REQUEST_BYTES;
    for (const request of this.open.values()) bytes += request.queuedBytes;
    return bytes;
  }

  /** Whether an engine has something to do. */
  get hasWork(): boolean {
    for (const { queuedBytes, isInputOver } of this.open.values()) if (queuedBytes > 0 || isInputOver) return true;
    return false;
  }

  /** Requests whose `end` has not come, oldest first. */
  get unended(): OpenRequest[] {
    return [...this.open.values()].filter(({ isInputOver }) => !isInputOver);
  }

  get(reqId: string): OpenRequest | undefined {
    return this.open.get(reqId);
  }

  add(reqId: string): OpenRequest {
    const request = { reqId, queuedBytes: 0, isInputOver: false, mediaSeconds: 0, beganAtMs: performance.now() };
    this.open.set(reqId, request);
    return request;
  }

  /** Whether no further audio may come for this id. */
  isInputOver(reqId: string): boolean {
    return this.open.get(reqId)?.isInputOver ?? this.finished.has(reqId);
  }

  finish(reqId: string): void {
    this.open.delete(reqId);
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
  }
}
