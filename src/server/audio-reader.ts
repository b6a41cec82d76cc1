/** Bytes of one request → samples. One reader per request; it keeps what a chunk leaves unfinished. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { audioContainerOf, int16FromPcmBytes, PcmByteJoiner } from '../shared/samples/pcm.js';

/** Decodes one continuous stream that is cut at arbitrary byte positions. */
export interface AudioReader {
  /** Rate of the samples it returns, Hz. */
  readonly sampleRateHz: number;
  /** Most bytes to read in one go, so that no other session has to wait for long. */
  readonly sliceBytes: number;
  /**
   * @param isEnd No more bytes will come.
   * @returns Mono samples that became complete; `Int16Array` full scale ±32768 or `Float32Array` ±1.
   * @throws {AvatarError} `invalidAudioInput` for bytes that are not what the session announced.
   */
  read(bytes: Uint8Array, isEnd: boolean): Int16Array | Float32Array | Promise<Int16Array | Float32Array>;
  /** What is wrong with the stream as a whole, known at its end; null when nothing is. */
  faultAtEnd(): AvatarError | null;
  free(): void;
}

const SLICE_SECONDS = 0.2;
/** From so many bytes on a file header shows itself. */
const HEADER_BYTES = 12;

/** Raw PCM s16le mono. A sample split over two chunks is joined; half a sample at the end is a fault. */
export class PcmReader implements AudioReader {
  readonly sampleRateHz: number;
  readonly sliceBytes: number;
  private readonly joiner = new PcmByteJoiner();
  /** The first bytes, until there are enough to tell a file header; then null. */
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
