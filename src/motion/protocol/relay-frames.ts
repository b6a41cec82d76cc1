/**
 * Encodes and decodes the messages between a relay and its clients; `docs/relay-protocol.md` is the specification.
 *
 * Every binary message is `[u8 type][u8 flags][payload]`, bit 0 of the flags meaning "last". Additions to the public format are
 * metadata with an `event`, which clients of the public format ignore. All input is untrusted: sizes and counts are checked
 * before anything is allocated.
 */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';

const AUDIO = 0x01;
const MOTION = 0x02;
const METADATA = 0x03;
const ERROR = 0x04;
const FLAG_LAST = 0x01;
const HEADER_BYTES = 2;

/** Version of this protocol; a client that sends it in `start` supports `resync`. */
export const RELAY_PROTOCOL_VERSION = 1;

/** One binary message, either way. The bytes of `pcm` and `envelopes` are views of the message. */
export type RelayFrame =
  /** Raw 16-bit little-endian mono PCM. */
  | { readonly type: 'audio'; readonly pcm: Uint8Array; readonly isLast: boolean }
  /** Whole `Message` envelopes of a Motion Server, unchanged. */
  | { readonly type: 'motion'; readonly envelopes: readonly Uint8Array[]; readonly isLast: boolean }
  | { readonly type: 'metadata'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly type: 'error'; readonly fields: Readonly<Record<string, unknown>> };

export interface RelayFrameLimits {
  /** Longest message, bytes. Default 10 MiB, as in the public format. */
  readonly maxBytes?: number;
  /** Most envelopes in one message. Default 1000. */
  readonly maxEnvelopes?: number;
}

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const DEFAULT_MAX_ENVELOPES = 1000;
/** Metadata and errors have only a few fields. */
const MAX_JSON_BYTES = 64 * 1024;

// TextEncoder and TextDecoder: every runtime has them, plain ES does not know them.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean });
  decode(bytes: Uint8Array): string;
}
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { fatal: true });

export function encodeRelayFrame(frame: RelayFrame): Uint8Array {
  switch (frame.type) {
    case 'audio':
      return framed(AUDIO, frame.isLast, [frame.pcm]);
    case 'motion':
      return framed(MOTION, frame.isLast, [
        uint32Bytes(frame.envelopes.length),
        ...frame.envelopes.flatMap((envelope) => [uint32Bytes(envelope.length), envelope]),
      ]);
    case 'metadata':
      return framed(METADATA, false, [textEncoder.encode(JSON.stringify(frame.fields))]);
    case 'error':
      return framed(ERROR, false, [textEncoder.encode(JSON.stringify(frame.fields))]);
  }
}

/** @throws {AvatarError} `protocolError` for anything that is not one frame within the limits. */
export function decodeRelayFrame(bytes: Uint8Array, limits: RelayFrameLimits = {}): RelayFrame {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  if (bytes.length > maxBytes) throw invalid(`a message of ${bytes.length} bytes is above the limit of ${maxBytes}`);
  if (bytes.length < HEADER_BYTES) throw invalid('a message without a header');
  const isLast = (bytes[1] & FLAG_LAST) !== 0;
  const payload = bytes.subarray(HEADER_BYTES);
  switch (bytes[0]) {
    case AUDIO:
      return { type: 'audio', pcm: payload, isLast };
    case MOTION:
      return { type: 'motion', envelopes: readEnvelopes(payload, limits.maxEnvelopes ?? DEFAULT_MAX_ENVELOPES), isLast };
    case METADATA:
      return { type: 'metadata', fields: readJson(payload) };
    case ERROR:
      return { type: 'error', fields: readJson(payload) };
    default:
      throw invalid(`a message of the unknown type ${bytes[0]}`);
  }
}

// ---- events in metadata ----------------------------------------------------------------------------------------------

export type RelayEvent =
  /**
   * The first message to a client. `resumeToken` resumes this client after a lost connection; `turnId` is the turn that continues
   * then.
   */
  | { readonly event: 'ready'; readonly sampleRateHz: number | null; readonly resumeToken: string | null; readonly turnId: string | null }
  /**
   * The messages that follow belong to this turn, from this position on. The same turn again means that the client continues at
   * another position: after a gap or a new connection.
   */
  | {
      readonly event: 'turn';
      readonly turnId: string;
      readonly sampleRateHz: number;
      /** Index within the turn of the next audio or motion message. */
      readonly frame: number;
      /** Media time of the turn at which the next audio begins, s. */
      readonly startSeconds: number;
      /** FLAME keyframes of the turn before the next motion message; their number gives the time, since they have no time stamps. */
      readonly startKeyframe: number;
    }
  /** The turn ends at once: drop its buffers. Null: the current turn. */
  | { readonly event: 'interrupt'; readonly turnId: string | null; readonly reason: string }
  | { readonly event: 'pong' };

const MAX_TEXT_LENGTH = 256;
const MAX_SECONDS = 24 * 3600;
const MAX_COUNT = 2 ** 31;
const MIN_RATE_HZ = 4000;
const MAX_RATE_HZ = 192_000;

/**
 * Reads a metadata frame. Metadata without an `event` is the public format's and carries the rate.
 *
 * @returns Null for an event of a later version.
 * @throws {AvatarError} `protocolError` for invalid fields.
 */
export function relayEventFrom(fields: Readonly<Record<string, unknown>>): RelayEvent | null {
  const rate = (): number => numberIn(fields, 'sample_rate', MIN_RATE_HZ, MAX_RATE_HZ);
  switch (fields.event) {
    case undefined:
    case 'ready':
      return {
        event: 'ready',
        sampleRateHz: fields.sample_rate === undefined ? null : rate(),
        resumeToken: optionalTextIn(fields, 'resume_token'),
        turnId: optionalTextIn(fields, 'turn_id'),
      };
    case 'turn':
    case 'resync':
      return {
        event: 'turn',
        turnId: textIn(fields, 'turn_id'),
        sampleRateHz: rate(),
        frame: numberIn(fields, 'frame', 0, MAX_COUNT, 0),
        startSeconds: numberIn(fields, 'start_seconds', 0, MAX_SECONDS, 0),
        startKeyframe: numberIn(fields, 'start_keyframe', 0, MAX_COUNT, 0),
      };
    case 'interrupt':
      return { event: 'interrupt', turnId: optionalTextIn(fields, 'turn_id'), reason: optionalTextIn(fields, 'reason') ?? '' };
    case 'pong':
      return { event: 'pong' };
    default:
      return null;
  }
}

/** The message of an error frame for people, one line of limited length. */
export function relayErrorText(fields: Readonly<Record<string, unknown>>): string {
  const { error } = fields;
  return (typeof error === 'string' ? error : 'no reason given').replace(/\s+/g, ' ').trim().slice(0, 300);
}

// ---- what clients say ------------------------------------------------------------------------------------------------

/** A text message of a client: JSON with an `action`. */
export type RelayAction =
  | { readonly action: 'start'; readonly avatar_id?: string; readonly sample_rate?: number; readonly version?: number }
  | { readonly action: 'interrupt'; readonly turn_id?: string }
  | { readonly action: 'text'; readonly text: string }
  | { readonly action: 'ping' };

export function encodeRelayAction(action: RelayAction): string {
  return JSON.stringify(action);
}

// ---- inside ----------------------------------------------------------------------------------------------------------

function framed(type: number, isLast: boolean, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, HEADER_BYTES));
  bytes[0] = type;
  bytes[1] = isLast ? FLAG_LAST : 0;
  let at = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function uint32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function readEnvelopes(payload: Uint8Array, maxEnvelopes: number): Uint8Array[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < 4) throw invalid('a motion message without a count');
  const count = view.getUint32(0);
  // Each takes at least its length field: refuses a count that the bytes cannot hold before allocating.
  if (count > maxEnvelopes || 4 + count * 4 > payload.length) throw invalid(`a motion message that claims ${count} envelopes`);
  const envelopes: Uint8Array[] = [];
  let at = 4;
  for (let index = 0; index < count; index++) {
    const length = at + 4 <= payload.length ? view.getUint32(at) : Infinity;
    at += 4;
    if (at + length > payload.length) throw invalid('a truncated motion message');
    envelopes.push(payload.subarray(at, at + length));
    at += length;
  }
  if (at !== payload.length) throw invalid('bytes after the envelopes of a motion message');
  return envelopes;
}

function readJson(payload: Uint8Array): Record<string, unknown> {
  if (payload.length > MAX_JSON_BYTES) throw invalid(`metadata of ${payload.length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(textDecoder.decode(payload));
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.protocolError, 'not a valid relay message');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('metadata that is not an object');
  return value as Record<string, unknown>;
}

function optionalTextIn(fields: Readonly<Record<string, unknown>>, name: string): string | null {
  return fields[name] === undefined || fields[name] === null ? null : textIn(fields, name);
}

function textIn(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT_LENGTH) throw invalid(`${name} is not a valid name`);
  return value;
}

function numberIn(fields: Readonly<Record<string, unknown>>, name: string, least: number, most: number, missing?: number): number {
  const value = fields[name] ?? missing;
  if (typeof value !== 'number' || !(value >= least && value <= most)) throw invalid(`${name} is ${String(value)}`);
  return value;
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.protocolError, `not a valid relay message: ${detail}`);
}
