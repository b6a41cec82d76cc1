/** A stream or a media element as the input of a playback worklet. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { AudioOutput } from './audio-output.js';
import { liveAudioTracks, watchTracksEnd } from './live-tracks.js';

export interface LiveSourceOptions {
  /** True: played with the delay of the face. False: not played. */
  readonly isDelayed: boolean;
  /** Called at most once, when the source ends by itself. */
  handleEnd(): void;
}

// An element can be given to one context only, once: from then on its sound comes out there or nowhere.
const elementNodes = new WeakMap<HTMLMediaElement, MediaElementAudioSourceNode>();

/**
 * Connects a source to the worklet.
 *
 * @returns Disconnects it; a media element is then audible as before.
 * @throws {AvatarError} `noAudio` for a stream without a live audio track, `invalidAudioInput` for other values, or an element
 *   that belongs to another audio context.
 */
export function connectLiveSource(output: AudioOutput, target: AudioNode, source: unknown, options: LiveSourceOptions): () => void {
  if (source instanceof MediaStream) return connectStream(target, source, options);
  if (source instanceof HTMLMediaElement) return connectElement(output, target, source, options);
  throw new AvatarError(ErrorCode.invalidAudioInput, 'speakLive() takes a MediaStream or an <audio> or <video> element.');
}

function connectStream(target: AudioNode, stream: MediaStream, { handleEnd }: LiveSourceOptions): () => void {
  const tracks = liveAudioTracks(stream);
  let node: MediaStreamAudioSourceNode;
  try {
    node = new MediaStreamAudioSourceNode(target.context as AudioContext, { mediaStream: stream });
    node.connect(target);
  } catch (reason) {
    // Firefox cannot connect a microphone to a context of another rate.
    throw avatarErrorFrom(reason, ErrorCode.playbackInitFailed, 'This browser cannot hear the stream');
  }
  const unwatch = watchTracksEnd(tracks, handleEnd);
  return () => {
    unwatch();
    node.disconnect();
  };
}

function connectElement(
  output: AudioOutput,
  target: AudioNode,
  element: HTMLMediaElement,
  { isDelayed, handleEnd }: LiveSourceOptions,
): () => void {
  const node = nodeOf(output, target.context as AudioContext, element);
  node.disconnect();
  node.connect(target);
  if (!isDelayed) node.connect(target.context.destination);
  element.addEventListener('ended', handleEnd, { once: true });
  return () => {
    element.removeEventListener('ended', handleEnd);
    node.disconnect();
    node.connect(target.context.destination);
  };
}

function nodeOf(output: AudioOutput, context: AudioContext, element: HTMLMediaElement): MediaElementAudioSourceNode {
  const known = elementNodes.get(element);
  if (known?.context === context) return known;
  let node: MediaElementAudioSourceNode;
  try {
    node = new MediaElementAudioSourceNode(context, { mediaElement: element });
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.invalidAudioInput, 'The element belongs to another audio context; pass its stream instead');
  }
  elementNodes.set(element, node);
  output.keepAwake();
  return node;
}
