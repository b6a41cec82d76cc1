/** Speech as people have it, as one chunk of samples: whole files are fetched and decoded, PCM is passed on. */
import { AvatarError, ErrorCode, avatarErrorFrom } from '../shared/errors.js';

/** @throws {AvatarError} `invalidAudioInput` for what is no audio. */
export async function* speechChunksFrom(
  source: unknown,
  { sampleRateHz, signal }: { sampleRateHz: number; signal: AbortSignal },
): AsyncIterable<{ samples: Float32Array | Int16Array; sampleRateHz: number }> {
  if (source instanceof Float32Array || source instanceof Int16Array) {
    yield { samples: source.slice(), sampleRateHz };
    return;
  }
  if (source instanceof AudioBuffer) {
    yield { samples: source.getChannelData(0).slice(), sampleRateHz: source.sampleRate };
    return;
  }
  const context = new OfflineAudioContext(1, 1, 48_000);
  try {
    const buffer = await context.decodeAudioData(await bytesOf(source, signal));
    yield { samples: buffer.getChannelData(0).slice(), sampleRateHz: buffer.sampleRate };
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The audio could not be decoded');
  }
}

async function bytesOf(source: unknown, signal: AbortSignal): Promise<ArrayBuffer> {
  if (source instanceof Blob) return source.arrayBuffer();
  if (source instanceof ArrayBuffer) return source.slice(0);
  if (source instanceof ReadableStream) return new Response(source).arrayBuffer();
  const response = source instanceof Response ? source : await fetch(String(source), { signal });
  if (!response.ok) throw new AvatarError(ErrorCode.invalidAudioInput, `The audio answered ${response.status}`);
  return response.arrayBuffer();
}
