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

export interface LiveConnection {
  /** Disconnects the source; a media element is then audible as before. */
  disconnect(): void;
  /** Why nothing but zeros come from the source, or null where no reason is known. */
  obstacle(): string | null;
}

// An element can be given to one context only, once: from then on its sound comes out there or nowhere.
const elementNodes = new WeakMap<HTMLMediaElement, MediaElementAudioSourceNode>();

/**
 * Connects a source to the worklet. An element with a stream in `srcObject` is taken as that stream, and as the next one that is
 * put there.
 *
 * @throws {AvatarError} `noAudio` for a stream without a live audio track; `invalidAudioInput` for other values, an element
 *   that belongs to another audio context, or one of another origin without CORS, which then plays on by itself.
 */
export function connectLiveSource(output: AudioOutput, target: AudioNode, source: unknown, options: LiveSourceOptions): LiveConnection {
  if (source instanceof MediaStream) return connectStream(target, source, options.handleEnd);
  if (source instanceof HTMLMediaElement) {
    return source.srcObject instanceof MediaStream
      ? connectStreamElement(target, source, options)
      : connectElement(output, target, source, options);
  }
  throw new AvatarError(ErrorCode.invalidAudioInput, 'speakLive() takes a MediaStream or an <audio> or <video> element.');
}

function connectStream(target: AudioNode, stream: MediaStream, handleEnd: () => void): LiveConnection {
  const tracks = liveAudioTracks(stream);
  let node: MediaStreamAudioSourceNode;
  try {
    node = new MediaStreamAudioSourceNode(target.context as AudioContext, { mediaStream: stream });
    node.connect(target);
  } catch (reason) {
    // Firefox cannot connect a microphone to a context of another rate.
    throw avatarErrorFrom(reason, ErrorCode.playbackInitFailed, 'This browser cannot hear the stream');
  }
  const release = keepRunning(stream);
  const unwatch = watchTracksEnd(tracks, handleEnd);
  return {
    disconnect() {
      unwatch();
      release();
      node.disconnect();
    },
    obstacle() {
      if (tracks.every(({ enabled }) => !enabled)) return 'The audio track of the live source is switched off: its enabled is false.';
      if (tracks.every(({ muted }) => muted)) {
        return 'The audio track of the live source is muted: nothing arrives from its sender or its microphone.';
      }
      return null;
    },
  };
}

/**
 * Chromium gives Web Audio silence from a remote stream that no media element plays: a muted one plays it beside the graph.
 *
 * @see https://crbug.com/121673
 */
function keepRunning(stream: MediaStream): () => void {
  const player = new Audio();
  player.muted = true;
  player.srcObject = stream;
  // Browsers pause what is out of sight or not heard, to save power. A muted element needs no permission to play.
  const play = (): void => void player.play().catch(() => undefined);
  player.addEventListener('pause', play);
  play();
  return () => {
    player.removeEventListener('pause', play);
    player.srcObject = null;
  };
}

function connectStreamElement(target: AudioNode, element: HTMLMediaElement, { isDelayed, handleEnd }: LiveSourceOptions): LiveConnection {
  const wasMuted = element.muted;
  const connect = (): LiveConnection => {
    const stream = element.srcObject as MediaStream;
    return connectStream(target, stream, () => element.srcObject === stream && handleEnd());
  };
  let current: LiveConnection | null = connect();
  let shown = element.srcObject;
  const follow = (): void => {
    if (element.srcObject === shown) return;
    shown = element.srcObject;
    current?.disconnect();
    const hasAudio = shown instanceof MediaStream && shown.getAudioTracks().some(({ readyState }) => readyState === 'live');
    current = hasAudio ? connect() : null;
  };
  element.addEventListener('loadstart', follow);
  element.addEventListener('emptied', follow);
  if (isDelayed) element.muted = true;
  return {
    disconnect() {
      element.removeEventListener('loadstart', follow);
      element.removeEventListener('emptied', follow);
      current?.disconnect();
      if (isDelayed) element.muted = wasMuted;
    },
    obstacle: () => (current ? current.obstacle() : 'The element of the live source has no stream with live audio.'),
  };
}

function connectElement(
  output: AudioOutput,
  target: AudioNode,
  element: HTMLMediaElement,
  { isDelayed, handleEnd }: LiveSourceOptions,
): LiveConnection {
  const node = nodeOf(output, target.context as AudioContext, element);
  node.disconnect();
  node.connect(target);
  if (!isDelayed) node.connect(target.context.destination);
  element.addEventListener('ended', handleEnd, { once: true });
  return {
    disconnect() {
      element.removeEventListener('ended', handleEnd);
      node.disconnect();
      node.connect(target.context.destination);
    },
    obstacle() {
      if (element.paused || element.readyState < element.HAVE_FUTURE_DATA) return null;
      if (element.muted || element.volume === 0) return 'The element of the live source is muted, or its volume is 0.';
      return isOfOtherOrigin(element)
        ? 'The element of the live source plays a file of another origin without CORS, which browsers replace by silence.'
        : 'The element of the live source plays, and nothing but silence comes from it.';
    },
  };
}

function nodeOf(output: AudioOutput, context: AudioContext, element: HTMLMediaElement): MediaElementAudioSourceNode {
  const known = elementNodes.get(element);
  if (known?.context === context) return known;
  if (isOfOtherOrigin(element) || isTainted(element)) {
    throw new AvatarError(
      ErrorCode.invalidAudioInput,
      'The element plays a file of another origin without CORS, which browsers do not let a page hear: set crossorigin="anonymous" before its src, and let the server allow it.',
    );
  }
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

function isOfOtherOrigin({ crossOrigin, currentSrc, src }: HTMLMediaElement): boolean {
  const url = currentSrc || src;
  return crossOrigin === null && /^https?:/.test(url) && new URL(url).origin !== location.origin;
}

/** A redirection to another origin shows in no property; Chromium refuses to capture such an element. */
function isTainted(element: HTMLMediaElement & { captureStream?(): MediaStream }): boolean {
  if (element.readyState < element.HAVE_CURRENT_DATA) return false;
  try {
    for (const track of element.captureStream?.().getTracks() ?? []) track.stop();
    return false;
  } catch (reason) {
    return (reason as Error).name === 'SecurityError';
  }
}
