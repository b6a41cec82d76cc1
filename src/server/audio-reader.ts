/** Bytes of one request → samples. One reader per request; it keeps what a chunk leaves unfinished. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, int16FromPcmBytes, PcmByteJoiner } from '../shared/samples/pcm.js';

/** Decodes one continuous stream that is cut at arbitrary byte positions. */
export interface AudioReader {
  /** Rate of the samples it returns, Hz. */
  readonly sampleRateHz: number;
  /** Largest number of bytes per read, so that other sessions do not wait long. */
  readonly sliceBytes: number;
  /**
   * @param isEnd No more bytes will come.
   * @returns Mono samples that became complete; `Int16Array` full scale ±32768 or `Float32Array` ±1.
   * @throws {AvatarError} `invalidAudioInput` for bytes that are not what the session announced.
   */
  read(bytes: Uint8Array, isEnd: boolean): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  /** Fault of the whole stream, known at its end, or null. */
  faultAtEnd(): AvatarError | null;
  free(): void;
}

const SLICE_SECONDS = 0.2;
/** Bytes needed to detect a file header. */
const HEADER_BYTES = 12;

/** Raw PCM s16le mono. A sample split over two chunks is joined; half a sample at the end is a fault. */
export class PcmReader implements AudioReader {
  readonly sampleRateHz: number;
  readonly sliceBytes: number;
  private readonly joiner = new PcmByteJoiner();
  /** The first bytes, until there are enough to detect a file header; then null. */
  private head: Uint8Array | null = new Uint8Array(0);

  constructor(sampleRateHz: number) {
    this.sampleRateHz = sampleRateHz;
    this.sliceBytes = Math.round(sampleRateHz * SLICE_SECONDS) * 2;
  }

  read(bytes: Uint8Array, isEnd: boolean): Int16Array {
    if (this.head) {
      bytes = Uint8Array.from([...this.head, ...bytes]);
      this.head = bytes.length < HEADER_BYTES && !isEnd ? bytes : null;
      if (this.head) return new Int16Array(0);
      refuseFiles(bytes);
    }
    return int16FromPcmBytes(this.joiner.push(bytes));
  }

  faultAtEnd(): AvatarError | null {
    if (!this.joiner.hasOddByte) return null;
    return new AvatarError(ErrorCode.invalidAudioInput, 'odd number of PCM bytes: the last 16-bit sample is incomplete');
  }

  free(): void {}
}

function refuseFiles(bytes: Uint8Array): void {
  const container = audioContainerOf(bytes);
  if (!container) return;
  const hint = container === 'wav' ? 'audio begins with a WAV header' : `audio is a file (${container})`;
  throw new AvatarError(ErrorCode.invalidAudioInput, `${hint}; this session is configured for raw PCM s16le mono`);
}
