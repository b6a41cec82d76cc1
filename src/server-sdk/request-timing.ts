/** How long the parts of one request took. Live: read it while the request runs or after it. */
export class RequestTiming {
  /** Null until the request has been opened. */
  reqId: string | null = null;
  /** Audio handed to the socket, bytes on the wire: with an encoder the encoded ones. */
  audioBytes = 0;
  /** Length of the PCM that was given, s; null for audio that was encoded elsewhere. */
  audioSeconds: number | null = null;
  envelopeCount = 0;
  envelopeBytes = 0;
  private firstAudioAtMs: number | null = null;
  private firstEnvelopeAtMs: number | null = null;
  private lastEnvelopeAtMs: number | null = null;

  /** From the first audio handed to the socket to the first motion, ms; null before. */
  get firstEnvelopeMs(): number | null {
    return this.sinceFirstAudio(this.firstEnvelopeAtMs);
  }

  /** From the first audio handed to the socket to the last motion so far, ms; null before. */
  get lastEnvelopeMs(): number | null {
    return this.sinceFirstAudio(this.lastEnvelopeAtMs);
  }

  /** For the session: audio has been handed to the socket. */
  noteAudio(byteLength: number): void {
    if (byteLength > 0) this.firstAudioAtMs ??= performance.now();
    this.audioBytes += byteLength;
  }

  /** For the session: motion has come. */
  noteEnvelope(byteLength: number): void {
    const nowMs = performance.now();
    this.firstEnvelopeAtMs ??= nowMs;
    this.lastEnvelopeAtMs = nowMs;
    this.envelopeCount++;
    this.envelopeBytes += byteLength;
  }

  private sinceFirstAudio(atMs: number | null): number | null {
    return atMs === null || this.firstAudioAtMs === null ? null : atMs - this.firstAudioAtMs;
  }
}
