/** Reads a microphone, a call or any other `MediaStream` as speech. */
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { abortedError } from './byte-source.js';
import { liveAudioTracks, watchTracksEnd } from './live-tracks.js';

/** A context that was closed in the meantime rejects; nothing is left to do then. */
const ignoreClosed = (): void => {};

/** A context that never ran does not answer. */
const LAST_CHUNK_TIMEOUT_MS = 300;

/**
 * Records until all audio tracks have ended.
 *
 * @param workletUrl URL of `capture.worklet.js`.
 * @throws {AvatarError} `noAudio` without a live audio track, `playbackInitFailed` if recording cannot start,
 * `aborted`.
 */
export async function* microphoneChunks(
  stream: MediaStream,
  workletUrl: string | URL,
  signal: AbortSignal,
): AsyncGenerator<{ samples: Float32Array; sampleRateHz: number }, void, undefined> {
  const tracks = liveAudioTracks(stream);
  // A separate context: the output's may be locked or closed, and Firefox needs the rate of the microphone.
  const context = new AudioContext();
  const chunks: Float32Array[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  const end = (): void => {
    isOver = true;
    wake();
  };
  let unwatch = (): void => undefined;
  let lastWait: ReturnType<typeof setTimeout> | undefined;
  try {
    const node = await openNode(context, stream, workletUrl);
    node.port.onmessage = ({ data }) => {
      if (data === null) return end();
      chunks.push(data as Float32Array);
      wake();
    };
    node.onprocessorerror = end;
    signal.addEventListener('abort', end);
    unwatch = watchTracksEnd(tracks, () => {
      node.port.postMessage('end');
      lastWait = setTimeout(end, LAST_CHUNK_TIMEOUT_MS);
    });
    for (;;) {
      if (signal.aborted) throw abortedError(signal);
      const samples = chunks.shift();
      if (samples) yield { samples, sampleRateHz: context.sampleRate };
      else if (isOver) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unwatch();
    clearTimeout(lastWait);
    signal.removeEventListener('abort', end);
    await context.close().catch(ignoreClosed);
  }
}

async function openNode(context: AudioContext, stream: MediaStream, workletUrl: string | URL): Promise<AudioWorkletNode> {
  try {
    await context.audioWorklet.addModule(String(workletUrl));
    const node = new AudioWorkletNode(context, 'spatius-capture', { numberOfInputs: 1, numberOfOutputs: 1 });
    // Its output is silence, but only nodes connected to the destination are sure to be processed.
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    void context.resume().catch(ignoreClosed);
    return node;
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.playbackInitFailed, 'Recording cannot start');
  }
}
