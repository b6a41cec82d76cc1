/** Messages between the main thread and an engine thread, posted in lists, so that many small messages cost one post. */
import type { RequestQueueOptions } from './request-queue.js';

/** What an engine thread needs from the start. */
export interface EngineThreadData {
  /** `models/mouth.bin`. */
  modelPath: string;
}

export type ToEngineThread =
  | { kind: 'open'; queue: number; options: RequestQueueOptions }
  | { kind: 'begin'; queue: number; reqId: string }
  | { kind: 'add'; queue: number; reqId: string; audio: Uint8Array; isEnd: boolean }
  | { kind: 'cancel'; queue: number; reqId: string }
  | { kind: 'block'; queue: number; isBlocked: boolean }
  | { kind: 'close'; queue: number };

export type FromEngineThread =
  /** Sent first: the model was read. */
  | { kind: 'ready' }
  | { kind: 'taken'; queue: number; reqId: string; byteCount: number }
  | { kind: 'response'; queue: number; reqId: string; message: Uint8Array; isEnd: boolean; mediaSeconds: number }
  | { kind: 'failure'; queue: number; reqId: string; code: number; message: string }
  /** A failure inside an engine; the request it ended has a `failure` of its own. */
  | { kind: 'fault'; error: Error };

interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Collects the messages of one turn of the event loop and posts them at its end. */
export class Outbox<Item extends object> {
  private readonly port: Port;
  private items: Item[] = [];
  private transfer: ArrayBuffer[] = [];

  constructor(port: Port) {
    this.port = port;
  }

  /** @param buffer Transferred with the item. */
  push(item: Item, buffer?: ArrayBuffer): void {
    if (this.items.length === 0) setImmediate(() => this.flush());
    this.items.push(item);
    if (buffer) this.transfer.push(buffer);
  }

  private flush(): void {
    const { items, transfer } = this;
    this.items = [];
    this.transfer = [];
    this.port.postMessage(items, transfer);
  }
}
