/**
 * What a backend forwards of a Motion Server's answers for one round: whole `Message`s, in the order they came.
 *
 * A backend may ask for one round by several requests, such as one per sentence: the motion of each starts where the
 * motion before it ends. One request per round keeps the time exactly.
 */

import { decodeMessage } from '../../motion/protocol/index.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionFrames } from '../../shared/contracts/motion-frames.js';
import { MotionReader } from './motion-reader.js';
import { errorFromServer } from './server-errors.js';

/** Motion may be here long before its sound, such as that of a recording. */
const MAX_LEAD_SECONDS = 600;
const MAX_REQUESTS = 1000;

interface ForwardedRequest {
  readonly reader: MotionReader;
  isOver: boolean;
}

/**
 * `discarded`: a message that repeats another, follows its request's end, or is of a kind that concerns the backend
 * alone.
 */
export type Forwarded = { kind: 'motion'; frames: MotionFrames } | { kind: 'nothing' } | { kind: 'discarded' };

export class ForwardedMotion {
  private readonly requests = new Map<string, ForwardedRequest>();
  /** Of FLAME messages, which do not know their place: one that comes twice would shift all that follow. */
  private readonly seen = new Set<string>();
  private newest: ForwardedRequest | null = null;
  /** Speech that has been answered, s. */
  private answeredSeconds = 0;

  /** True while every request that has answered has ended its answers. */
  get isEnded(): boolean {
    return this.newest?.isOver ?? false;
  }

  /**
   * @param bytes One `Message`. Its buffer stays the caller's.
   * @param speechSeconds Speech of the round so far.
   * @throws {AvatarError} `protocolError`, `invalidMotionData`, or what the Motion Server complains of.
   */
  read(bytes: Uint8Array, speechSeconds: number): Forwarded {
    const { data } = decodeMessage(bytes);
    if (data.case === 'serverError') {
      if (this.requests.get(data.value.reqId)?.isOver) return { kind: 'discarded' };
      throw errorFromServer(data.value.code, data.value.message);
    }
    if (data.case !== 'serverResponseAnimation') return { kind: 'discarded' };
    const response = data.value;
    const request = this.requests.get(response.reqId) ?? this.open(response.reqId);
    if (request.isOver || (!response.packedMotion && response.animation && this.isRepeated(bytes))) return { kind: 'discarded' };
    let frames: MotionFrames | null;
    try {
      frames = request.reader.read(response, speechSeconds + MAX_LEAD_SECONDS);
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.invalidMotionData);
    }
    request.isOver = response.end;
    this.answeredSeconds = Math.max(this.answeredSeconds, request.reader.speechSeconds);
    if (!frames) return { kind: 'nothing' };
    return { kind: 'motion', frames };
  }

  private open(reqId: string): ForwardedRequest {
    if (this.requests.size >= MAX_REQUESTS) {
      throw new AvatarError(ErrorCode.invalidMotionData, `one conversation with the motion of more than ${MAX_REQUESTS} requests`);
    }
    const request = { reader: new MotionReader(this.answeredSeconds), isOver: false };
    this.requests.set(reqId, request);
    this.newest = request;
    return request;
  }

  private isRepeated(bytes: Uint8Array): boolean {
    const key = fingerprint(bytes);
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }
}

/** FNV-1a over the bytes, with their number. @see Fowler, Noll, Vo 1991, http://www.isthe.com/chongo/tech/comp/fnv */
function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${hash >>> 0} ${bytes.length}`;
}
