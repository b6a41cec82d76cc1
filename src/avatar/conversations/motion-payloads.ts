/**
 * Motion payloads as apps hand them over: checked and copied. They are decoded in the motion worker; here they are only
 * searched for the mark of the last one, which the caller gets synchronously.
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/** A whole `Message` of a Motion Server, as the backend received it. */
export type MotionPayload = Uint8Array | ArrayBuffer;

export interface MotionPayloads {
  /** Copies, each with a buffer of its own; empty ones where a payload was empty or missing. */
  readonly messages: Uint8Array<ArrayBuffer>[];
  /** True when one of them ends its request. */
  readonly isFinal: boolean;
}

/** Fields of a message and of the answer in it; the documented ones have eight and six. */
const MAX_FIELDS = 64;
const SERVER_RESPONSE_ANIMATION = 6;
const END = 3;

/** @throws {AvatarError} `invalidMotionData` for anything but a list of byte arrays, or for none at all. */
export function readMotionPayloads(payloads: unknown): MotionPayloads {
  const list: unknown = payloads ?? [];
  if (!Array.isArray(list)) throw invalid();
  const messages = list.map(copyOf);
  return { messages, isFinal: messages.some(endsRequest) };
}

function copyOf(payload: unknown): Uint8Array<ArrayBuffer> {
  if (payload == null) return new Uint8Array(0);
  if (payload instanceof Uint8Array) return payload.slice() as Uint8Array<ArrayBuffer>;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload.slice());
  throw invalid();
}

function invalid(): AvatarError {
  return new AvatarError(ErrorCode.invalidMotionData, 'Motion must be a list of Uint8Array or ArrayBuffer, each a whole message.');
}

function endsRequest(message: Uint8Array): boolean {
  return fields(message).some(
    ([number, answer]) =>
      number === SERVER_RESPONSE_ANIMATION &&
      answer instanceof Uint8Array &&
      fields(answer).some(([inner, value]) => inner === END && value !== 0),
  );
}

/**
 * The fields of a protobuf message: numbers of varints, bytes of what has a length, 0 for the rest. Stops at what is no
 * message; the worker reports it.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
function fields(bytes: Uint8Array): [number: number, value: number | Uint8Array][] {
  const found: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length && found.length < MAX_FIELDS) {
    const key = varint();
    const type = key % 8;
    let value: number | Uint8Array = 0;
    if (type === 0) value = varint();
    else if (type === 2) {
      const length = varint();
      value = bytes.subarray(at, (at += length));
    } else at += type === 1 ? 8 : type === 5 ? 4 : Infinity;
    found.push([Math.floor(key / 8), value]);
  }
  return found;
}
