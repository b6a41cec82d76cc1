/** The part of a client's socket that a relay uses; a `WebSocket` of the package `ws` has it. Declared here so that users need no types of `ws`. */
export interface RelaySocket {
  readonly readyState: number;
  /** Bytes. */
  readonly bufferedAmount: number;
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
  on(event: 'pong' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  send(message: string | Uint8Array): void;
  ping(data?: undefined, isMasked?: undefined, sent?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
}
