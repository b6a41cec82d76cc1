/** Picture and voice of an avatar as a stream, and as a file. Loaded when they are asked for. */
import type { Avatar } from '../../avatar/avatar.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { LifecycleController } from '../lifecycle-controller.js';

export interface CaptureOptions {
  /** Most pictures per second. Default: as many as are drawn. */
  readonly frameRate?: number;
}

export interface RecordOptions extends CaptureOptions {
  /** Container and codecs as `MediaRecorder` takes them. Default: WebM with VP8 and Opus, else what the browser has. */
  readonly mimeType?: string;
  /** Ends the recording. Without it the recording ends with the speech: the one that is heard, or the next. */
  readonly signal?: AbortSignal;
  /** Ends the recording at the latest, s. Default 600. */
  readonly maxSeconds?: number;
  /** Default 2,500,000. */
  readonly videoBitsPerSecond?: number;
}

/** The part of the element that a recording uses. */
export interface CapturedElement extends HTMLElement {
  initializeAudioContext(): Promise<void>;
}

const DEFAULT_TYPES = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];
const DEFAULT_MAX_SECONDS = 600;
/** Players can seek to a key picture only. */
const KEY_PICTURE_MS = 2000;
/** Interval at which the encoder hands data to the browser's blob storage, which may be on disk, ms. */
const PIECE_MS = 1000;
/** The sound of a recording is as late as the loudspeaker, and the mouth closes after the last of it. */
const TAIL_MS = 400;

/** @throws {AvatarError} `renderingFailed` while no avatar is shown, `playbackInitFailed` without sound output. */
export async function captureStream(
  element: HTMLElement,
  lifecycle: LifecycleController,
  { frameRate }: CaptureOptions = {},
): Promise<MediaStream> {
  const canvas = lifecycle.shown && element.shadowRoot?.querySelector('canvas');
  const avatar = lifecycle.avatar;
  if (!canvas || !avatar) throw new AvatarError(ErrorCode.renderingFailed, 'There is no picture yet.');
  const release = lifecycle.visibility.hold();
  let sound: Awaited<ReturnType<Avatar['captureSound']>> | null = null;
  try {
    sound = await avatar.captureSound();
    const video = canvas.captureStream(frameRate).getVideoTracks();
    void sound.ended.then(() => {
      release();
      for (const track of video) track.stop();
    });
    return new MediaStream([...video, sound.track]);
  } catch (reason) {
    release();
    sound?.track.stop();
    throw avatarErrorFrom(reason, ErrorCode.recordingFailed, 'This browser cannot record the picture');
  }
}

/**
 * @throws {AvatarError} `invalidConfiguration` for a type that this browser cannot write, `audioBlocked`, `aborted` by a
 *   signal that is over already, `recordingFailed`, and what `captureStream` throws.
 */
export async function record(element: CapturedElement, lifecycle: LifecycleController, options: RecordOptions = {}): Promise<Blob> {
  const { signal, maxSeconds = DEFAULT_MAX_SECONDS, videoBitsPerSecond = 2_500_000 } = options;
  if (signal?.aborted) throw new AvatarError(ErrorCode.aborted, 'The recording was ended before it began.');
  if (!(maxSeconds > 0))
    throw new AvatarError(ErrorCode.invalidConfiguration, `maxSeconds is a number of seconds above 0, not ${maxSeconds}.`);
  const mimeType = recordableType(options.mimeType);
  const end = new AbortController();
  const watching = { signal: end.signal };
  let tail: ReturnType<typeof setTimeout> | undefined;
  let limit: ReturnType<typeof setTimeout> | undefined;
  let stream: MediaStream | null = null;
  // Listens before anything is waited for: a short speech may be over by then.
  if (signal) signal.addEventListener('abort', () => end.abort(), watching);
  else {
    element.addEventListener(
      'avatar-conversation-state',
      ({ state }) => {
        clearTimeout(tail);
        if (state === 'idle') tail = setTimeout(() => end.abort(), TAIL_MS);
      },
      watching,
    );
  }
  try {
    // A recorder waits for its first sound, which a locked context does not give; a script that is missed at the end would be too late.
    const [{ seekableWebm }] = await Promise.all([import('./seekable-webm.js'), element.initializeAudioContext()]);
    stream = await captureStream(element, lifecycle, options);
    limit = setTimeout(() => end.abort(), maxSeconds * 1000);
    const file = await recorded(stream, { mimeType, videoBitsPerSecond, videoKeyFrameIntervalDuration: KEY_PICTURE_MS }, end.signal);
    // A file that cannot be indexed is still a valid recording.
    return file.type.startsWith('video/webm') ? await seekableWebm(file).catch(() => file) : file;
  } finally {
    clearTimeout(limit);
    clearTimeout(tail);
    end.abort();
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

function recordableType(wanted: string | undefined): string {
  const isKnown = (type: string): boolean => typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(type);
  const found = (wanted === undefined ? DEFAULT_TYPES : [wanted]).find(isKnown);
  if (found) return found;
  const known = DEFAULT_TYPES.filter(isKnown).join(', ') || 'nothing';
  throw new AvatarError(ErrorCode.invalidConfiguration, `This browser cannot record ${wanted ?? 'video'}; it can record ${known}.`);
}

/** Options that the type of `lib.dom` has not yet. */
interface RecorderOptions extends MediaRecorderOptions {
  videoKeyFrameIntervalDuration: number;
}

/** Until `end`, or until the tracks have ended because the avatar has gone. */
function recorded(stream: MediaStream, options: RecorderOptions, end: AbortSignal): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => reject(avatarErrorFrom(reason, ErrorCode.recordingFailed, 'The recording failed'));
    try {
      const recorder = new MediaRecorder(stream, options);
      const pieces: Blob[] = [];
      recorder.ondataavailable = ({ data }) => void pieces.push(data);
      recorder.onerror = (event) => fail((event as Event & { error?: unknown }).error ?? 'the browser does not say why');
      recorder.onstop = () => {
        const file = new Blob(pieces, { type: recorder.mimeType || options.mimeType });
        // WebKitGTK without an encoder says that it records, and writes nothing.
        if (file.size > 0) resolve(file);
        else fail('the browser wrote nothing');
      };
      recorder.start(PIECE_MS);
      const stop = (): void => {
        if (recorder.state !== 'inactive') recorder.stop();
      };
      if (end.aborted) stop();
      else end.addEventListener('abort', stop);
    } catch (reason) {
      fail(reason);
    }
  });
}
