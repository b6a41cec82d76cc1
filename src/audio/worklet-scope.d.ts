/** The globals of an AudioWorklet that this package uses; TypeScript ships no library for that scope. */

declare const sampleRate: number;
declare const currentFrame: number;

declare abstract class AudioWorkletProcessor {
  readonly port: WorkletPort;
  constructor(options?: unknown);
}

declare function registerProcessor(name: string, processor: new (options: never) => AudioWorkletProcessor): void;

interface WorkletPort {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(message: unknown, transfer?: unknown[]): void;
  close(): void;
}
