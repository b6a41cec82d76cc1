/** How a session hands its requests to the engines, in its own thread or another. */
import { createMessage, encodeMessage } from '../motion/protocol/envelope.js';
import { packMotion } from '../motion/protocol/packed-motion.js';
import type { MotionFrames } from '../shared/contracts/motion-frames.js';
import type { SessionAudio } from './session-audio.js';
import type { SpeechEngine } from './speech-request.js';

/** Makes an engine for one request. `seed` is the same for the same request id. */
export type CreateEngine = (options: { sampleRateHz: number; seed: number }) => SpeechEngine;

/** Plain data, because it travels between threads. */
export interface RequestQueueOptions {
  audio: SessionAudio;
  connectionId: string;
  avatarId: string;
  maxRequestSeconds: number;
}

/** The requests of one session, computed one after the other. */
export interface RequestQueue {
  begin(reqId: string): void;
  /** Audio of a request that has begun; the bytes are kept or copied, never changed. */
  add(reqId: string, audio: Uint8Array, isEnd: boolean): void;
  /** Drops a request. Responses on their way may still come. */
  cancel(reqId: string): void;
  /** While blocked nothing is computed, because the client does not take its responses. */
  setBlocked(isBlocked: boolean): void;
  /** Drops all requests. */
  close(): void;
}

/** Results of a queue. A response with `isEnd`, or a failure, is the last of its request. */
export interface RequestListener {
  /** An engine has taken this much of the request's audio. */
  handleTaken(reqId: string, byteCount: number): void;
  /**
   * @param message Encoded; the listener owns it. Null where the motion goes to a room.
   * @param mediaSeconds Media time up to which there is motion, s.
   */
  handleResponse(reqId: string, message: Uint8Array | null, isEnd: boolean, mediaSeconds: number): void;
  /** @param code See `ServerErrorCode`. */
  handleFailure(reqId: string, code: number, message: string): void;
}

/** @param frames Null where a request ends without frames left over. */
export function encodeResponse(
  ids: { connectionId: string; avatarId: string; reqId: string },
  frames: MotionFrames | null,
  isEnd: boolean,
): Uint8Array {
  const value = { ...ids, end: isEnd, ...(frames && { packedMotion: packMotion(frames) }) };
  return encodeMessage(createMessage({ case: 'serverResponseAnimation', value }));
}
