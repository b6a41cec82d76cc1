/** The live audio tracks of a stream. */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';

const POLL_MS = 50;

/** @throws {AvatarError} `noAudio` without any. */
export function liveAudioTracks(stream: MediaStream): MediaStreamTrack[] {
  const tracks = stream.getAudioTracks().filter((track) => track.readyState === 'live');
  if (tracks.length === 0) throw new AvatarError(ErrorCode.noAudio, 'This MediaStream has no live audio track');
  return tracks;
}

/**
 * Calls back once when all tracks have ended.
 *
 * @returns Stops watching.
 */
export function watchTracksEnd(tracks: readonly MediaStreamTrack[], handleEnd: () => void): () => void {
  // Polled: a track that the page itself stops fires no event.
  const poll = setInterval(() => {
    if (tracks.some((track) => track.readyState === 'live')) return;
    clearInterval(poll);
    handleEnd();
  }, POLL_MS);
  return () => clearInterval(poll);
}
