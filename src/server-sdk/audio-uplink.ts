/** Audio of the user → audio for the server. One uplink per request. */

export interface AudioUplink {
  /**
   * @param audio Borrowed until the promise resolves.
   * @param isEnd No more audio will come.
   * @returns Bytes for the wire, empty when there are none yet.
   * @throws {AvatarSDKError} `invalidRequest` for audio that cannot be encoded.
   */
  encode(audio: Uint8Array, isEnd: boolean): Uint8Array | Promise<Uint8Array>;
  /** Length of the PCM that was given, s; null if unknown. */
  readonly audioSeconds: number | null;
  free(): void;
}

/** PCM goes as it is; the server joins samples that are cut in two. */
export class PcmUplink implements AudioUplink {
  private readonly sampleRateHz: number;
  private byteCount = 0;

  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
  }

  get audioSeconds(): number {
    return this.byteCount / 2 / this.sampleRateHz;
  }

  encode(audio: Uint8Array): Uint8Array {
    this.byteCount += audio.length;
    return audio;
  }

  free(): void {}
}

/** Ogg Opus that was encoded elsewhere goes as it is. */
export class EncodedUplink implements AudioUplink {
  readonly audioSeconds = null;

  encode(audio: Uint8Array): Uint8Array {
    return audio;
  }

  free(): void {}
}
