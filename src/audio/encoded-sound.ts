/** Compressed sound, collected and decoded by the browser. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { joinBytes } from '../shared/core/bytes.js';
import { MonoMixer } from '../shared/samples/mono-mixer.js';
import { soundUnits } from '../shared/samples/sound-units.js';
import { abortedError } from './byte-source.js';

/** Full scale ±1, or ±32768 for integers. */
export interface MonoPiece {
  readonly samples: Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly sampleRateHz: number;
}

export interface DecodeSettings {
  /** Rate of the decoded samples, Hz. */
  readonly rateHz: number;
  /** Most bytes that are collected. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** @throws {AvatarError} `invalidAudioInput` for more than `maxBytes`. */
export async function collect(
  bytes: AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > maxBytes) {
      throw invalid(`The audio file is larger than ${Math.round(maxBytes / 2 ** 20)} MiB; WAV, PCM and MP3 may be of any length`);
    }
    parts.push(piece);
  }
  return joinBytes(parts);
}

/**
 * @param what Name of the format for messages, with an article where it needs one; null where nothing says what it is.
 * @throws {AvatarError} `invalidAudioInput` where the browser cannot decode it.
 */
export async function* decodedPieces(
  bytes: Uint8Array<ArrayBuffer>,
  what: string | null,
  { rateHz, signal }: DecodeSettings,
): AsyncIterable<MonoPiece> {
  if (bytes.length === 0) return;
  for (const unit of soundUnits(bytes)) {
    let buffer: AudioBuffer;
    try {
      // An offline context decodes without a loudspeaker and before any gesture. It takes the buffer away.
      buffer = await new OfflineAudioContext(1, 1, rateHz).decodeAudioData(unit.slice().buffer);
    } catch (reason) {
      throw new AvatarError(ErrorCode.invalidAudioInput, undecodable(unit, what), { cause: reason });
    }
    if (signal.aborted) throw abortedError(signal);
    yield { samples: monoOf(buffer), sampleRateHz: buffer.sampleRate };
  }
}

function undecodable(bytes: Uint8Array, what: string | null): string {
  if (what) return `This audio is ${what}; it is damaged, or this browser cannot decode it. MP3, AAC, Ogg, WAV and PCM can be played`;
  const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `This is no audio that is known (it begins with the bytes ${begin}). Raw PCM needs a content type, a name or an option that says so`;
}

export function monoOf(buffer: AudioBuffer): Float32Array<ArrayBuffer> {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  return new MonoMixer(channels.length).mix(channels);
}

function invalid(message: string): AvatarError {
  return new AvatarError(ErrorCode.invalidAudioInput, message);
}
