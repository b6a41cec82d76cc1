/** What the main thread and an engine thread say to each other; always in lists, so that many small things cost one message. */
import type { DeskOptions } from './speech-desk.js';

/** What an engine thread needs from the start. */
export interface EngineThreadData {
  /** `models/mouth.bin`. */
  modelPath: string;
}

export type ToEngineThread =
  | { kind: 'open'; desk: number; options: DeskOptions }
  | { kind: 'add'; desk: number; request: number; reqId: string; audio: Uint8Array; isEnd: boolean }
  | { kind: 'cancel'; desk: number; request: number }
  | { kind: 'block'; desk: number; isBlocked: boolean }
  | { kind: 'close'; desk: number };

export type FromEngineThread =
  /** The first word: the model was read. */
  | { kind: 'ready' }
  | { kind: 'taken'; desk: number; request: number; byteCount: number }
  | { kind: 'answer'; desk: number; request: number; message: Uint8Array; isEnd: boolean }
  | { kind: 'failure'; desk: number; request: number; code: number; message: string }
  /** What broke in an engine; the failure it caused is told apart. */
  | { kind: 'fault'; error: Error };

interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Collects what is to be said in one turn of the event loop and says it at its end. */
export class Outbox<Item extends object> {
  private readonly port: Port;
  private items: Item[] = [];
  private transfer: ArrayBuffer[] = [];

  constructor(port: Port) {
    this.port = port;
  }

  /** @param buffer Given away with the item. */
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
