import type { Redact } from './server-refusals.js';

export interface HandshakeOptions {
  /** The first message. */
  configure: Uint8Array;
  hasEgress: boolean;
  /** Time for each of upgrade and confirmation, ms. */
  timeoutMs: number;
  maxMessageBytes: number;
  redact: Redact;
}
